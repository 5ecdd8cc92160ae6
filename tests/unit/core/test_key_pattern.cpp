// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/key_pattern.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace key_pattern_test {

constexpr std::size_t operator""_i(unsigned long long index) {
    return index;
}

KeyPattern pattern(std::string_view text) {
    auto parsed = KeyPattern::parse(text);
    if (!parsed)
        throw std::runtime_error(parsed.error().message);
    return *std::move(parsed);
}

bool matches(std::string_view text, const KeyPath& path) {
    return pattern(text).matches(path);
}

std::string why_not(std::string_view text) {
    const auto parsed = KeyPattern::parse(text);
    return parsed ? "" : parsed.error().message;
}

TEST(KeyPattern, AStarStandsForOneKey) {
    EXPECT_TRUE(matches("log.*", {"log", "level"}));
    EXPECT_FALSE(matches("log.*", {"log"}));
    EXPECT_FALSE(matches("log.*", {"log", "a", "b"}));
    EXPECT_FALSE(matches("log.*", {"log", 0_i}));
    EXPECT_TRUE(matches("log.*_size", {"log", "max_size"}));
    EXPECT_TRUE(matches("a?c", {"aéc"}));
    EXPECT_FALSE(matches("a?c", {"ac"}));
}

TEST(KeyPattern, TwoStarsStandForAnyNumberOfKeysAndIndexes) {
    EXPECT_TRUE(matches("database.**", {"database"}));
    EXPECT_TRUE(matches("database.**", {"database", "pool", 3_i, "size"}));
    EXPECT_FALSE(matches("database.**", {"databases"}));
    EXPECT_TRUE(matches("**.password", {"password"}));
    EXPECT_TRUE(matches("**.password", {"a", 1_i, "password"}));
    EXPECT_TRUE(matches("a.**.b.**.c", {"a", "b", "x", "b", "c"}));
    EXPECT_FALSE(matches("a.**.b.**.c", {"a", "x", "c"}));
    EXPECT_TRUE(matches("**", {}));
}

TEST(KeyPattern, IndexesAreLiteralOrAny) {
    EXPECT_TRUE(matches("servers[*].weight", {"servers", 7_i, "weight"}));
    EXPECT_FALSE(matches("servers[*].weight", {"servers", "7", "weight"}));
    EXPECT_TRUE(matches("[1][*]", {1_i, 0_i}));
    EXPECT_FALSE(matches("[1]", {2_i}));
}

TEST(KeyPattern, AnIndexThatIsNotNamedIsAny) {
    EXPECT_TRUE(matches("server.port", {"server", 1_i, "port", 0_i}));
    EXPECT_TRUE(matches("ports", {"ports", 3_i}));
    EXPECT_TRUE(matches("a[0]", {"a", 0_i, 5_i}));
    EXPECT_FALSE(matches("a[0]", {"a", 1_i, 0_i}));
    EXPECT_FALSE(matches("log.*", {"log", 0_i, "a", "b"}));
    EXPECT_TRUE(pattern("a[*].b").more_specific_than(pattern("a.b")));
    EXPECT_TRUE(pattern("a[0].b").more_specific_than(pattern("a.*")));
    EXPECT_FALSE(pattern("a.b").more_specific_than(pattern("a[*].b")));
    EXPECT_TRUE(pattern("a.b").more_specific_than(pattern("a.**")));
}

TEST(KeyPattern, AQuotedKeyHasNoWildcards) {
    EXPECT_TRUE(matches("log.\"a.b\"", {"log", "a.b"}));
    EXPECT_TRUE(matches("\"*\"", {"*"}));
    EXPECT_FALSE(matches("\"*\"", {"a"}));
    EXPECT_TRUE(matches("\"\"[0]", {"", 0_i}));
    EXPECT_TRUE(matches(R"("a\"\\\n\u00e9\U0001F600")", {"a\"\\\né😀"}));
}

TEST(KeyPattern, MatchesTheKeyThatToKeyWrites) {
    const KeyPath path = {"a.b", "", "c\n", 3_i, "\"", "d"};
    EXPECT_TRUE(matches(to_key(path), path));
}

TEST(KeyPattern, RefusesWhatIsNoPatternAndSaysWhere) {
    EXPECT_EQ(why_not(""), "key pattern \"\": at character 1: it is empty; ** stands for all keys");
    EXPECT_EQ(why_not("a..b"), "key pattern \"a..b\": at character 3: a key belongs here; one that "
                               "is empty is written \"\"");
    EXPECT_EQ(why_not("a[x]"),
              "key pattern \"a[x]\": at character 3: an index ([0]) or [*] belongs "
              "here; quote a key that has brackets");
    for (const auto* wrong :
         {".a", "a.", "a[0", "a[]", "a[-1]", "a]b", "\"a", "\"a\\q\"", "\"\\uD800\"", "a\"b\"",
          "a[0]b", "[99999999999999999999]", "\"a\"b", "\xff", "\"\\u00\""})
        EXPECT_NE(why_not(wrong), "") << wrong;
    EXPECT_NE(why_not(std::string(5000, 'a')), "");
}

TEST(KeyPattern, ALiteralIsMoreSpecificThanWildcards) {
    const auto more = [](std::string_view a, std::string_view b) {
        EXPECT_TRUE(pattern(a).more_specific_than(pattern(b))) << a << " and " << b;
        EXPECT_FALSE(pattern(b).more_specific_than(pattern(a))) << b << " and " << a;
    };
    more("log.level", "log.*");
    more("log.l*", "log.*");
    more("log.lev*", "log.l*");
    more("log.*", "log.**");
    more("log.**", "**");
    more("log.**", "**.level");
    more("servers[0].x", "servers[*].x");
    more("a", "a.**");
    more("a.**.b", "a.**");
    EXPECT_FALSE(pattern("a.*").more_specific_than(pattern("a.*")));
}

TEST(KeyPattern, ManyStarsTakeNoExponentialTime) {
    std::string text;
    KeyPath path;
    for (int i = 0; i < 60; ++i) {
        text += "**.*a*a*a*.";
        path.emplace_back(std::string(300, 'a'));
    }
    EXPECT_FALSE(matches(text + "b", path));
}

} // namespace key_pattern_test
} // namespace hotreload
