// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/printable.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;
using namespace std::string_literals;

TEST(Printable, what_moves_a_cursor_is_spelled_out) {
    EXPECT_EQ(printable("a\x1b[2Jb\rc\x7f"), "a\\x1b[2Jb\\x0dc\\x7f");
    EXPECT_EQ(printable("a\0b"s), "a\\x00b");
    EXPECT_EQ(printable("\xc2\x9b"s + "2J"), "\\xc2\\x9b2J"); // CSI in one character
}

TEST(Printable, text_is_left_alone) {
    EXPECT_EQ(printable("Grüße →\t✓ 😀\nzwei"), "Grüße →\t✓ 😀\nzwei");
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, what_is_no_text_is_spelled_out) {
    EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xc3");
    EXPECT_EQ(printable("\xe2\x82z"), "\\xe2\\x82z");
}

TEST(Printable, colours_of_a_log_are_kept_where_there_are_colours_and_end_with_the_line) {
    EXPECT_EQ(printable_log_line("\x1b[1;31mbad\x1b[0m news", true),
              "\x1b[1;31mbad\x1b[0m news\x1b[0m");
    EXPECT_EQ(printable_log_line("\x1b[1;31mbad\x1b[0m news\r", false), "bad news");
    EXPECT_EQ(printable_log_line("\x1b[2J\x1b]0;x\x07", true), "\\x1b[2J\\x1b]0;x\\x07");
    EXPECT_EQ(printable_log_line("50 %\r100 %\r", true), "50 %\\x0d100 %");
}
