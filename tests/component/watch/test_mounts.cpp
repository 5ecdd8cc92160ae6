// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

namespace hotreload::watch {
namespace {

class MountedOver : public WatchTest {
protected:
    void SetUp() override {
        if (!own_mounts())
            GTEST_SKIP() << "may not mount";
        for (const auto* name : {"app/conf", "other/conf", "a b"})
            fs::create_directories(dir / name);
        write(file, "below");
        write(dir / "other/conf/f", "other");
        make_watcher({}); // in the mounts of its own
    }
    void TearDown() override {
        while (!mounted.empty()) {
            umount2(mounted.back().c_str(), MNT_DETACH);
            mounted.pop_back();
        }
    }
    void bind(const std::string& from, const std::string& to) {
        ASSERT_EQ(mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr), 0);
        mounted.push_back(to);
    }
    void tmpfs(const std::string& at) {
        ASSERT_EQ(mount("tmpfs", at.c_str(), "tmpfs", 0, nullptr), 0);
        mounted.push_back(at);
    }
    void unmount() {
        ASSERT_EQ(umount2(mounted.back().c_str(), 0), 0) << "a watch must not keep a mount busy";
        mounted.pop_back();
    }

    const std::string file = dir / "app/conf/f";
    std::vector<std::string> mounted;
};

TEST_F(MountedOver, TheContentOfAMountAndThenWhatWasBelowItIsSeen) {
    auto literal = watch(file);
    auto tree = watch(dir / "app/**");
    auto base = watch(dir / "app/conf/*");
    const auto all = [&](int calls) {
        return until([&] {
            return literal->calls == calls && tree->calls == calls && base->calls == calls;
        });
    };
    for (int round = 0; round < 2; ++round) {
        const int before = literal->calls;
        bind(dir / "other/conf", dir / "app/conf");
        ASSERT_TRUE(all(before + 1));
        EXPECT_EQ(literal->content.files.at(file).size, 5U + static_cast<unsigned>(round));
        write(dir / "other/conf/f", round == 0 ? "again!" : "again!!");
        ASSERT_TRUE(all(before + 2)) << "it is watched as well";
        unmount();
        ASSERT_TRUE(all(before + 3));
        EXPECT_EQ(literal->content.files.at(file).size, round == 0 ? 5U : 11U);
        write(file, round == 0 ? "below again" : "and again");
        ASSERT_TRUE(all(before + 4));
    }
}

TEST_F(MountedOver, AFileSystemThatIsUnmountedAndMountedAgainComesBackByItself) {
    auto literal = watch(dir / "a b/conf/f");
    auto tree = watch(dir / "a b/**");
    for (int round = 1; round <= 2; ++round) {
        const int before = tree->calls;
        tmpfs(dir / "a b");
        fs::create_directories(dir / "a b/conf");
        write(dir / "a b/conf/f", "x");
        ASSERT_TRUE(until([&] { return literal->has(dir / "a b/conf/f"); }));
        ASSERT_TRUE(until([&] { return tree->has(dir / "a b/conf/f"); }));
        write(dir / "a b/conf/f", "yy");
        ASSERT_TRUE(until([&] { return tree->calls == before + 2; }));
        unmount();
        ASSERT_TRUE(until([&] { return tree->content.files.empty(); }));
        ASSERT_TRUE(until([&] { return literal->content.missing.size() == 1; }));
    }
}

TEST_F(MountedOver, AMountOverAParentIsSeen) {
    auto literal = watch(file);
    auto tree = watch(dir / "app/conf/*");
    bind(dir / "other", dir / "app");
    ASSERT_TRUE(until([&] { return literal->calls == 1 && tree->calls == 1; }));
    EXPECT_EQ(literal->changes, Changes{modified(file)});
    unmount();
    ASSERT_TRUE(until([&] { return literal->calls == 2 && tree->calls == 2; }));
}

// A set that follows the same parents would find the way changed for this one, too.
TEST_F(MountedOver, AMountOverAParentIsSeenByAPatternAlone) {
    auto tree = watch(dir / "app/conf/*");
    bind(dir / "other", dir / "app");
    ASSERT_TRUE(until([&] { return tree->calls == 1; }));
    EXPECT_EQ(tree->changes, Changes{modified(file)});
    unmount();
    ASSERT_TRUE(until([&] { return tree->calls == 2; }));
}

TEST_F(MountedOver, AFileMountedOverAFileIsSeen) {
    auto literal = watch(file);
    auto tree = watch(dir / "app/**");
    bind(dir / "other/conf/f", file);
    ASSERT_TRUE(until([&] { return literal->calls == 1 && tree->calls == 1; }));
    EXPECT_EQ(tree->changes, Changes{modified(file)});
    unmount();
    ASSERT_TRUE(until([&] { return literal->calls == 2 && tree->calls == 2; }));
}

TEST_F(MountedOver, AMountElsewhereIsNobodysBusiness) {
    auto tree = watch(dir / "app/**");
    tmpfs(dir / "other");
    pass(150ms);
    EXPECT_EQ(tree->calls, 0);
}

TEST_F(MountedOver, TheSameDirectoryAtTwoPlacesIsWatchedAtBoth) {
    bind(dir / "other/conf", dir / "app/conf");
    auto one = watch(dir / "other/conf/*");
    auto two = watch(dir / "app/conf/*");
    write(dir / "other/conf/f", "x");
    ASSERT_TRUE(until([&] { return one->calls == 1 && two->calls == 1; }));
    EXPECT_EQ(two->changes, Changes{modified(file)});
    write(file, "yy");
    ASSERT_TRUE(until([&] { return one->calls == 2 && two->calls == 2; }));
    one.reset();
    write(dir / "other/conf/f", "zzz");
    ASSERT_TRUE(until([&] { return two->calls == 3; }));
}

} // namespace
} // namespace hotreload::watch
