// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/set_aside.hpp"

#include <gtest/gtest.h>

using namespace hotreload;
using namespace hotreload::worker;

namespace {

Request compare(std::uint64_t content, std::optional<std::string> bytes = {}) {
    return Compare{.now = {{0, 0, content}, Format::Toml, std::move(bytes)}};
}

TEST(SetAside, holds_for_the_contents_whether_their_bytes_are_there_or_not) {
    SetAside aside;
    aside.add("shop", compare(1, "x"), "because");
    ASSERT_NE(aside.find("shop", compare(1)), nullptr);
    EXPECT_EQ(*aside.find("shop", compare(1)), "because");
    EXPECT_EQ(aside.find("shop", compare(2)), nullptr) << "it has changed";
    EXPECT_EQ(aside.find("other", compare(1)), nullptr);
}

TEST(SetAside, is_forgiven_a_project_at_a_time) {
    SetAside aside;
    aside.add("shop", compare(1), "a");
    aside.add("other", compare(1), "b");
    aside.forgive("shop");
    EXPECT_EQ(aside.find("shop", compare(1)), nullptr);
    EXPECT_NE(aside.find("other", compare(1)), nullptr);
}

TEST(SetAside, forgets_the_oldest) {
    SetAside aside;
    for (std::uint64_t content = 0; content <= SetAside::kMost; ++content)
        aside.add("shop", compare(content), "a");
    EXPECT_EQ(aside.find("shop", compare(0)), nullptr);
    EXPECT_NE(aside.find("shop", compare(1)), nullptr);
    EXPECT_NE(aside.find("shop", compare(SetAside::kMost)), nullptr);
}

TEST(SetAside, lines_are_asked_for_by_people_each_time_anew) {
    SetAside aside;
    aside.add("shop", CompareLines{"a", "b"}, "a");
    EXPECT_EQ(aside.find("shop", CompareLines{"a", "b"}), nullptr);
}

} // namespace
