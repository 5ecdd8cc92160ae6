// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/patch.hpp"
#include "parsing.hpp"

namespace hotreload {
namespace yaml_test {

using namespace short_hand;

Value yaml(std::string_view text) {
    return parsed(Format::Yaml, text);
}
std::string json_of(std::string_view text) {
    return to_json(yaml(text));
}
std::string wrong(std::string_view text) {
    return why_not(Format::Yaml, text);
}

std::string difference(std::string_view before, std::string_view after) {
    return to_json(diff(yaml(before), yaml(after)));
}

bool is_opaque(std::string_view text) {
    const auto value = yaml(text);
    const auto* opaque = std::get_if<Opaque>(&value.data);
    return opaque && opaque->type == "yaml" && opaque->text == text;
}

TEST(Yaml, IsReadAsItMeans) {
    EXPECT_EQ(json_of("a: 1\nb:\n  - x\n  - {c: ~, d: [true, 1.5]}\ne: |\n  l\n  m\n"),
              R"({"a":1,"b":["x",{"c":null,"d":[true,1.5]}],"e":"l\nm\n"})");
    EXPECT_EQ(json_of(""), "null");
    EXPECT_EQ(json_of("\xEF\xBB\xBF"), "null");
    EXPECT_EQ(json_of("# only a comment\n"), "null");
    EXPECT_EQ(json_of("a:\nb: ''\n"), R"({"a":null,"b":""})");
}

TEST(Yaml, StyleDoesNotCount) {
    EXPECT_EQ(yaml("a: [x, 'z']\nb: {c: 16}\n"),
              yaml("\xEF\xBB\xBF# c\r\nb:\r\n  c: 16 # d\r\n\"a\":\r\n- x\r\n- z\r\n"));
    EXPECT_EQ(yaml("a: |\n  x\n  y\n"), yaml("a: \"x\\ny\\n\"\n"));
    EXPECT_EQ(yaml("a: x\n  y\n"), yaml("a: >-\n  x\n  y\n"));
    EXPECT_EQ(yaml("? a\n: b\n"), yaml("a: b\n"));
    EXPECT_NE(yaml("1"), yaml("1.0"));
    EXPECT_NE(yaml("[a, b]"), yaml("[b, a]"));
    EXPECT_NE(yaml("8080"), yaml("'8080'"));
}

TEST(Yaml, ThePlainWordCountsWhereAReaderMayWantAString) {
    EXPECT_NE(yaml("1.10"), yaml("1.1"));
    EXPECT_NE(yaml("1.0"), yaml("1.00"));
    EXPECT_NE(yaml("0x10"), yaml("16"));
    EXPECT_NE(yaml("+1"), yaml("1"));
    EXPECT_NE(yaml("True"), yaml("true"));
    EXPECT_NE(yaml("~"), yaml("null"));
    EXPECT_NE(yaml("a:"), yaml("a: ~"));
    EXPECT_EQ(json_of("[1.10, 0x10, +1, True, ~, .INF]"), R"([1.1,16,1,true,null,"inf"])");
    EXPECT_EQ(difference("go: 1.10", "go: 1.1"),
              R"([{"op":"replace","path":"/go","value":1.1,"old":"1.10"}])");
    EXPECT_EQ(difference("go: 0x10", "go: 0o20"),
              R"([{"op":"replace","path":"/go","value":"0o20","old":"0x10"}])");
}

TEST(Yaml, ChompingAndTheLastLineEndCount) {
    EXPECT_NE(yaml("a: |\n  x\n"), yaml("a: |-\n  x\n"));
    EXPECT_NE(yaml("a: |\n  x\n\n"), yaml("a: |+\n  x\n\n"));
    EXPECT_EQ(yaml("a: |"), yaml("a: ''"));
    EXPECT_EQ(yaml("a: >"), yaml("a: ''"));
}

TEST(Yaml, UrlsInFlowStyle) {
    EXPECT_EQ(json_of("[http://h/p?m=1, a?b]"), R"(["http://h/p?m=1","a?b"])");
    EXPECT_EQ(json_of("{url: http://h/?q, x: [a:b]}"), R"({"url":"http://h/?q","x":["a:b"]})");
}

TEST(Yaml, AQuoteThatIsNotClosedIsRefusedWhereItBegins) {
    EXPECT_EQ(wrong("name: \"two\n"),
              "1:7: syntax error: double-quoted scalar without closing quote");
    EXPECT_EQ(wrong("a: 1\nb: 'two"),
              "2:4: syntax error: single-quoted scalar without closing quote");
    for (const auto* text :
         {"\"", "'", "a: \"one\nb: 2\n", "- \"a\n- b\n", "[\"a, b]\n", "{\"a: 1}\n", "\"a: 1\n",
          "a: \"x\\", "a: 'it''s\n", "? \"a\n: b\n", "a: &x \"b\n", "a: !!str 'b\n"})
        EXPECT_FALSE(parse_document(Format::Yaml, text)) << text << " " << wrong(text);
}

TEST(Yaml, KeysHaveTypes) {
    EXPECT_NE(yaml("on: 1"), yaml("\"on\": 1"));
    EXPECT_NE(yaml("8080: 1"), yaml("\"8080\": 1"));
    EXPECT_NE(yaml("true: 1"), yaml("'true': 1"));
    EXPECT_NE(yaml("~: 1"), yaml("'~': 1"));
    EXPECT_NE(yaml("1.10: 1"), yaml("1.1: 1"));
    EXPECT_NE(yaml("!x a: 1"), yaml("a: 1"));
    EXPECT_NE(yaml("? !<tag:x,2000:t> a\n: 1"), yaml("? !<tag:y,2000:t> a\n: 1"));
    EXPECT_EQ(yaml("a: 1"), yaml("\"a\": 1"));
    EXPECT_EQ(
        difference("8080: a", "\"8080\": a"),
        R"([{"op":"remove","path":"/8080","old":"a"},{"op":"add","path":"/8080","value":"a"}])");
}

TEST(Yaml, AKeyAndItsStringAreTwoKeys) {
    EXPECT_EQ(json_of("8080: a\n\"8080\": b\n"), R"({"\"8080\"":"b","8080":"a"})");
    EXPECT_EQ(yaml("8080: a\n\"8080\": b\n"), yaml("\"8080\": b\n8080: a\n"));
    EXPECT_NE(yaml("8080: a\n\"8080\": b\n"), yaml("8080: b\n\"8080\": a\n"));
    EXPECT_EQ(yaml("b: &b {\"1\": x}\na: {1: y, <<: *b}\n"),
              yaml("b: {\"1\": x}\na: {1: y, \"1\": x}\n"));
}

TEST(Yaml, CollectionsAreKeysToo) {
    EXPECT_EQ(json_of("? [a, 1]\n: x\n? {b: c}\n: y\n"),
              R"({"[\"a\", 1]":"x","{\"b\": \"c\"}":"y"})");
    EXPECT_NE(yaml("? [on]\n: x"), yaml("? ['on']\n: x"));
    EXPECT_EQ(wrong("? [a]\n: 1\n? [a]\n: 2\n").substr(0, 4), "3:3:");
}

TEST(Yaml, PlainScalarsFollowTheCoreSchema) {
    EXPECT_EQ(json_of("[null, Null, NULL, ~, true, True, FALSE]"),
              "[null,null,null,null,true,true,false]");
    EXPECT_EQ(json_of("[0, -19, +12, 0o14, 0xfF, 18446744073709551615]"),
              "[0,-19,12,12,255,18446744073709551615]");
    EXPECT_EQ(json_of("[1e3, .5, 1., -0.0, .inf, -.INF, .NaN]"),
              "[1000.0,0.5,1.0,-0.0,\"inf\",\"-inf\",\"nan\"]");
    EXPECT_EQ(json_of("[nULL, tRUE, 1.2.3, 0x, 0o8, +, .inF, 8080:80, 192.168.0.1, a:b]"),
              R"(["nULL","tRUE","1.2.3","0x","0o8","+",".inF","8080:80","192.168.0.1","a:b"])");
    EXPECT_EQ(yaml("018446744073709551616").data,
              Value::Data(Opaque{"yaml", "018446744073709551616"}));
    EXPECT_EQ(yaml("18446744073709551616").data,
              Value::Data(Opaque{"number", "18446744073709551616"}));
}

TEST(Yaml, WordsThatVersionsOfYamlTakeDifferentlyAreNeither) {
    for (const auto* word :
         {"yes", "No", "ON", "off", "y", "N", "0777", "-010", "1_000", "0b101", "0x_ff", "-0x10",
          "1:30", "12:30:45", "1:30.5", "2024-01-01", "2024-01-01T10:00:00Z", "2024-1-1 10:00:00"})
        EXPECT_TRUE(is_opaque(word)) << word;
    EXPECT_NE(yaml("yes"), yaml("\"yes\""));
    EXPECT_NE(yaml("yes"), yaml("true"));
    EXPECT_EQ(json_of("on: 1\n1: 2\ntrue: 3\n1.0: 4\n~: 5\n'': 6"),
              R"({"":6,"1":2,"1.0":4,"on":1,"true":3,"~":5})");
}

TEST(Yaml, TagsCount) {
    EXPECT_EQ(yaml("!!str 1"), yaml("'1'"));
    EXPECT_EQ(yaml("!!int '1'"), yaml("1"));
    EXPECT_EQ(json_of("!!float 1"), "1.0");
    EXPECT_EQ(yaml("! 1"), yaml("'1'"));
    EXPECT_EQ(yaml("!!map {a: 1}"), yaml("{a: 1}"));
    EXPECT_EQ(yaml("!vault x").data, Value::Data(Opaque{"!vault", "x"}));
    EXPECT_EQ(yaml("!!binary aGk=").data, Value::Data(Opaque{"!!binary", "aGk="}));
    EXPECT_NE(yaml("!x 1"), yaml("!x '1'"));
    EXPECT_NE(yaml("!!set {a}"), yaml("{a}"));
    EXPECT_NE(yaml("!include a.yaml"), yaml("!include b.yaml"));
    EXPECT_NE(yaml("%TAG !e! tag:x,2000:\n---\n!e!a b"), yaml("%TAG !e! tag:y,2000:\n---\n!e!a b"));
    EXPECT_NE(yaml("a: !x [1]"), yaml("a: [1]"));
    EXPECT_NE(yaml("a: !x {b: 1}"), yaml("a: !y {b: 1}"));
    EXPECT_EQ(find(yaml("a: !x [1]"), {"a", std::size_t{0}})->data, Value::Data(std::int64_t{1}));
}

TEST(Yaml, WhatDiffersOnlyInWhatItIsIsTold) {
    const auto told = [](std::string_view before, std::string_view after) {
        return std::format(R"([{{"op":"replace","path":"/a","value":"{}","old":"{}"}}])", after,
                           before);
    };
    EXPECT_EQ(difference("a: !x foo", "a: !y foo"), told("!x foo", "!y foo"));
    EXPECT_EQ(difference("a: !x foo", "a: foo"), told("!x foo", "foo"));
    EXPECT_EQ(difference("a: !x 1", "a: !x '1'"), told("!x 1", R"(!x \"1\")"));
    EXPECT_EQ(difference("a: 'yes'", "a: yes"), told("yes", "yes (yaml)"));
}

TEST(Yaml, ATagOfACollectionIsNoneOfItsMembers) {
    EXPECT_NE(yaml("!foo [a]"), yaml("[a, !foo ]"));
    EXPECT_NE(yaml("!foo {a: 1}"), yaml("{a: 1, !foo : !foo }"));
    EXPECT_NE(yaml("!foo {a: 1}"), yaml("{a: 1, '!foo': !foo }"));
    for (const auto* tag : {"!foo", "!<tag:x,2000:foo>", "!!set"}) {
        EXPECT_EQ(json_of(std::format("{} [1]", tag)), "[1]") << tag;
        EXPECT_EQ(json_of(std::format("{} {{a: 1}}", tag)), R"({"a":1})") << tag;
    }
    EXPECT_EQ(json_of("[a, !foo ]"), R"(["a",""])");
    EXPECT_EQ(difference("a: !x [1]", "a: !y [1]"),
              R"([{"op":"replace","path":"/a/1","value":"!y","old":"!x"}])");
    EXPECT_EQ(difference("a: {b: 1}", "a: !y {b: 1}"),
              R"([{"op":"add","path":"/a/!y","value":"!y"}])");
}

TEST(Yaml, AliasesAreWhatTheyRepeat) {
    EXPECT_EQ(yaml("a: &x [1, {b: 2}]\nc: *x\n"), yaml("a: [1, {b: 2}]\nc: [1, {b: 2}]\n"));
    EXPECT_EQ(yaml("&k a: *k"), yaml("a: a"));
    EXPECT_EQ(yaml("[&x 1, *x, &x 2, *x]"), yaml("[1, 1, 2, 2]"));
    EXPECT_EQ(wrong("a: &x [*x]"), "1:8: the alias stands within what it repeats");
    EXPECT_EQ(wrong("a: *nobody"), "1:4: no anchor &nobody stands before this");
    EXPECT_FALSE(parse_document(Format::Yaml, "--- &a 1\n--- *a\n"));
}

TEST(Yaml, MergeKeysAreMerged) {
    EXPECT_EQ(yaml("b: &b {x: 1, y: 2}\na:\n  x: 9\n  <<: *b\n"),
              yaml("b: {x: 1, y: 2}\na: {x: 9, y: 2}"));
    EXPECT_EQ(yaml("a: {<<: [{x: 1}, {x: 2, z: 3}]}"), yaml("a: {x: 1, z: 3}"));
    EXPECT_EQ(yaml("a: {'<<': 1}").object()->at("a").object()->count("<<"), 1);
    EXPECT_EQ(wrong("a: {<<: 1}"), "1:5: << takes a mapping, or a list of mappings");
    EXPECT_EQ(yaml("a: {<<: [{x: 1, y: 1}, {x: 2}]}"), yaml("a: {x: 1, y: 1}"));
    EXPECT_EQ(wrong("<<: {a: 1}\n<<: {b: 1}"),
              "2:1: << is there already; <<: [*a, *b] merges both");
}

TEST(Yaml, RefusesAKeyThatIsThereTwice) {
    EXPECT_EQ(wrong("a: 1\nb: 2\n'a': 3\n"), "3:1: the key a is there already, in line 1");
    EXPECT_EQ(wrong("x: {a: 1, a: 2}"), "1:11: the key a is there already, in line 1");
}

TEST(Yaml, WhatNobodyHereCanMergeIsKept) {
    EXPECT_EQ(json_of("<<: !include common.yaml\na: 1\n"), R"({"<<":"common.yaml","a":1})");
    EXPECT_NE(yaml("<<: !include a.yaml"), yaml("<<: !include b.yaml"));
    EXPECT_NE(yaml("<<: !include a.yaml"), yaml("'<<': a.yaml"));
    EXPECT_EQ(json_of("b: &b {x: 1}\na: {<<: [*b, !include c.yaml, !include d.yaml]}\n"),
              R"({"a":{"<<":["c.yaml","d.yaml"],"x":1},"b":{"x":1}})");
}

TEST(Yaml, WhatNobodyHereCanMergeIsHandedOnByAMerge) {
    EXPECT_EQ(json_of("a: {<<: {<<: !include x.yaml, k: 1}}"), R"({"a":{"<<":"x.yaml","k":1}})");
    EXPECT_EQ(json_of("a: {<<: [{<<: !include x.yaml}, !include y.yaml]}"),
              R"({"a":{"<<":["x.yaml","y.yaml"]}})");
    EXPECT_NE(yaml("<<: !include [a, b]"), yaml("<<: !include [a, c]"));
}

TEST(Yaml, AStreamOfDocumentsIsNoList) {
    EXPECT_NE(yaml("--- a\n--- b\n"), yaml("[a, b]"));
    EXPECT_EQ(yaml("--- a\n--- b\n"), yaml("---\na\n...\n---\nb\n"));
    EXPECT_NE(yaml("a: 1\n---\n"), yaml("a: 1\n"));
    EXPECT_EQ(diff(yaml("--- a\n--- b\n"), yaml("[a, b]")).size(), 1);
    EXPECT_NE(yaml("%YAML 1.1\n---\na: 1\n"), yaml("%YAML 1.2\n---\na: 1\n"));
    EXPECT_EQ(json_of("%YAML 1.2\n---\na: 1\n"), R"({"a":1})"); // it is none of the values
    EXPECT_EQ(json_of("%YAML 1.2\n---\n- 1\n"), "[1]");
}

TEST(Yaml, SeveralDocumentsAreAnArray) {
    EXPECT_EQ(json_of("--- a\n--- {b: 1}\n...\n# c\n---\n"), R"(["a",{"b":1},null])");
    EXPECT_EQ(json_of("---\na\n"), "\"a\"");
    EXPECT_EQ(json_of("a: 1\n...\nb: 2\n"), R"([{"a":1},{"b":2}])");
}

TEST(Yaml, WhatDoesNotBelongIsNotTakenForAnotherDocument) {
    for (const auto* text :
         {"a: 1\n]\n", "[1]\n[2]\n", "{a: 1} b\n", "- a\nb: 1\n", "]", "[1]]", "a: 'b' c"})
        EXPECT_FALSE(parse_document(Format::Yaml, text)) << text << " " << wrong(text);
    EXPECT_EQ(wrong("a: 1\n- b\n").substr(0, 2), "2:");
}

TEST(Yaml, EveryMemberKnowsWhereItsKeyIs) {
    const auto root = yaml("x: 1\na:\n  b:\n    - 1\n    - c: 2\n");
    EXPECT_EQ(place(root, {"a"}), "2:1");
    EXPECT_EQ(place(root, {"a", "b"}), "3:3");
    EXPECT_EQ(place(root, {"a", "b", std::size_t{0}}), "4:7");
    EXPECT_EQ(place(root, {"a", "b", std::size_t{1}, "c"}), "5:7");
}

TEST(Yaml, TextThatIsNoYamlIsRefused) {
    for (const auto* text :
         {"a: \tb: c\n", "a:\n\tb: 1\n", "a: b: c\n", "a: [1\n", "{a: 1", "- a\n b\n  - c: d: e\n",
          "a: @x\n", "a: `x`\n", "a: \"\\q\"\n", "a: 1\na\n", "a: %x\n%YAML 1.2\n- b\n",
          "&a &b c\n", "a: *b c\n", "\xC2\x80\n", "a: \xEF\xBF\xBE\n"})
        EXPECT_FALSE(parse_document(Format::Yaml, text)) << text << " " << wrong(text);
}

TEST(Yaml, ReadsWhatIsSeldomWritten) {
    EXPECT_EQ(json_of("a: x\rb: y\r"), R"({"a":"x","b":"y"})");
    EXPECT_EQ(json_of("- - a\n  - b\n-\n  - c\n"), R"([["a","b"],["c"]])");
    EXPECT_EQ(json_of("a:\n- b\n-  c\n"), R"({"a":["b","c"]})");
    EXPECT_EQ(json_of("[a: b, c]"), R"([{"a":"b"},"c"])");
    EXPECT_EQ(json_of("{a, b: }"), R"({"a":null,"b":null})");
    EXPECT_EQ(json_of("!!set\n? a\n? b\n"), R"({"a":null,"b":null})");
    EXPECT_EQ(json_of("a: [\n1, 2\n]\n"), R"({"a":[1,2]})");
    EXPECT_EQ(json_of("--- |\n  %x\n...\n"), R"("%x\n")");
    EXPECT_EQ(json_of("a: 2024-01-01\nb: 010\nc: 1:30\n"),
              R"({"a":"2024-01-01","b":"010","c":"1:30"})");
}

TEST(Yaml, ControlCharactersDoNotEndTheDocumentUnseen) {
    EXPECT_EQ(wrong("a: 1\n\x04\nb: 2\n"),
              "2:1: a control character; in double quotes it is written \\x1b");
    EXPECT_EQ(json_of("\"\\x04\\0\""), "\"\\u0004\\u0000\"");
}

} // namespace yaml_test
} // namespace hotreload
