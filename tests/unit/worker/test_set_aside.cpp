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

TEST(SetAside, counts_deaths_until_there_is_an_answer) {
    SetAside aside;
    EXPECT_EQ(aside.count_death("shop", compare(1)), 1U);
    EXPECT_EQ(aside.find("shop", compare(1)), nullptr) << "one may be anybody's";
    EXPECT_EQ(aside.count_death("shop", compare(2)), 1U);
    EXPECT_EQ(aside.count_death("shop", compare(1, "x")), 2U) << "with or without its bytes";
    aside.forget("shop", compare(1));
    EXPECT_EQ(aside.count_death("shop", compare(1)), 1U);
}

TEST(SetAside, knows_lines_by_their_texts) {
    SetAside aside;
    aside.add("shop", CompareLines{"a", "b"}, "why");
    EXPECT_NE(aside.find("shop", CompareLines{"a", "b"}), nullptr);
    EXPECT_EQ(aside.find("shop", CompareLines{"a", "c"}), nullptr);
}

} // namespace
