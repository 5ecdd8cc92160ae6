// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

namespace hotreload::watch {
namespace {

class Links : public WatchTest {
protected:
    void relink(const std::string& target, const std::string& link) {
        fs::create_symlink(target, link + ".new-link");
        fs::rename(link + ".new-link", link);
    }
    // Makes a volume as Kubernetes mounts one.
    void make_volume() const {
        fs::create_directories(volume + "/..1");
        write(volume + "/..1/app.conf", "1");
        fs::create_symlink("..1", volume + "/..data");
        fs::create_symlink("..data/app.conf", volume + "/app.conf");
    }

    const std::string volume = dir / "volume";
};

TEST_F(Links, TheTargetOfALinkIsWatchedWhereItLies) {
    fs::create_directories(dir / "available");
    fs::create_directories(dir / "enabled");
    write(dir / "available/site", "1");
    fs::create_symlink("../available/site", dir / "enabled/site");
    auto watched = watch(dir / "enabled/*");
    ASSERT_TRUE(watched->has(dir / "enabled/site"));
    write(dir / "available/site", "2");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(dir / "enabled/site")});
    write(dir / "available/other", "3");
    pass();
    EXPECT_EQ(watched->calls, 1);
    relink("../available/other", dir / "enabled/site");
    ASSERT_TRUE(until([&] { return watched->calls == 2; }));
    write(dir / "available/other", "4");
    ASSERT_TRUE(until([&] { return watched->calls == 3; }));
    write(dir / "available/site", "5");
    pass();
    EXPECT_EQ(watched->calls, 3);
}

// Was: each shell that redirects to /dev/null woke us, and filled the log of events.
TEST_F(Links, AMaskIsNoReasonToWatchDev) {
    fs::create_directories(dir / "conf");
    fs::create_symlink("/dev/null", dir / "conf/f");
    auto watched = watch(dir / "conf/*");
    const auto before = watcher->recent_events().size();
    for (int i = 0; i < 5; ++i)
        write("/dev/null", "x");
    pass();
    EXPECT_EQ(watcher->recent_events().size(), before);
    fs::remove(dir / "conf/f");
    write(dir / "conf/f", "1");
    EXPECT_TRUE(until([&] { return watched->has(dir / "conf/f"); }));
}

TEST_F(Links, ALinkWhoseTargetComesLaterIsTaken) {
    fs::create_directories(dir / "conf");
    fs::create_symlink(dir / "later/f", dir / "conf/f");
    auto watched = watch(dir / "conf/*");
    EXPECT_TRUE(watched->content.files.empty());
    fs::create_directories(dir / "later");
    write(dir / "later/f", "x");
    ASSERT_TRUE(until([&] { return watched->has(dir / "conf/f"); }));
    fs::remove(dir / "later/f");
    ASSERT_TRUE(until([&] { return !watched->has(dir / "conf/f"); }));
}

TEST_F(Links, TheSwapOfAKubernetesVolumeIsOneChangeEachTime) {
    make_volume();
    auto pattern = watch(volume + "/*.conf");
    auto literal = watch(volume + "/app.conf");
    for (int i = 2; i <= 4; ++i) {
        const auto next = volume + "/.." + std::to_string(i);
        fs::create_directories(next);
        write(next + "/app.conf", std::to_string(i));
        relink(".." + std::to_string(i), volume + "/..data");
        fs::remove_all(volume + "/.." + std::to_string(i - 1));
        ASSERT_TRUE(until([&] { return pattern->calls == i - 1 && literal->calls == i - 1; })) << i;
        EXPECT_EQ(pattern->changes, Changes{modified(volume + "/app.conf")});
    }
    pass();
    EXPECT_EQ(pattern->calls, 3);
}

// Several steps of the way watch the volume: as they end one by one, the kernel is asked for less,
// and answers that the directory is another, or none.
TEST_F(Links, ASetMayEndBeforeItHearsThatItsDirectoryIsGone) {
    make_volume();
    auto pattern = watch(volume + "/*.conf");
    auto literal = watch(volume + "/app.conf");
    ASSERT_TRUE(pattern->has(volume + "/app.conf"));
    fs::remove_all(volume);
    pattern.reset();
    literal.reset();
    EXPECT_EQ(watcher->watches(), 0U);
    pass();
}

TEST_F(Links, ADeploymentsCurrentLinkAsTheBaseIsFollowed) {
    for (const auto* name : {"releases/1/conf", "releases/2/conf"}) {
        fs::create_directories(dir / name);
        write(dir / (std::string(name) + "/f"), name);
    }
    fs::create_symlink("releases/1", dir / "current");
    auto watched = watch(dir / "current/conf/**");
    ASSERT_TRUE(watched->has(dir / "current/conf/f"));
    relink("releases/2", dir / "current");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(dir / "current/conf/f")});
    write(dir / "releases/2/conf/g", "x");
    ASSERT_TRUE(until([&] { return watched->has(dir / "current/conf/g"); }));
}

TEST_F(Links, ATargetThatBecomesALinkInTurnIsFollowed) {
    for (const auto* name : {"conf", "one", "two"})
        fs::create_directories(dir / name);
    write(dir / "one/f", "1");
    write(dir / "two/f", "1");
    fs::create_symlink("../one/f", dir / "conf/f");
    auto watched = watch(dir / "conf/*");
    relink("../two/f", dir / "one/f");
    pass(20ms);
    EXPECT_EQ(watched->calls, 0) << "the content is the same";
    write(dir / "two/f", "2");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
}

TEST_F(Links, ALoopOfLinksIsUnreadableAndNoMore) {
    fs::create_symlink("b", dir / "a");
    fs::create_symlink("a", dir / "b");
    auto watched = watch(dir / "a");
    ASSERT_EQ(watched->content.unreadable.size(), 1U);
    fs::remove(dir / "b");
    write(dir / "b", "x");
    ASSERT_TRUE(until([&] { return watched->has(dir / "a"); }));
}

TEST_F(Links, AFileThatBecomesALinkAndAgainAFileIsFollowed) {
    const auto file = dir / "conf/f";
    fs::create_directories(dir / "conf");
    fs::create_directories(dir / "other");
    write(file, "1");
    write(dir / "other/f", "2");
    auto pattern = watch(dir / "conf/*");
    auto literal = watch(file);
    relink("../other/f", file);
    ASSERT_TRUE(until([&] { return pattern->calls == 1 && literal->calls == 1; }));
    write(dir / "other/f", "3");
    ASSERT_TRUE(until([&] { return pattern->calls == 2 && literal->calls == 2; }));
    write(dir / "conf/f.new", "4");
    fs::rename(dir / "conf/f.new", file);
    ASSERT_TRUE(until([&] { return literal->calls == 3; }));
    write(dir / "other/f", "5");
    pass();
    EXPECT_EQ(literal->calls, 3);
}

} // namespace
} // namespace hotreload::watch
