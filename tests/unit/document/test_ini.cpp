// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/key_pattern.hpp"
#include "core/patch.hpp"
#include "parsing.hpp"

namespace hotreload {
namespace ini_test {

using namespace short_hand;

Value ini_file(std::string_view text) {
    return parsed(Format::Ini, text);
}
std::string ini(std::string_view text) {
    return to_json(ini_file(text));
}
std::string wrong(std::string_view text) {
    return why_not(Format::Ini, text);
}

// "op key" of each, in their order.
std::string changes(std::string_view before, std::string_view after) {
    std::string text;
    for (const auto& operation : diff(ini_file(before), ini_file(after)))
        text += std::format("{}{} {}", text.empty() ? "" : ", ", to_string(operation.kind),
                            to_key(operation.path));
    return text;
}

TEST(Ini, IsSectionsOfStrings) {
    EXPECT_EQ(ini("top = 1\n[a.b]\nk=v # no comment\n other : x = y\n[c]\n"),
              R"({"a.b":{"k":"v # no comment\nother : x = y"},"c":{},"top":"1"})");
    EXPECT_EQ(ini("[s]\nurl: http://x = y\n"), R"({"s":{"url":"http://x = y"}})");
    EXPECT_EQ(ini(""), "{}");
}

TEST(Ini, CommentsBlankLinesAndBlanksDoNotCount) {
    EXPECT_EQ(ini_file("# x\n; y\n\n[a] ; z\n  k\t=  v w  \n\n; end\nl=1\n"),
              ini_file("[a]\nk=v w\nl = 1"));
    EXPECT_EQ(changes("# x\n[a]\nk = 1\n", "[a]\n\n; y\nk=1\n"), "");
}

TEST(Ini, QuotesCount) {
    EXPECT_EQ(ini("u = \"www-data\"\nv = ''\n"), R"({"u":"\"www-data\"","v":"''"})");
    EXPECT_NE(ini_file("u = \"www-data\""), ini_file("u = www-data"));
    EXPECT_NE(ini_file("u = \"\""), ini_file("u ="));
    EXPECT_NE(ini_file("u = 'a' 'b'"), ini_file("u = a' 'b"));
}

TEST(Ini, WhatFollowsAValueIsAPartOfIt) {
    EXPECT_NE(ini_file("a = 1 ; x"), ini_file("a = 1 ; y"));
    EXPECT_NE(ini_file("a = 1 # x"), ini_file("a = 1"));
}

TEST(Ini, TheOrderOfKeysCountsAndShowsAsAMove) {
    const auto* before = "[uwsgi]\nvirtualenv = /v\nplugins = python\nworkers = 2\n";
    const auto* after = "[uwsgi]\nplugins = python\nvirtualenv = /v\nworkers = 2\n";
    EXPECT_NE(ini_file(before), ini_file(after));
    EXPECT_EQ(changes(before, after), "move uwsgi.plugins");
    const auto patch = diff(ini_file(before), ini_file(after));
    EXPECT_EQ(to_json(patch), R"([{"op":"move","path":"/uwsgi/plugins","from":"/uwsgi/plugins",)"
                              R"("value":"python","old":"python"}])");
    // Which of the two has moved is all the same to a rule for either.
    EXPECT_EQ(touched_leaves(patch[0]),
              (std::vector<KeyPath>{{"uwsgi", "plugins"}, {"uwsgi", "virtualenv"}}));
    // Within a condition, or in front of it.
    EXPECT_EQ(changes("[u]\nworkers = 8\nif-env = X\nendif =\n",
                      "[u]\nif-env = X\nworkers = 8\nendif =\n"),
              "move u.if-env");
}

TEST(Ini, TheOrderOfSectionsCounts) {
    EXPECT_EQ(changes("[a]\nk=1\n[b]\nk=1\n[c]\nk=1\n", "[b]\nk=1\n[c]\nk=1\n[a]\nk=1\n"),
              "move a.k");
    EXPECT_EQ(changes("[a]\n[b]\n", "[b]\n[a]\n"), "move b");
}

TEST(Ini, WhatIsAddedInTheMiddleMovesNothing) {
    EXPECT_EQ(changes("[a]\nk=1\nl=2\nm=3\n", "[a]\nk=1\nnew=5\nl=2\nm=4\n"),
              "replace a.m, add a.new");
    EXPECT_EQ(changes("[a]\nk=1\nx=0\nk=2\nk=3\n", "[a]\nx=0\nk=2\nk=3\n"), "remove a.k[0]");
}

TEST(Ini, AKeyThatComesAgainIsAList) {
    EXPECT_EQ(ini("[a]\nk=1\nl=2\nk=3\nk=4\n"), R"({"a":{"k":["1","3","4"],"l":"2"}})");
    EXPECT_EQ(changes("[a]\nk=1\nl=2\nk=3\n", "[a]\nk=1\nk=3\nl=2\n"), "move a.k[1]");
}

TEST(Ini, WhenAlmostAllHasMovedTheDocumentIsReplaced) {
    std::string rising = "[a]\n";
    std::string falling = "[a]\n";
    for (int i = 0; i < 100; ++i) {
        rising += std::format("k{}=1\n", i);
        falling += std::format("k{}=1\n", 99 - i);
    }
    EXPECT_EQ(changes(rising, falling), "replace ");
}

TEST(Ini, ASectionThatComesAgainIsAnotherOne) {
    EXPECT_EQ(ini("[a]\nk=1\n[b]\n[a]\nl=2\nk=3\n"),
              R"({"a":[{"k":"1"},{"k":"3","l":"2"}],"b":{}})");
    EXPECT_NE(ini_file("[a]\nk=1\n[a]\nl=2\n"), ini_file("[a]\nk=1\nl=2\n"));
    EXPECT_NE(ini_file("[p]\nk=1\na=2\n[p]\nk=3\na=4\n"),
              ini_file("[p]\nk=1\n[p]\nk=3\na=2\na=4\n"));
    EXPECT_EQ(changes("[p]\nk=1\n[p]\nk=2\n", "[p]\nk=1\n[p]\nk=3\n"), "replace p[1].k");
    EXPECT_TRUE(KeyPattern::parse("p.k")->matches({"p", std::size_t{1}, "k"}));
}

TEST(Ini, AKeyMayBeCalledLikeASection) {
    EXPECT_EQ(ini("a = 1\n[a]\nk = 2\n"), R"({"a":["1",{"k":"2"}]})");
}

TEST(Ini, TheSeparatorCounts) {
    EXPECT_EQ(ini("a:b = c\n"), ini("a = b = c\n"));
    EXPECT_NE(ini_file("a:b = c"), ini_file("a=b = c"));
    EXPECT_NE(ini_file("port: 80"), ini_file("port = 80"));
    EXPECT_EQ(ini_file("port : 80"), ini_file("port:80"));
}

TEST(Ini, NamesWithoutValuesAreEntries) {
    EXPECT_EQ(ini("%include /etc/users.ini\n[mysqld]\nskip-networking\n"),
              R"({"%include /etc/users.ini":null,"mysqld":{"skip-networking":null}})");
    EXPECT_NE(ini_file("[m]\nskip"), ini_file("[m]\nskip ="));
    EXPECT_EQ(ini("[a]\nx\nx\n"), R"({"a":{"x":[null,null]}})");
}

TEST(Ini, ADeeperLineContinuesTheValue) {
    EXPECT_EQ(ini("[a]\nk = 1\n  2\n\t# not this\n  3\nl = 4\n"),
              R"({"a":{"k":"1\n2\n3","l":"4"}})");
    EXPECT_NE(ini_file("k = 1\n\n  2\n"), ini_file("k = 1\n  2\n"));
    EXPECT_EQ(ini_file("k = 1\n  2\n\n\n"), ini_file("k = 1\n  2\n"));
}

TEST(Ini, KeysThatAreIndentedAlikeAreKeys) {
    EXPECT_EQ(ini("[server]\n  port = 1\n  host = x\nlast=2\n"),
              R"({"server":{"host":"x","last":"2","port":"1"}})");
    EXPECT_EQ(ini("\t[core]\n\t\tbare = true\n\t\teditor = vi\n"),
              R"({"core":{"bare":"true","editor":"vi"}})");
    // Read either way, what differs differs.
    EXPECT_NE(ini_file("[s]\nport = 1\n  host = x\n"), ini_file("[s]\nport = 1\n  host = y\n"));
    EXPECT_NE(ini_file("[s]\nport = 1\n  host = x\n"), ini_file("[s]\nport = 1\nhost = x\n"));
}

TEST(Ini, BehindABackslashEveryLineCounts) {
    EXPECT_NE(ini_file("k = a \\\n# b\n"), ini_file("k = a \\\n# c\n"));
    EXPECT_NE(ini_file("k = a \\\n\nl = 1\n"), ini_file("k = a \\\nl = 1\n"));
    EXPECT_NE(ini_file("flag \\\n# b\n"), ini_file("flag \\\n# c\n"));
    EXPECT_NE(ini_file("k = a \\\nb\n"), ini_file("k = a \\ \nb\n"));
}

TEST(Ini, OtherCharacterSetsAreRead) {
    EXPECT_EQ(ini("name = M\xFCller\n"), R"({"name":"Müller"})");
    EXPECT_NE(ini_file("name = M\xFCller"), ini_file("name = Müller"));
    EXPECT_NE(ini_file("name = M\xFCller"), ini_file("name = M\xE4ller"));
    EXPECT_NE(ini_file("M\xFCller = 1"), ini_file("Müller = 1"));
    EXPECT_NE(ini_file("[M\xFCller]\na=1"), ini_file("[Müller]\na=1"));
    EXPECT_EQ(to_pointer(diff(ini_file("M\xFCller = 1"), ini_file("M\xFCller = 2"))[0].path),
              "/Müller (ISO 8859-1)");
}

TEST(Ini, LineEndsAndByteOrderMarksAreSeenBySome) {
    EXPECT_EQ(ini("[a]\r\nb = c\r\n"), ini("[a]\nb = c\n"));
    EXPECT_NE(ini_file("[a]\r\nb = c\r\n"), ini_file("[a]\nb = c\n"));
    EXPECT_EQ(changes("[a]\nb = c\n", "\xEF\xBB\xBF[a]\nb = c\n"), "add \xEF\xBB\xBF");
}

TEST(Ini, SectionsAreCalledWhatStandsInTheirBrackets) {
    EXPECT_EQ(ini("[ a ]\nb=1\n"), R"({" a ":{"b":"1"}})");
    EXPECT_EQ(ini("[a] ; z\nb=1\n"), R"({"a":{"b":"1"}})");
    EXPECT_EQ(ini("[core] bare = true\nb=1\n"), R"({"core":{"b":"1","bare":"true"}})");
    EXPECT_EQ(ini("[remote \"x]y\"]\nb=1\n"), R"({"remote \"x]y\"":{"b":"1"}})");
}

TEST(Ini, TellsTheLineThatIsNone) {
    EXPECT_EQ(wrong("[a\n"), "1:1: the section's ] is missing");
    EXPECT_EQ(wrong("= x\n"), "1:1: the key is missing");
}

TEST(Ini, KeysKnowTheirPlace) {
    const auto root = ini_file("[a]\n\nk = 1\nk = 2\n");
    EXPECT_EQ(place(root, {"a"}), "1:1");
    EXPECT_EQ(place(root, {"a", "k"}), "3:1");
    EXPECT_EQ(place(root, {"a", "k", std::size_t{1}}), "4:1");
}

} // namespace ini_test
} // namespace hotreload
