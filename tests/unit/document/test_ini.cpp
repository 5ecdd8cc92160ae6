// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parsing.hpp"

namespace hotreload {
namespace ini_test {

using namespace short_hand;

std::string ini(std::string_view text) {
    return to_json(parsed(Format::Ini, text));
}
std::string wrong(std::string_view text) {
    return why_not(Format::Ini, text);
}

TEST(Ini, IsSectionsOfStrings) {
    EXPECT_EQ(ini("top = 1\n[a.b]\nk=v # no comment\n other : x = y\n[c]\n"),
              R"({"a.b":{"k":"v # no comment\nother : x = y"},"c":{},"top":"1"})");
    EXPECT_EQ(ini("[s]\nurl: http://x = y\n"), R"({"s":{"url":"http://x = y"}})");
    EXPECT_EQ(ini(""), "{}");
    EXPECT_EQ(ini("\xEF\xBB\xBF[a]\r\nb = c\r\n"), R"({"a":{"b":"c"}})");
}

TEST(Ini, CommentsBlankLinesSpacesAndQuotesDoNotCount) {
    EXPECT_EQ(ini("# x\n; y\n\n[ a ] ; z\n  k\t=  \"v w\"  \nq = '\n"),
              R"({"a":{"k":"v w","q":"'"}})");
}

TEST(Ini, IndentedLinesContinueTheValue) {
    EXPECT_EQ(ini("[a]\nk = 1\n  2\n\t# not this\n  3\nl = 4\n"),
              R"({"a":{"k":"1\n2\n3","l":"4"}})");
    EXPECT_EQ(ini("  indented = 1\n"), R"({"indented":"1"})");
}

TEST(Ini, WhatComesAgainIsAdded) {
    EXPECT_EQ(ini("[a]\nk=1\n[b]\n[a]\nl=2\nk=3\nk=4\n"),
              R"({"a":{"k":["1","3","4"],"l":"2"},"b":{}})");
}

TEST(Ini, TellsTheLineThatIsNone) {
    EXPECT_EQ(wrong("[a]\nb\n"),
              "2:1: neither a [section] nor key = value; a comment begins with # or ;");
    EXPECT_EQ(wrong("[a\n"), "1:1: the section's ] is missing");
    EXPECT_EQ(wrong("[a] b\n"), "1:1: nothing but a comment may follow the section's ]");
    EXPECT_EQ(wrong("= x\n"), "1:1: the key is missing");
    EXPECT_EQ(wrong("a = 1\n[a]\n"),
              "2:1: a key before the first section has the name of this section");
}

TEST(Ini, KeysKnowTheirPlace) {
    const auto root = parsed(Format::Ini, "[a]\n\nk = 1\nk = 2\n");
    EXPECT_EQ(place(root, {"a"}), "1:1");
    EXPECT_EQ(place(root, {"a", "k"}), "3:1");
    EXPECT_EQ(place(root, {"a", "k", std::size_t{1}}), "4:1");
}

} // namespace ini_test
} // namespace hotreload
