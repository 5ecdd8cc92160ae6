// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace {

TEST(Utf8, text_stays_as_it_is) {
    for (const std::string text : {"", "plain", "café ☕ 𝄞", "\x7f", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
        EXPECT_EQ(to_utf8(text), text);
    }
}

TEST(Utf8, each_byte_that_is_no_text_is_replaced) {
    EXPECT_EQ(to_utf8("caf\xe9"), "caf\ufffd");
    EXPECT_EQ(to_utf8("\xe2\x98"), "\ufffd\ufffd");
    EXPECT_EQ(to_utf8("a\xff"
                      "b"),
              "a\ufffd"
              "b");
}

TEST(Utf8, overlong_forms_surrogates_and_what_is_beyond_unicode_are_no_text) {
    for (const auto* bytes : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                              "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x80"})
        EXPECT_FALSE(is_utf8(bytes));
}

TEST(Utf8, a_nul_is_replaced_where_it_would_end_the_text) {
    EXPECT_EQ(without_nul("plain"), "plain");
    EXPECT_EQ(without_nul(std::string("\0a\0", 3)), "\ufffda\ufffd");
}

} // namespace
} // namespace hotreload
