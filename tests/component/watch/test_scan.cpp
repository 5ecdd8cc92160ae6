// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <sys/stat.h>

namespace hotreload::watch {
namespace {

class SafetyScan : public WatchTest {
protected:
    void SetUp() override {
        fs::create_directories(dir / "conf");
        fs::create_directories(dir / "elsewhere");
        make_watcher({.scan_interval = 30ms});
    }
};

TEST_F(SafetyScan, AWriteByAnotherNameOfTheFileIsFound) {
    write(dir / "elsewhere/f", "1");
    fs::create_hard_link(dir / "elsewhere/f", dir / "conf/f");
    auto pattern = watch(dir / "conf/*");
    auto literal = watch(dir / "conf/f");
    write(dir / "elsewhere/f", "2");
    ASSERT_TRUE(until([&] { return pattern->calls == 1 && literal->calls == 1; }));
    EXPECT_EQ(pattern->changes, Changes{modified(dir / "conf/f")});
    chmod((dir / "elsewhere/f").c_str(), 0600);
    pass(150ms);
    EXPECT_EQ(pattern->calls + literal->calls, 2) << "the bytes are the same";
}

TEST_F(SafetyScan, AWriteThroughABindMountOfTheFileIsFound) {
    if (!own_mounts())
        GTEST_SKIP() << "may not mount";
    write(dir / "conf/f", "1");
    write(dir / "elsewhere/same", "");
    ASSERT_EQ(mount((dir / "conf/f").c_str(), (dir / "elsewhere/same").c_str(), nullptr, MS_BIND,
                    nullptr),
              0);
    auto watched = watch(dir / "conf/*");
    write(dir / "elsewhere/same", "22");
    EXPECT_TRUE(until([&] { return watched->calls == 1; }));
    umount2((dir / "elsewhere/same").c_str(), MNT_DETACH);
}

TEST_F(SafetyScan, AllOfMoreFilesThanASliceTakesAreScanned) {
    for (int i = 0; i < 3000; ++i)
        write(dir / ("conf/f" + std::to_string(i)), "1");
    for (const auto* name : {"f0", "f1500", "f2999", "f999"})
        fs::create_hard_link(dir / (std::string("conf/") + name),
                             dir / (std::string("elsewhere/") + name));
    auto watched = watch(dir / "conf/*");
    auto more = watch(dir / "conf/f1500");
    for (const auto* name : {"f0", "f1500", "f2999", "f999"})
        write(dir / (std::string("elsewhere/") + name), "22");
    EXPECT_TRUE(until([&] {
        for (const auto* name : {"f0", "f1500", "f2999", "f999"})
            if (watched->content.files.at(dir / (std::string("conf/") + name)).size != 2)
                return false;
        return more->calls == 1;
    }));
}

TEST_F(SafetyScan, ASetMayEndInTheMiddleOfAScan) {
    for (int i = 0; i < 3000; ++i)
        write(dir / ("conf/f" + std::to_string(i)), "1");
    for (int round = 0; round < 10; ++round) {
        auto one = watch(dir / "conf/*");
        auto two = watch(dir / "conf/*");
        pass(33ms);
        one.reset();
        pass(5ms);
    }
}

TEST_F(SafetyScan, WithoutFilesAndPollsNothingWakesTheLoop) {
    make_watcher({.poll_interval = 10ms, .scan_interval = 10ms});
    auto watched = watch(dir / "conf/*");
    pass(20ms); // what arming leaves to do
    const auto start = std::chrono::steady_clock::now();
    loop.run_once(300ms);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 300ms);
}

} // namespace
} // namespace hotreload::watch
