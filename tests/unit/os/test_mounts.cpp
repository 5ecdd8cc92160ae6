// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/mounts.hpp"

#include <gtest/gtest.h>

namespace hotreload::os {
namespace {

using Points = std::set<std::string>;

constexpr auto kTable = "22 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw\n"
                        "28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
                        "40 28 0:40 /sub /mnt/a\\040b\\134c rw - tmpfs none rw\n";

TEST(Mounts, ALineIsAPointAndWhatIsThere) {
    const auto table = parse_mounts(kTable);
    ASSERT_EQ(table.size(), 3U);
    EXPECT_EQ(table.at("22"), (Mount{"/proc", "0:21 / - proc proc rw"}));
    EXPECT_EQ(table.at("40").point, "/mnt/a b\\c");
}

TEST(Mounts, WhatIsNoLineIsLeftOut) {
    EXPECT_TRUE(parse_mounts("").empty());
    EXPECT_TRUE(parse_mounts("\n\nnonsense\n1 2 3").empty());
    EXPECT_EQ(parse_mounts("1 2 0:1 / /x\\04").at("1").point, "/x\\04");
}

TEST(Mounts, AnotherFileSystemAtAPointIsAChange) {
    const auto before = parse_mounts(kTable);
    EXPECT_EQ(changed_points(before, before), Points{});
    auto after = before;
    after.erase("22");
    EXPECT_EQ(changed_points(before, after), Points{"/proc"});
    after.emplace("41", Mount{"/srv", "0:41 / - tmpfs none rw"});
    EXPECT_EQ(changed_points(before, after), (Points{"/proc", "/srv"}));
    EXPECT_EQ(changed_points(after, before), (Points{"/proc", "/srv"}));
    after = before;
    after.at("28").what = "254:16 / - ext4 /dev/vdb rw";
    EXPECT_EQ(changed_points(before, after), Points{"/"});
}

} // namespace
} // namespace hotreload::os
