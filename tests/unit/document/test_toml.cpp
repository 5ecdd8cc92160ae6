// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parsing.hpp"

namespace hotreload {
namespace toml_test {

using namespace short_hand;

Value toml(std::string_view text) {
    return parsed(Format::Toml, text);
}
std::string wrong(std::string_view text) {
    return why_not(Format::Toml, text);
}

TEST(Toml, IsReadAsItMeans) {
    EXPECT_EQ(
        to_json(toml("a = 1\nb.c = 'x'\n[t]\nd = [1.5, true, {e = inf}]\n[[u]]\nv = 1\n[[u]]\n")),
        R"({"a":1,"b":{"c":"x"},"t":{"d":[1.5,true,{"e":"inf"}]},"u":[{"v":1},{}]})");
    EXPECT_EQ(to_json(toml("")), "{}");
    EXPECT_EQ(to_json(toml("\xEF\xBB\xBF")), "{}");
}

TEST(Toml, CommentsOrderAndSpellingDoNotCount) {
    EXPECT_EQ(toml("a = 16\nb = 1000\nc = 1.0\nd = 'x'\ne = \"\"\"l\nm\"\"\"\n"),
              toml("\xEF\xBB\xBF# x\r\ne = \"\"\"l\r\nm\"\"\"\r\nd = \"\\u0078\"\r\nc = 1.00\r\nb "
                   "= 1_000\r\na = 0x10\r\n"));
    EXPECT_EQ(toml("[a.b]\nc = 1"), toml("a = {b = {c = 1}}"));
    EXPECT_NE(toml("a = [1, 2]"), toml("a = [2, 1]"));
    EXPECT_NE(toml("a = 1"), toml("a = 1.0"));
    EXPECT_NE(toml("a = 1"), toml("a = '1'"));
    EXPECT_EQ(toml("a = nan"), toml("a = nan"));
}

TEST(Toml, DigitsBeyondADoubleCount) {
    EXPECT_EQ(toml("a = 1e3"), toml("a = 1_000.0"));
    EXPECT_EQ(toml("a = 1.10"), toml("a = +1.1"));
    EXPECT_EQ(toml("a = 6.02e23"), toml("a = 602_000_000_000_000_000_000_000.0"));
    EXPECT_EQ(toml("a = 1\n\"ü\" = 0.10"), toml("a = 1\n\"ü\" = 0.1"));
    EXPECT_NE(toml("a = 0.1"), toml("a = 0.1000000000000000055"));
    EXPECT_EQ(toml("a = 0.1000000000000000055"), toml("a = 1.000000000000000055e-1"));
    EXPECT_EQ(to_json(toml("a = 0.1000000000000000055")), R"({"a":0.1})");
    EXPECT_NE(toml("a = 0.0"), toml("a = -0.0"));
    EXPECT_EQ(to_json(toml("a = -0.1000000000000000055")), R"({"a":-0.1})");
    EXPECT_NE(toml("a = 1e-99999999999999999999"), toml("a = 1e-2"));
    EXPECT_NE(to_json(toml("a = 1e-99999999999999999999")), to_json(toml("a = 1.0")));
    EXPECT_EQ(toml("a = -0"), toml("a = 0"));
}

TEST(Toml, DatesAndTimesHaveOneSpelling) {
    const auto text = [](std::string_view value) {
        const auto root = toml("a = " + std::string(value));
        const auto& opaque = std::get<Opaque>(find(root, {"a"})->data);
        return opaque.type + " " + opaque.text;
    };
    EXPECT_EQ(text("1979-05-27"), "date 1979-05-27");
    EXPECT_EQ(text("07:32:00.500"), "time 07:32:00.5");
    EXPECT_EQ(text("1979-05-27 07:32:00z"), "datetime 1979-05-27T07:32:00Z");
    EXPECT_EQ(text("1979-05-27T07:32:00-07:30"), "datetime 1979-05-27T07:32:00-07:30");
    EXPECT_EQ(text("1979-05-27T07:32:00.000001"), "datetime 1979-05-27T07:32:00.000001");
    EXPECT_NE(toml("a = 1979-05-27"), toml("a = '1979-05-27'"));
}

TEST(Toml, EveryMemberKnowsWhereItsKeyIs) {
    const auto root = toml("x = 1\n[a]\n  b = [\n 1,\n  {c = 2}]\n");
    EXPECT_EQ(place(root, {"x"}), "1:1");
    EXPECT_EQ(place(root, {"a"}), "2:2");
    EXPECT_EQ(place(root, {"a", "b"}), "3:3");
    EXPECT_EQ(place(root, {"a", "b", std::size_t{0}}), "4:2");
    EXPECT_EQ(place(root, {"a", "b", std::size_t{1}, "c"}), "5:4");
}

TEST(Toml, TellsWhereTheMistakeIs) {
    EXPECT_EQ(wrong("a = 1\n\na = 2\n").substr(0, 16), "3:5: syntax erro");
    EXPECT_EQ(wrong("a = 1\nb = \n").substr(0, 2), "2:");
    EXPECT_EQ(wrong("a = 1\nb = 'x\n").find("Error while"), std::string::npos);
    EXPECT_EQ(wrong("a = '\xff'"), "1:6: the file is not valid UTF-8");
    EXPECT_EQ(wrong(std::string_view("a = 1\n\0", 7)), "2:1: a NUL byte: this is no text");
}

} // namespace toml_test
} // namespace hotreload
