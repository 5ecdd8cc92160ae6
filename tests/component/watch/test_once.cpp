// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"
#include "watch/disk_files.hpp"

#include <unistd.h>

namespace hotreload::watch {
namespace {

class Once : public WatchTest {
protected:
    Result<Snapshot> read_once(const std::vector<WatchDefinition>& watches,
                               Files::OnRead on_read = {}) {
        auto reading = files.read_once(watches, std::move(on_read));
        reading.start();
        EXPECT_TRUE(until([&] { return reading.done(); }));
        return reading.take();
    }

    DiskFiles files{*watcher};
};

// Was: "plan" watched what it looked at, for as long as it looked.
TEST_F(Once, WhatIsReadOnceIsNotWatched) {
    fs::create_directories(dir / "a/b");
    write(dir / "a/b/f", "one");
    const auto before = watcher->watches();
    std::size_t during = before;
    const auto seen = read_once({{.files = {dir / "**"}}},
                                [&](const std::string&, const ContentId&, std::string_view) {
                                    during = watcher->watches();
                                });
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->files.at(dir / "a/b/f"), content_id("one"));
    EXPECT_EQ(during, before);
    EXPECT_EQ(watcher->watches(), before);
}

TEST_F(Once, AndMarksNothingOfWhatIs) {
    write(dir / "f", "one");
    auto watched = watch(dir / "*");
    ASSERT_TRUE(read_once({{.files = {dir / "*"}}}, {}));
    EXPECT_FALSE(watched->set->unsettled());
    write(dir / "f", "two");
    ASSERT_TRUE(until([&] { return watched->calls > 0; }));
}

// Was: a plan of a large file held up everybody else.
TEST_F(Once, AndIsReadInSlices) {
    write(dir / "large", std::string(std::size_t{64} << 20, 'x'));
    auto reading = files.read_once({{.files = {dir / "*"}}}, {});
    reading.start();
    EXPECT_FALSE(reading.done());
    EXPECT_TRUE(until([&] { return reading.done(); }));
    EXPECT_EQ(reading.take()->files.at(dir / "large").size, std::size_t{64} << 20);
}

// Was: /proc/PID/pagemap was read for 1 GiB, and its like of every task.
TEST_F(Once, AFileOfTheKernelThatHasNoEndIsNotReadToItsEnd) {
    const auto path = "/proc/" + std::to_string(getpid()) + "/pagemap";
    const auto seen = read_once({{.files = {path}}});
    ASSERT_TRUE(seen);
    EXPECT_FALSE(seen->files.contains(path));
    ASSERT_EQ(seen->unreadable.size(), 1U);
    EXPECT_TRUE(seen->unreadable[0].message.contains("exclude it")) << seen->unreadable[0].message;
}

} // namespace
} // namespace hotreload::watch
