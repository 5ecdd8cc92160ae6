// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

namespace hotreload::watch {
namespace {

constexpr std::uint64_t kNfs = 0x6969;

// Changes in the lower directory of an overlay show in the overlay, and inotify does not see them
// there: as on a network file system, for which it is passed off here.
class Blind : public WatchTest {
protected:
    void SetUp() override {
        for (const auto* name : {"lower/sub", "mnt", "here"})
            fs::create_directories(dir / name);
        write(lower("f"), "1");
        write(lower("sub/f"), "1");
        const auto options = "lowerdir=" + dir / "lower" + ":" + dir / "here";
        if (!own_mounts() ||
            mount("overlay", remote("").c_str(), "overlay", 0, options.c_str()) < 0)
            GTEST_SKIP() << "cannot mount an overlay";
        mounted = true;
        make_watcher({.poll_interval = 30ms, .file_system_magic = [this](const std::string& path) {
                          return path.starts_with(dir / "mnt") ? kNfs : 0;
                      }});
    }
    void TearDown() override {
        if (mounted)
            umount2(remote("").c_str(), MNT_DETACH);
    }
    std::string lower(std::string_view name) const { return dir / "lower/" + std::string(name); }
    std::string remote(std::string_view name) const { return dir / "mnt/" + std::string(name); }

    WatchState polling(const std::string& place) const {
        return {WatchState::Kind::Polling, "inotify does not see changes on NFS (" + place + ")"};
    }
    bool mounted = false;
};

TEST_F(Blind, FilesOnANetworkFileSystemArePolledAndItIsSaid) {
    auto pattern = watch(dir / "mnt/**");
    auto literal = watch(remote("sub/f"));
    EXPECT_EQ(pattern->set->state(), polling(dir / "mnt"));
    EXPECT_EQ(literal->set->state(), polling(remote("sub/f")));
    EXPECT_TRUE(until([&] { return pattern->states == 1 && literal->states == 1; }));
    write(lower("sub/f"), "two");
    ASSERT_TRUE(until([&] { return pattern->calls == 1 && literal->calls == 1; }));
    EXPECT_EQ(pattern->changes, Changes{modified(remote("sub/f"))});
    write(lower("sub/g"), "new");
    ASSERT_TRUE(until([&] { return pattern->calls == 2; }));
    EXPECT_EQ(pattern->changes, Changes{created(remote("sub/g"))});
    fs::create_directories(lower("deep/er"));
    write(lower("deep/er/f"), "new");
    ASSERT_TRUE(until([&] { return pattern->has(remote("deep/er/f")); }));
    fs::remove_all(lower("deep"));
    ASSERT_TRUE(until([&] { return !pattern->has(remote("deep/er/f")); }));
    const int calls = pattern->calls;
    pass(150ms);
    EXPECT_LE(pattern->calls, calls + 1);
    EXPECT_EQ(literal->calls, 1) << "polls that find nothing are not told";
}

TEST_F(Blind, WhatALinkLeadsToOnANetworkFileSystemIsPolledAndTheRestIsWatched) {
    fs::create_symlink(remote("f"), dir / "here/link");
    write(dir / "here/plain", "1");
    auto watched = watch(dir / "here/*");
    EXPECT_EQ(watched->set->state(), polling(dir / "here/link"));
    write(lower("f"), "two");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, Changes{modified(dir / "here/link")});
    fs::remove(dir / "here/link");
    ASSERT_TRUE(until([&] { return watched->set->state() == WatchState{}; }));
    EXPECT_TRUE(until([&] { return watched->states == 2; }));
}

TEST_F(Blind, ADebounceLongerThanTheIntervalOfPollingEndsAllTheSame) {
    auto watched = watch({definition({dir / "mnt/*"}, 100ms, 10s)});
    const auto start = std::chrono::steady_clock::now();
    write(lower("f"), "two");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(Blind, AFileThatComesIsFoundWhereOnlyItsDirectoryIs) {
    auto watched = watch(remote("later"));
    EXPECT_EQ(watched->content.missing, Paths{remote("later")});
    // By the overlay itself: a name that was looked up in vain stays unknown there otherwise.
    write(lower("later"), "x");
    umount2(remote("").c_str(), MNT_DETACH);
    const auto options = "lowerdir=" + dir / "lower" + ":" + dir / "here";
    ASSERT_EQ(mount("overlay", remote("").c_str(), "overlay", 0, options.c_str()), 0);
    ASSERT_TRUE(until([&] { return watched->has(remote("later")); }));
}

TEST(FileSystems, AreBlindByTheirMagic) {
    EXPECT_EQ(blind_file_system(0x6969), "NFS");
    EXPECT_EQ(blind_file_system(0x65735546), "FUSE");
    EXPECT_EQ(blind_file_system(0xFE534D42), "SMB");
    EXPECT_EQ(blind_file_system(0x01021997), "9p");
    for (const auto seeing : {0xEF53U, 0x01021994U, 0x9123683EU, 0x794C7630U})
        EXPECT_EQ(blind_file_system(seeing), "");
}

TEST(FileSystems, OfThisMachinesOwnDirectoriesIsNoneBlind) {
    FileSystems systems;
    EXPECT_EQ(systems.blind(1, "/proc"), "");
    EXPECT_EQ(systems.blind(2, "/nowhere"), "");
}

} // namespace
} // namespace hotreload::watch
