// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <sys/stat.h>

namespace hotreload::watch {
namespace {

class Directories : public WatchTest {};

TEST_F(Directories, NewRenamedAndDeletedFilesOfAPatternAreChanges) {
    fs::create_directory(dir / "conf.d");
    auto watched = watch(dir / "conf.d/*.conf");
    const auto a = dir / "conf.d/a.conf";
    const auto b = dir / "conf.d/b.conf";
    write(a, "x");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{created(a)});
    fs::rename(a, b);
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
    EXPECT_EQ(watched->changes, (Changes{{ChangeKind::Renamed, b, a}}));
    fs::rename(b, dir / "conf.d/b.off");
    ASSERT_TRUE(until([&] { return watched->calls == 3; }));
    EXPECT_EQ(watched->changes, Changes{deleted(b)});
}

TEST_F(Directories, AFileInANewDeepDirectoryIsNoticed) {
    auto watched = watch(dir / "**");
    fs::create_directories(dir / "a/b/c");
    write(dir / "a/b/c/f", "x");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{created(dir / "a/b/c/f")});
    write(dir / "a/b/c/f", "y");
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
}

TEST_F(Directories, AFileThatComesLaterToANewDirectoryIsNoticed) {
    auto watched = watch(dir / "**/*.conf");
    fs::create_directories(dir / "a/b");
    pass();
    EXPECT_EQ(watched->calls, 0) << "an empty directory is no change";
    fs::create_directories(dir / "a/b/c");
    pass();
    write(dir / "a/b/c/f.conf", "x");
    ASSERT_TRUE(until([&] { return watched->has(dir / "a/b/c/f.conf"); }));
}

TEST_F(Directories, AFileWhosePathDoesNotExistSeveralLevelsUpIsNoticedWhenItComes) {
    auto literal = watch(dir / "x/y/z/f");
    auto pattern = watch(dir / "x/y/z/*.conf");
    EXPECT_EQ(literal->content.missing, Paths{dir / "x/y/z/f"});
    fs::create_directory(dir / "x");
    pass(20ms);
    fs::create_directories(dir / "x/y/z");
    pass(20ms);
    EXPECT_EQ(literal->calls + pattern->calls, 0);
    write(dir / "x/y/z/f", "1");
    write(dir / "x/y/z/g.conf", "1");
    ASSERT_TRUE(until([&] { return literal->calls == 1 && pattern->calls == 1; }));
    fs::remove_all(dir / "x");
    ASSERT_TRUE(until([&] { return literal->calls == 2 && pattern->calls == 2; }));
    EXPECT_EQ(literal->content.missing, Paths{dir / "x/y/z/f"});
    fs::create_directories(dir / "x/y/z");
    write(dir / "x/y/z/f", "2");
    write(dir / "x/y/z/g.conf", "2");
    ASSERT_TRUE(until([&] { return literal->calls == 3 && pattern->calls == 3; }));
}

TEST_F(Directories, ADirectoryInAnothersPlaceIsWatchedAndTheOldOneIsNot) {
    for (const auto* name : {"conf/sub", "next/sub"}) {
        fs::create_directories(dir / name);
        write(dir / (std::string(name) + "/f"), name);
    }
    auto tree = watch(dir / "conf/**");
    auto above = watch(dir / "**/f");
    auto literal = watch(dir / "conf/sub/f");
    fs::rename(dir / "conf", dir / "old");
    fs::rename(dir / "next", dir / "conf");
    const auto file = dir / "conf/sub/f";
    ASSERT_TRUE(
        until([&] { return tree->calls == 1 && literal->calls == 1 && above->calls == 1; }));
    EXPECT_EQ(tree->changes, Changes{modified(file)});
    EXPECT_EQ(literal->changes, Changes{modified(file)});
    write(dir / "old/sub/f", "not ours");
    pass();
    EXPECT_EQ(tree->calls + literal->calls, 2);
    write(file, "ours");
    ASSERT_TRUE(until([&] { return tree->calls == 2 && literal->calls == 2; }));
}

TEST_F(Directories, AParentInAnothersPlaceIsFollowed) {
    fs::create_directories(dir / "app/conf");
    write(dir / "app/conf/f", "1");
    auto watched = watch(dir / "app/conf/*");
    fs::rename(dir / "app", dir / "app.old");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_TRUE(watched->content.files.empty());
    fs::create_directories(dir / "app/conf");
    write(dir / "app/conf/f", "2");
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
    EXPECT_TRUE(watched->has(dir / "app/conf/f"));
}

TEST_F(Directories, ADirectoryThatIsDeletedUnderAProcessIsFollowedWhenItComesBack) {
    fs::create_directories(dir / "app/conf");
    const Fd inside(open((dir / "app/conf").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto literal = watch(dir / "app/conf/f");
    auto tree = watch(dir / "app/conf/**");
    fs::remove(dir / "app/conf");
    pass(20ms);
    fs::create_directories(dir / "app/conf");
    pass(20ms);
    write(dir / "app/conf/f", "1");
    ASSERT_TRUE(until([&] { return literal->calls == 1 && tree->calls == 1; }));
}

TEST_F(Directories, ADirectoryMovedWithinTheTreeTakesItsFilesAlong) {
    fs::create_directories(dir / "t/a/b");
    write(dir / "t/a/b/f", "1");
    auto watched = watch(dir / "t/**");
    fs::rename(dir / "t/a", dir / "t/z");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, (Changes{{ChangeKind::Renamed, dir / "t/z/b/f", dir / "t/a/b/f"}}));
    write(dir / "t/z/b/f", "2");
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
    EXPECT_EQ(watched->changes, Changes{modified(dir / "t/z/b/f")});
}

TEST_F(Directories, SubdirectoriesSurviveTheExchangeOfTheirParents) {
    for (const auto* name : {"t/x/c", "t/y/c"}) {
        fs::create_directories(dir / name);
        write(dir / (std::string(name) + "/f"), name);
    }
    for (const auto* pattern : {"t/x/**", "t/**"}) {
        // One at a time: their shared watches would help each other.
        auto watched = watch(dir / pattern);
        ASSERT_EQ(renameat2(AT_FDCWD, (dir / "t/x").c_str(), AT_FDCWD, (dir / "t/y").c_str(),
                            RENAME_EXCHANGE),
                  0);
        ASSERT_TRUE(until([&] { return watched->calls == 1; })) << pattern;
        write(dir / "t/x/c/f", std::string("again ") + pattern);
        ASSERT_TRUE(until([&] { return watched->calls == 2; })) << pattern;
        EXPECT_EQ(watched->changes, Changes{modified(dir / "t/x/c/f")});
    }
}

TEST_F(Directories, ExcludedDirectoriesAreNotEvenWatched) {
    fs::create_directories(dir / "node_modules/deep/er");
    fs::create_directories(dir / ".git/objects/aa");
    auto excluding = definition({dir / "**"});
    excluding.exclude = {"**/node_modules/**", "**/*.log"};
    const auto before = watcher->watches();
    auto watched = watch({excluding});
    const auto ancestors = std::ranges::count(dir.path(), '/') + 1;
    EXPECT_EQ(watcher->watches() - before, static_cast<std::size_t>(ancestors));
    write(dir / "node_modules/deep/er/f", "x");
    write(dir / "a.log", "x");
    pass();
    EXPECT_EQ(watched->calls, 0);
}

TEST_F(Directories, TheSameDirectoryInSeveralSetsHasOneKernelWatch) {
    auto one = watch(dir / "*");
    const auto watches = watcher->watches();
    {
        auto two = watch(dir / "**");
        auto three = watch(dir / "f");
        EXPECT_EQ(watcher->watches(), watches);
        write(dir / "f", "x");
        ASSERT_TRUE(until([&] { return one->calls == 1 && two->calls == 1 && three->calls == 1; }));
    }
    EXPECT_EQ(watcher->watches(), watches);
    write(dir / "f", "y");
    ASSERT_TRUE(until([&] { return one->calls == 2; }));
    one.reset();
    EXPECT_EQ(watcher->watches(), 0U);
}

TEST_F(Directories, AFileThatMayNotBeReadIsNamedAndTakenWhenItMay) {
    if (geteuid() == 0 && seteuid(65534) != 0)
        GTEST_SKIP() << "cannot become an ordinary user";
    const std::string own = "/tmp/hotreload-unreadable-" + std::to_string(getpid());
    fs::create_directory(own);
    write(own + "/f", "x");
    chmod((own + "/f").c_str(), 0);
    auto watched = watch(own + "/*");
    EXPECT_EQ(watched->content.unreadable,
              (std::vector<Problem>{{own + "/f", 0, 0, "Permission denied", Audience::Everybody}}));
    chmod((own + "/f").c_str(), 0600);
    EXPECT_TRUE(until([&] { return watched->has(own + "/f"); }));
    EXPECT_TRUE(watched->content.unreadable.empty());
    chmod(own.c_str(), 0);
    pass();
    EXPECT_EQ(watched->set->look(Rescan::All).content.unreadable.size(), 2U);
    chmod(own.c_str(), 0700);
    write(own + "/g", "x"); // was: seen by nobody, until everything was looked at
    EXPECT_TRUE(until([&] { return watched->has(own + "/g"); }));
    EXPECT_TRUE(watched->content.unreadable.empty());
    fs::remove_all(own);
    EXPECT_TRUE(getuid() != 0 || seteuid(0) == 0);
}

// Was: a start with "/**" went through all of /proc and /sys.
TEST_F(Directories, FilesThatAreMadeUpAreWatchedOnlyWhereAPatternSaysHowDeep) {
    constexpr std::uint64_t procfs = 0x9fa0;
    const auto made_up = dir / "proc";
    fs::create_directory(made_up);
    if (!own_mounts() || mount("tmpfs", made_up.c_str(), "tmpfs", 0, nullptr) < 0)
        GTEST_SKIP() << "cannot mount a file system";
    make_watcher({.file_system_magic = [&](const std::string& path) {
        return path.starts_with(made_up) ? procfs : 0;
    }});
    fs::create_directories(made_up + "/net/eth0");
    write(made_up + "/net/eth0/mtu", "x");
    write(dir / "f", "x");
    {
        auto all = watch(dir / "**");
        EXPECT_TRUE(all->has(dir / "f"));
        EXPECT_EQ(all->content.files.size(), 1U);
        EXPECT_TRUE(all->content.unreadable.empty()); // nobody asked for it by its name
        const auto why = all->set->explain(made_up + "/net/eth0/mtu");
        EXPECT_FALSE(why.watched);
        EXPECT_TRUE(why.watches[0].left_out.contains("made up")) << why.watches[0].left_out;
    }
    for (const auto* pattern : {"/net/*/mtu", "/*/eth0/*", "/net/eth0/mtu"})
        EXPECT_TRUE(watch(made_up + pattern)->has(made_up + "/net/eth0/mtu")) << pattern;
    umount2(made_up.c_str(), MNT_DETACH);
}

TEST_F(Directories, TheWholeOfAFileSystemWhoseFilesAreMadeUpIsNotWatchedAndItIsTold) {
    auto watched = watch("/proc/**");
    EXPECT_TRUE(watched->content.files.empty());
    ASSERT_EQ(watched->content.unreadable.size(), 1U);
    EXPECT_EQ(
        watched->content.unreadable[0],
        (Problem{"/proc", 0, 0,
                 "files of procfs are made up when they are read, and ** does not lead to them",
                 Audience::Everybody}));
    EXPECT_FALSE(watched->set->explain("/proc/version").watched);
}

} // namespace
} // namespace hotreload::watch
