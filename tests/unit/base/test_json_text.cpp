// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json_text.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace hotreload;

TEST(JsonText, is_one_value_of_any_kind) {
    for (const auto* const text :
         {"null", "true", "false", "0", "-0", "-1.50", "1e9", "1.0E-7", R"("")", R"("a\u00e9\n\"")",
          "\"é\"", "[]", "{}", " [ 1 , [ ] , {\"a\" : 1,\"b\":[{}]} ]\n"})
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

TEST(JsonText, is_not_deeper_than_a_document_can_be) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(is_json(nested(200)));
    EXPECT_FALSE(is_json(nested(300)));
    EXPECT_FALSE(is_json(std::string(10'000'000, '[')));
}
