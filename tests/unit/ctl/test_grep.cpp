// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/grep.hpp"

#include <gtest/gtest.h>

using hotreload::ctl::Grep;

TEST(Grep, a_pattern_without_capitals_is_found_in_any_case) {
    EXPECT_TRUE(Grep::compile("err|warn")->admits("an Error"));
    EXPECT_FALSE(Grep::compile("Err")->admits("an error"));
    EXPECT_FALSE(Grep::compile("^err")->admits("an error"));
    EXPECT_TRUE(Grep::compile("café")->admits("caf\xe9 and CAFÉ"));
}

TEST(Grep, what_is_no_pattern_is_told_why) {
    EXPECT_EQ(Grep::compile("a(").error(), "missing closing parenthesis");
}

TEST(Grep, a_message_that_takes_too_long_is_shown) {
    const auto grep = Grep::compile("^(a+)+$");
    EXPECT_TRUE(grep->admits(std::string(4000, 'a') + "b"));
    EXPECT_FALSE(grep->admits("b"));
}
