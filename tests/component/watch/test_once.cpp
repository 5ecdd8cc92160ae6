// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"
#include "watch/disk_files.hpp"

namespace hotreload::watch {
namespace {

class Once : public WatchTest {};

// Was: "plan" watched what it looked at, for as long as it looked.
TEST_F(Once, WhatIsReadOnceIsNotWatched) {
    fs::create_directories(dir / "a/b");
    write(dir / "a/b/f", "one");
    DiskFiles files(*watcher);
    const auto before = watcher->watches();
    std::size_t during = before;
    const auto seen = files.read_once({{.files = {dir / "**"}}},
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
    DiskFiles files(*watcher);
    ASSERT_TRUE(files.read_once({{.files = {dir / "*"}}}, {}));
    EXPECT_FALSE(watched->set->unsettled());
    write(dir / "f", "two");
    ASSERT_TRUE(until([&] { return watched->calls > 0; }));
}

} // namespace
} // namespace hotreload::watch
