// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json_text.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace hotreload;

TEST(JsonText, is_one_value_of_any_kind) {
    for (const auto* const text : {"null", "true", "false", "0", "-0", "-1.50", "1e9", "1.0E-7",
                                   R"("")", R"("a\u00e9\n\"")", R"("\ud83d\uDE00\uffff")", "\"é\"",
                                   "[]", "{}", " [ 1 , [ ] , {\"a\" : 1,\"b\":[{}]} ]\n"})
        EXPECT_TRUE(is_json(text)) << text;
}

TEST(JsonText, is_nothing_else) {
    for (const auto* const text : {"",
                                   " ",
                                   "nul",
                                   "nullx",
                                   "1 2",
                                   "01",
                                   "+1",
                                   ".5",
                                   "1.",
                                   "1e",
                                   "-",
                                   "NaN",
                                   "\"",
                                   "\"\\x\"",
                                   "\"\\u12g4\"",
                                   "\"\n\"",
                                   "\"\xFF\"",
                                   "[1,]",
                                   "[,1]",
                                   "[1 2]",
                                   "[",
                                   "]",
                                   "{",
                                   "{\"a\"}",
                                   "{\"a\":}",
                                   "{a:1}",
                                   "{\"a\":1,}",
                                   "\"… (9 bytes)",
                                   "{}, \"injected\": {}",
                                   "// no"})
        EXPECT_FALSE(is_json(text)) << text;
}

// Was: one alone passed, and the parser that took the text next threw.
TEST(JsonText, has_surrogates_in_pairs) {
    for (const auto* const text : {R"("\ud83d")", R"("\ud83d\n")", R"("\ud83dx")", R"("\ude00")",
                                   R"("\ud83d\ud83d")", R"("\ud83d\u0041")", R"("\ud83d\u12")"})
        EXPECT_FALSE(is_json(text)) << text;
}

TEST(JsonText, is_not_deeper_than_a_document_can_be) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(is_json(nested(256)));
    EXPECT_FALSE(is_json(nested(257)));
    EXPECT_FALSE(is_json(std::string(10'000'000, '[')));
}
