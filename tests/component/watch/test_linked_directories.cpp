// SPDX-License-Identifier: LGPL-2.1-or-later
// Symbolic links to directories below a wildcard.
#include "fixture.hpp"

namespace hotreload::watch {
namespace {

class LinkedDirectories : public WatchTest {
protected:
    // conf/conf.d → srv/current/conf.d, current → rel/1
    void deploy() {
        for (const auto* release : {"1", "2"}) {
            fs::create_directories(at(release));
            write(at(release) + "/a.conf", release);
        }
        fs::create_directories(dir / "conf");
        write(dir / "conf/main.conf", "x");
        fs::create_symlink("rel/1", dir / "current");
        fs::create_symlink(dir / "current/conf.d", dir / "conf/conf.d");
    }
    [[nodiscard]] std::string at(std::string_view release) const {
        return dir / ("rel/" + std::string(release) + "/conf.d");
    }
    static void relink(const std::string& target, const std::string& link) {
        fs::create_symlink(target, link + ".new-link");
        fs::rename(link + ".new-link", link);
    }

    const std::string file = dir / "conf/conf.d/a.conf";
};

TEST_F(LinkedDirectories, WhatIsBehindALinkIsWatchedByThePathThroughIt) {
    deploy();
    auto watched = watch(dir / "conf/**");
    ASSERT_TRUE(watched->has(file));
    EXPECT_EQ(watched->content.files.size(), 2U);
    write(at("1") + "/a.conf", "new");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
    fs::create_directories(at("1") + "/more/and");
    write(at("1") + "/more/and/b.conf", "y");
    ASSERT_TRUE(until([&] { return watched->has(dir / "conf/conf.d/more/and/b.conf"); }));
    EXPECT_EQ(watched->set->names_of(at("1") + "/new.conf"),
              std::set<std::string>{dir / "conf/conf.d/new.conf"});
}

TEST_F(LinkedDirectories, ALinkOnTheWayThatIsSwappedIsOneChange) {
    deploy();
    auto watched = watch(dir / "conf/**");
    relink("rel/2", dir / "current");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
    write(at("1") + "/a.conf", "old");
    pass();
    EXPECT_EQ(watched->calls, 1);
    write(at("2") + "/a.conf", "3");
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
}

TEST_F(LinkedDirectories, TheLinkItselfMayComeGoAndLeadElsewhere) {
    deploy();
    auto watched = watch(dir / "conf/**");
    relink(at("2"), dir / "conf/conf.d");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
    fs::remove(dir / "conf/conf.d");
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
    EXPECT_EQ(watched->changes, Changes{deleted(file)});
    fs::create_symlink(at("1"), dir / "conf/conf.d");
    ASSERT_TRUE(until([&] { return watched->has(file); }));
    fs::remove(dir / "conf/conf.d");
    fs::create_directories(dir / "conf/conf.d");
    write(file, "a real one");
    ASSERT_TRUE(until([&] { return watched->calls == 4; }));
    EXPECT_EQ(watched->changes, Changes{modified(file)});
    write(at("1") + "/a.conf", "not ours any more");
    pass();
    EXPECT_EQ(watched->calls, 4);
}

TEST_F(LinkedDirectories, ATargetThatGoesAndComesIsSeen) {
    deploy();
    auto watched = watch(dir / "conf/**");
    fs::rename(at("1"), dir / "away");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{deleted(file)});
    fs::rename(dir / "away", at("1"));
    ASSERT_TRUE(until([&] { return watched->has(file); }));
    fs::remove_all(dir / "rel");
    ASSERT_TRUE(until([&] { return !watched->has(file); }));
    fs::create_directories(at("1"));
    write(file, "through the link");
    ASSERT_TRUE(until([&] { return watched->has(file); }));
}

TEST_F(LinkedDirectories, ALinkThatLeadsNowhereYetIsTakenWhenItDoes) {
    fs::create_directories(dir / "conf");
    fs::create_symlink(dir / "later/conf.d", dir / "conf/conf.d");
    fs::create_symlink(dir / "a-file", dir / "conf/sub");
    write(dir / "a-file", "x");
    auto watched = watch(dir / "conf/*/*.conf");
    EXPECT_TRUE(watched->content.files.empty());
    fs::create_directories(dir / "later/conf.d");
    write(dir / "later/conf.d/a.conf", "x");
    ASSERT_TRUE(until([&] { return watched->has(file); }));
    EXPECT_EQ(watched->calls, 1);
}

TEST_F(LinkedDirectories, LinksThatLeadRoundAreNotFollowed) {
    fs::create_directories(dir / "t/sub");
    fs::create_directories(dir / "t/b");
    write(dir / "t/f", "x");
    fs::create_symlink("..", dir / "t/sub/up");
    fs::create_symlink(".", dir / "t/self");
    fs::create_symlink("/", dir / "t/root");
    fs::create_symlink("../b", dir / "t/sub/to-b");
    fs::create_symlink("../sub", dir / "t/b/to-sub");
    fs::create_symlink("loop", dir / "t/loop");
    write(dir / "t/b/g", "x");
    auto watched = watch(dir / "t/**");
    Paths files;
    for (const auto& [path, id] : watched->content.files)
        files.push_back(path);
    EXPECT_EQ(files, (Paths{dir / "t/b/g", dir / "t/f", dir / "t/sub/to-b/g"}));
    const auto explained = watched->set->explain(dir / "t/root/etc/passwd");
    EXPECT_FALSE(explained.watched);
    EXPECT_EQ(explained.watches.front().left_out,
              dir / "t/root is not looked into: it leads to /, in which it lies itself");
    EXPECT_FALSE(watched->set->explain(dir / "t/sub/to-b/to-sub/f").watched);
    EXPECT_TRUE(watched->set->explain(dir / "t/sub/to-b/g").watched);
    write(dir / "t/sub/h", "x");
    ASSERT_TRUE(until([&] { return watched->has(dir / "t/sub/h"); }));
    EXPECT_EQ(watched->calls, 1);
}

TEST_F(LinkedDirectories, ADirectoryThatIsReachedTwiceCountsTwiceAndIsWatchedOnce) {
    fs::create_directories(dir / "shared");
    fs::create_directories(dir / "t");
    write(dir / "shared/f", "1");
    fs::create_symlink("../shared", dir / "t/a");
    fs::create_symlink("../shared", dir / "t/b");
    auto watched = watch(dir / "t/**");
    const auto watches = watcher->watches();
    write(dir / "shared/f", "2");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, (Changes{modified(dir / "t/a/f"), modified(dir / "t/b/f")}));
    fs::create_symlink("../shared", dir / "t/c");
    ASSERT_TRUE(until([&] { return watched->has(dir / "t/c/f"); }));
    EXPECT_EQ(watcher->watches(), watches);
}

TEST_F(LinkedDirectories, LinksThatMultiplyAreBounded) {
    fs::create_directories(dir / "t");
    std::string below = dir / "t";
    for (int i = 0; i < 16; ++i) { // two ways into each from the fifth on: 2¹² in all
        const auto next = dir / ("d" + std::to_string(i));
        fs::create_directories(next);
        fs::create_symlink(next, below + "/a");
        if (i >= 4)
            fs::create_symlink(next, below + "/b");
        below = next;
    }
    for (int i = 0; i < 5; ++i)
        fs::create_directories(dir / ("d7/many/" + std::to_string(i)));
    auto watched = watch(dir / "t/**");
    EXPECT_LE(watcher->watches(), 40U);
    const auto deep = watched->set->explain(dir / "t/a/a/a/a/a/a/a/a/a/f");
    EXPECT_NE(deep.watches.front().left_out.find("within each other"), std::string::npos);
}

TEST_F(LinkedDirectories, MoreDirectoriesThanAnybodyMeansAreLeftOutAndThatIsSaid) {
    fs::create_directories(dir / "many");
    for (std::size_t i = 0; i < DirectoryTree::kMaxLinked; ++i)
        fs::create_directory(dir / ("many/" + std::to_string(i)));
    fs::create_directories(dir / "t/own");
    fs::create_symlink("../many", dir / "t/a");
    auto watched = watch(dir / "t/**");
    EXPECT_EQ(watched->set->state().kind, WatchState::Kind::Incomplete);
    EXPECT_NE(watched->set->state().why.find("behind symbolic links"), std::string::npos);
    fs::remove(dir / "t/a");
    watched->set->look(Rescan::All);
    EXPECT_EQ(watched->set->state().kind, WatchState::Kind::Watching);
}

TEST_F(LinkedDirectories, WhatIsKeptOutStaysOut) {
    fs::create_directories(dir / "t/node_modules/lib");
    fs::create_directories(dir / "t/.git/hooks");
    write(dir / "t/node_modules/lib/f", "x");
    write(dir / "t/.git/hooks/f", "x");
    fs::create_directories(dir / "real");
    write(dir / "real/f", "x");
    fs::create_symlink("node_modules/lib", dir / "t/lib");
    fs::create_symlink(".git", dir / "t/version");
    fs::create_symlink("../real", dir / "t/vendor");
    auto definition = WatchTest::definition({dir / "t/**"});
    definition.exclude = {"**/node_modules/**", "**/vendor/**"};
    auto watched = watch({definition});
    // By the path as it is watched, as for a link to a file.
    EXPECT_EQ(watched->content.files.size(), 1U);
    EXPECT_TRUE(watched->has(dir / "t/lib/f"));
    EXPECT_FALSE(watched->set->explain(dir / "t/version/hooks/f").watched);
}

TEST_F(LinkedDirectories, ADaemonThatLooksAtEverythingSeesLinksThatCameUnseen) {
    deploy();
    auto watched = watch(dir / "conf/**");
    fs::remove(dir / "conf/conf.d");
    fs::create_symlink(at("2"), dir / "conf/other");
    const auto look = watched->set->look(Rescan::All);
    EXPECT_FALSE(look.content.files.contains(file));
    EXPECT_TRUE(look.content.files.contains(dir / "conf/other/a.conf"));
}

} // namespace
} // namespace hotreload::watch
