// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hotreload::document {
namespace schema_pattern_test {

using Answer = Matcher::Answer;

Answer find(std::string_view ecma, std::string_view text) {
    const auto pattern = Pattern::compile(ecma);
    EXPECT_TRUE(pattern) << ecma << ": " << pattern.error();
    Steps steps;
    return pattern ? Matcher(steps).find(*pattern, text) : Answer::TooMuch;
}

bool matches(std::string_view ecma, std::string_view text) {
    const auto answer = find(ecma, text);
    EXPECT_NE(answer, Answer::TooMuch) << ecma;
    return answer == Answer::Yes;
}

std::string why_not(std::string_view ecma) {
    const auto pattern = Pattern::compile(ecma);
    return pattern ? "" : pattern.error();
}

TEST(SchemaPattern, IsFoundAnywhereInTheText) {
    EXPECT_TRUE(matches("b", "abc"));
    EXPECT_FALSE(matches("^b", "abc"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_TRUE(matches("^a+$", std::string(100'000, 'a')));
    EXPECT_TRUE(matches("^(a|b|c)*$", std::string(100'000, 'a')));
}

TEST(SchemaPattern, HasTheDialectOfEcma262) {
    EXPECT_FALSE(matches("^a$", "a\n"));
    EXPECT_FALSE(matches("^.$", "\n"));
    EXPECT_FALSE(matches("^.$", "\u2028"));
    EXPECT_TRUE(matches("^.$", "\u00e4"));
    EXPECT_TRUE(matches("^\\d$", "4"));
    EXPECT_FALSE(matches("^\\d$", "\u09ea")); // a digit of Bengali
    EXPECT_FALSE(matches("^\\w$", "\u00e9"));
    EXPECT_TRUE(matches("^\\W$", "\u00e9"));
    EXPECT_TRUE(matches("^\\s[\\s]$", "\u00a0\ufeff"));
    EXPECT_FALSE(matches("\\S|[\\S]", "\u2029\u3000"));
    EXPECT_TRUE(matches("^\\v\\cA\\x41\\u0042\\0$", std::string_view("\x0b\x01"
                                                                     "AB\0",
                                                                     5)));
    EXPECT_TRUE(matches("^\\uD83D\\uDC32\\u{1F432}$", "\U0001F432\U0001F432"));
    EXPECT_TRUE(matches("^[\\u{1F400}-\\u{1F4FF}]$", "\U0001F432"));
    EXPECT_TRUE(matches("^[^\\uD800-\\uDFFF]$", "a"));
    EXPECT_TRUE(matches("^\\p{Letter}\\p{Script=Greek}\\P{Lu}[\\p{digit}]$", "a\u03b1b\u09ea"));
    EXPECT_TRUE(matches("(?<=a)b(?<!c)", "ab"));
    EXPECT_TRUE(matches("^(?<n>a|b)\\k<n>\\1$", "aaa"));
    EXPECT_TRUE(matches("^[]|[^]$", "x"));
    EXPECT_TRUE(matches("^\\b$|^[\\b]$", "\b"));
}

TEST(SchemaPattern, TakesWhatPeopleWrite) {
    EXPECT_TRUE(matches("^[\\w-.]+$", "a-.")); // a hyphen beside a class is one
    EXPECT_TRUE(matches("^[a-\\d]+$", "a-1"));
    EXPECT_TRUE(matches("^[+--]$", ","));
    EXPECT_TRUE(matches("^[a-z-9]+$", "b-9"));
    EXPECT_TRUE(matches("^[[:]$", "["));
    EXPECT_TRUE(matches("^a{,5}{$", "a{,5}{"));
    EXPECT_TRUE(matches("^a{2,}b{1,2}$", "aaabb"));
    EXPECT_TRUE(matches("^\\-\\_\\@\\/\\\"\\ \\\u00e4$", "-_@/\" \u00e4"));
    EXPECT_TRUE(matches("(?i)^ABC$", "abc"));
    EXPECT_TRUE(matches("^(?s:.).$", "\na"));
    EXPECT_FALSE(matches("^(?s:.).$", "\n\n"));
    EXPECT_TRUE(matches("\\Aab\\Z", "ab"));
    EXPECT_TRUE(matches("^}]$", "}]"));
}

TEST(SchemaPattern, SaysWhatIsNotUnderstood) {
    EXPECT_EQ(why_not("["), "a ] is missing");
    EXPECT_EQ(why_not("a\\"), "nothing follows the last \\");
    EXPECT_EQ(why_not("\\h"), "there is no escape \\h");
    EXPECT_EQ(why_not("\\u12"), "\\u is followed by four digits, or by {\u2026}");
    EXPECT_NE(why_not("("), "");
    EXPECT_NE(why_not("*"), "");
    EXPECT_NE(why_not("(*LIMIT_MATCH=1)a"), "");
    EXPECT_NE(why_not("(?R)"), "");
    EXPECT_NE(why_not("a{2,1}"), "");
    EXPECT_NE(why_not(std::string(100'000, 'a')), "");
    EXPECT_NE(why_not(std::string(1000, '(') + std::string(1000, ')')), "");
    EXPECT_NE(why_not("((((((a{1,999}){1,999}){1,999}){1,999}){1,999}){1,999})"), "");
}

// Each of these takes longer than anybody lives, or as the square of the text's length.
TEST(SchemaPattern, EndsInTime) {
    const auto search = [](std::string_view ecma, const std::string& text) {
        const auto pattern = Pattern::compile(ecma);
        Steps steps(2'000'000);
        return Matcher(steps).find(*pattern, text);
    };
    EXPECT_EQ(search("^([a-z0-9]+[.-]?)+$", std::string(45, 'a') + "!"), Answer::TooMuch);
    EXPECT_EQ(search("(a*)*[bc]", std::string(100, 'a')), Answer::TooMuch);
    EXPECT_EQ(search("^(?:a|a|b)*$", std::string(60, 'a') + "c"), Answer::TooMuch);
    EXPECT_EQ(search("(?:(?=.*y).)*[zw]", std::string(100'000, 'x') + "y"), Answer::TooMuch);
    EXPECT_EQ(search("a*[bc]", std::string(100'000, 'a')), Answer::TooMuch);
    EXPECT_EQ(search("^(?:.|a)*$", std::string(1'000'000, 'x')), Answer::TooMuch);
}

} // namespace schema_pattern_test
} // namespace hotreload::document
