// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/glob.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace {

Glob glob(std::string_view pattern) {
    auto parsed = Glob::parse(pattern);
    if (!parsed)
        throw std::runtime_error(parsed.error().message);
    return *std::move(parsed);
}

bool matches(std::string_view pattern, std::string_view path) {
    return glob(pattern).matches(path);
}

std::string why_not(std::string_view pattern) {
    const auto parsed = Glob::parse(pattern);
    return parsed ? "" : parsed.error().message;
}

TEST(Glob, StarStaysWithinOneComponent) {
    EXPECT_TRUE(matches("/etc/*.conf", "/etc/a.conf"));
    EXPECT_TRUE(matches("/etc/*.conf", "/etc/.conf"));
    EXPECT_TRUE(matches("/etc/a*b*c", "/etc/aXbXbc"));
    EXPECT_FALSE(matches("/etc/*.conf", "/etc/x/a.conf"));
    EXPECT_FALSE(matches("/etc/*.conf", "/etc/a.conf~"));
    EXPECT_FALSE(matches("/etc/*.conf", "/var/a.conf"));
}

TEST(Glob, DoubleStarStandsForAnyNumberOfComponents) {
    EXPECT_TRUE(matches("/etc/**", "/etc/a"));
    EXPECT_TRUE(matches("/etc/**", "/etc/a/b/c"));
    EXPECT_TRUE(matches("/etc/**/x", "/etc/x"));
    EXPECT_TRUE(matches("/etc/**/x", "/etc/a/b/x"));
    EXPECT_TRUE(matches("/a/**/b/**/c", "/a/1/b/2/b/3/c"));
    EXPECT_FALSE(matches("/a/**/b/**/c", "/a/1/2/c"));
    EXPECT_FALSE(matches("/etc/**/x", "/etcetera/x"));
}

TEST(Glob, DoubleStarWithinAComponentIsAStar) {
    EXPECT_TRUE(matches("/a**b", "/axxb"));
    EXPECT_FALSE(matches("/a**b", "/ax/xb"));
}

TEST(Glob, ARelativePatternWithLeadingDoubleStarMatchesAbsolutePaths) {
    EXPECT_TRUE(matches("**/.git/**", "/src/.git/HEAD"));
    EXPECT_TRUE(matches("**/*.swp", "/src/a.swp"));
    EXPECT_FALSE(matches("*.swp", "/a.swp"));
    EXPECT_FALSE(matches("*/a.swp", "/a.swp"));
}

TEST(Glob, QuestionMarkIsOneCharacterNotOneByte) {
    EXPECT_TRUE(matches("/?", "/é"));
    EXPECT_TRUE(matches("/?x", "/€x"));
    EXPECT_FALSE(matches("/*??", "/€"));
    EXPECT_FALSE(matches("/a?b", "/a/b"));
    EXPECT_TRUE(matches("/?", "/\xff"));
    EXPECT_TRUE(matches("/?\xc3", "/\xe2\xc3"));
}

TEST(Glob, BracketsNameCharactersAndRanges) {
    EXPECT_TRUE(matches("/[abc]", "/b"));
    EXPECT_TRUE(matches("/[a-cx]", "/x"));
    EXPECT_TRUE(matches("/[!a-c]", "/d"));
    EXPECT_FALSE(matches("/[!a-c]", "/b"));
    EXPECT_TRUE(matches("/[]a]", "/]"));
    EXPECT_TRUE(matches("/[!]a]", "/b"));
    EXPECT_TRUE(matches("/[a-]", "/-"));
    EXPECT_TRUE(matches("/[\\]x]", "/]"));
    EXPECT_TRUE(matches("/[à-ü]", "/é"));
    EXPECT_FALSE(matches("/[abc]", "/"));
}

TEST(Glob, BracesStandForEachOfTheirAlternatives) {
    for (const auto* path : {"/c/a.toml", "/c/a.yaml", "/c/b/x.yaml"})
        EXPECT_TRUE(matches("/c/{a.{toml,yaml},b/*}", path)) << path;
    EXPECT_FALSE(matches("/c/{a.{toml,yaml},b/*}", "/c/a.json"));
    EXPECT_TRUE(matches("/a{,.bak}", "/a"));
    EXPECT_TRUE(matches("/[{]", "/{"));
    EXPECT_TRUE(matches("/a}", "/a}"));
}

TEST(Glob, ABackslashMakesTheNextCharacterPlain) {
    EXPECT_TRUE(matches("/\\*", "/*"));
    EXPECT_FALSE(matches("/\\*", "/a"));
    EXPECT_TRUE(matches("/\\{a,b\\}", "/{a,b}"));
    EXPECT_EQ(glob("/a/\\*").literal_path(), "/a/*");
}

TEST(Glob, ABackslashWithinACharacterDoesNotPartIt) {
    EXPECT_TRUE(matches("/\xe1\\\x85\x99", "/\xe1\x85\x99"));
    EXPECT_TRUE(matches("/\\é\\?", "/é?"));
}

TEST(Glob, ALeadingDotIsLikeAnyOtherCharacter) {
    EXPECT_TRUE(matches("/a/*", "/a/.env"));
    EXPECT_TRUE(matches("/a/**", "/a/.x/y"));
}

TEST(Glob, NewlinesAndLongNamesAreNames) {
    EXPECT_TRUE(matches("/a/*.conf", "/a/x\ny.conf"));
    EXPECT_TRUE(matches("/a/*", "/a/" + std::string(255, 'x')));
}

TEST(Glob, DescendsOnlyWhereSomethingCouldMatch) {
    EXPECT_TRUE(glob("/etc/nginx/**").may_match_below("/etc/nginx"));
    EXPECT_TRUE(glob("/etc/nginx/**").may_match_below("/etc/nginx/a/b"));
    EXPECT_TRUE(glob("/etc/nginx/*.conf").may_match_below("/etc"));
    EXPECT_TRUE(glob("/etc/nginx/*.conf").may_match_below("/"));
    EXPECT_FALSE(glob("/etc/nginx/*.conf").may_match_below("/etc/nginx/a"));
    EXPECT_FALSE(glob("/etc/nginx/*.conf").may_match_below("/etc/nginx/a.conf"));
    EXPECT_FALSE(glob("/etc/nginx/*.conf").may_match_below("/var"));
    EXPECT_TRUE(glob("/a/*/c").may_match_below("/a/b"));
    EXPECT_FALSE(glob("/a/*/c").may_match_below("/a/b/c"));
    EXPECT_TRUE(glob("/{a,b/c}/d").may_match_below("/b/c"));
}

TEST(Glob, BaseIsTheDirectoryBeforeTheFirstWildcard) {
    EXPECT_EQ(glob("/etc/nginx/**").base(), "/etc/nginx");
    EXPECT_EQ(glob("/etc/nginx/nginx.conf").base(), "/etc/nginx");
    EXPECT_EQ(glob("/etc/ngin?/x").base(), "/etc");
    EXPECT_EQ(glob("/etc/{a,b}/x").base(), "/etc");
    EXPECT_EQ(glob("/etc/a/{b,c/d}").base(), "/etc/a");
    EXPECT_EQ(glob("/etc/a\\*/*").base(), "/etc/a*");
    EXPECT_EQ(glob("/x").base(), "/");
    EXPECT_EQ(glob("/*").base(), "/");
}

TEST(Glob, ALiteralNamesOneFile) {
    EXPECT_TRUE(glob("/etc/a.conf").literal());
    EXPECT_TRUE(glob("/etc/a\\*.conf").literal());
    EXPECT_FALSE(glob("/etc/*.conf").literal());
    EXPECT_FALSE(glob("/etc/{a,b}").literal());
    EXPECT_EQ(glob("/etc//./a.conf").literal_path(), "/etc/a.conf");
}

TEST(Glob, SlashesAndDotsTooManyDoNotMatter) {
    EXPECT_TRUE(matches("/etc//./x", "/etc/x"));
    EXPECT_TRUE(matches("/etc/x/", "/etc/x"));
}

TEST(Glob, RefusesWhatIsNotClosedOrEmpty) {
    EXPECT_EQ(why_not("/a[b"), "pattern \"/a[b\": a [ is not closed");
    EXPECT_EQ(why_not("/a[b/c]"), "pattern \"/a[b/c]\": a [ is not closed");
    EXPECT_EQ(why_not("/a[b\\/c]"), "pattern \"/a[b\\/c]\": a [ is not closed");
    EXPECT_EQ(why_not("/a{b,c"), "pattern \"/a{b,c\": a { is not closed");
    EXPECT_EQ(why_not("/a\\"), "pattern \"/a\\\": nothing follows the last backslash");
    EXPECT_EQ(why_not(""), "pattern \"\": it is empty");
    EXPECT_EQ(why_not("/"), "pattern \"/\": it is empty");
    EXPECT_NE(why_not("/{a,}"), "");
}

TEST(Glob, RefusesBracesThatMultiplyBeyondReason) {
    std::string bomb = "/";
    for (int i = 0; i < 30; ++i)
        bomb += "{a,b}";
    EXPECT_NE(why_not(bomb).find("more than 1024"), std::string::npos);
}

TEST(Glob, RefusesAPatternLongerThanAnyPath) {
    EXPECT_NE(why_not("/" + std::string(100'000, '{')).find("longer than any path"),
              std::string::npos);
}

TEST(Glob, ManyStarsTakeNoExponentialTime) {
    std::string pattern = "/";
    for (int i = 0; i < 40; ++i)
        pattern += "*a";
    EXPECT_FALSE(matches(pattern, "/" + std::string(250, 'a') + "b"));
}

TEST(Glob, a_name_in_brackets_matches_itself_too) {
    const auto id = Glob::parse("/src/[id].conf");
    EXPECT_TRUE(id->matches("/src/[id].conf"));
    EXPECT_TRUE(id->matches("/src/i.conf"));
    EXPECT_FALSE(id->matches("/src/x.conf"));
    EXPECT_TRUE(Glob::parse("/app/[...slug]/**")->matches("/app/[...slug]/page.ts"));
    EXPECT_TRUE(Glob::parse("/app/[...slug]/*.ts")->may_match_below("/app/[...slug]"));
    EXPECT_FALSE(Glob::parse("/a/\\[id\\]")->matches("/a/i"));
    EXPECT_FALSE(id->literal()) << "the file need not be there";
}

TEST(Glob, knows_the_components_that_it_names) {
    const auto glob = Glob::parse("/p/{a,b}/node_modules/*/x*");
    EXPECT_TRUE(glob->has_component("node_modules"));
    EXPECT_TRUE(glob->has_component("b"));
    EXPECT_FALSE(glob->has_component("x"));
}

} // namespace
} // namespace hotreload
