// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parsing.hpp"

namespace hotreload {
namespace json_test {

using namespace short_hand;

Value json(std::string_view text) {
    return parsed(Format::Json, text);
}
std::string json_of(std::string_view text) {
    return to_json(json(text));
}
std::string wrong(std::string_view text) {
    return why_not(Format::Json, text);
}
std::string wrong_jsonc(std::string_view text) {
    return why_not(Format::Jsonc, text);
}

TEST(Json, IsReadAsItMeans) {
    EXPECT_EQ(
        json_of(R"( {"b": [1, -2, 1.50, 1e3, true, false, null], "a": "x\u00e9\ud83d\ude00\n"} )"),
        R"({"a":"xé😀\n","b":[1,-2,1.5,1000.0,true,false,null]})");
    EXPECT_EQ(json_of("\"x\""), "\"x\"");
    EXPECT_EQ(json_of(" 0 "), "0");
    EXPECT_EQ(json_of("[]"), "[]");
}

TEST(Json, SpacesOrderAndEscapesDoNotCount) {
    EXPECT_EQ(json(R"({"a":1.0,"b":"/"})"),
              json("\xEF\xBB\xBF{\r\n \"b\": \"\\/\",\r\n \"a\": 1.0 }\r\n"));
    EXPECT_NE(json("[1,2]"), json("[2,1]"));
    EXPECT_NE(json("1"), json("1.0"));
    EXPECT_NE(json("8080"), json("\"8080\""));
}

TEST(Json, NumbersThatAReaderOfDigitsTellsApartAreTwo) {
    EXPECT_NE(json("1.10"), json("1.1"));
    EXPECT_NE(json("1e3"), json("1000.0"));
    EXPECT_NE(json("0.1"), json("0.1000000000000000055"));
    EXPECT_NE(json("-0"), json("0"));
    EXPECT_NE(json("-0.0"), json("0.0"));
    EXPECT_NE(json("1E5"), json("1e5"));
    EXPECT_EQ(to_json(diff(json("[1.10]"), json("[1.1]"))),
              R"([{"op":"replace","path":"/0","value":1.1,"old":"1.10"}])");
}

TEST(Json, NumbersThatFitNoTypeKeepTheirDigits) {
    EXPECT_EQ(json("9223372036854775807").data, Value::Data(INT64_MAX));
    EXPECT_EQ(json("18446744073709551615").data, Value::Data(UINT64_MAX));
    EXPECT_EQ(json("18446744073709551616").data,
              Value::Data(Opaque{"number", "18446744073709551616"}));
    EXPECT_EQ(json("-9223372036854775809").data,
              Value::Data(Opaque{"number", "-9223372036854775809"}));
    EXPECT_EQ(json("1e999").data, Value::Data(Opaque{"number", "1e999"}));
}

TEST(Json, EveryValueKnowsItsPlace) {
    const auto root = json("{\n  \"é\\n\": 1, \"b\": [\n    true,\n \"x\\u0041\", {\"c\":\n2}]}");
    EXPECT_EQ(place(root, {}), "1:1");
    EXPECT_EQ(place(root, {"é\n"}), "2:3");
    EXPECT_EQ(place(root, {"b"}), "2:14");
    EXPECT_EQ(place(root, {"b", std::size_t{0}}), "3:5");
    EXPECT_EQ(place(root, {"b", std::size_t{1}}), "4:2");
    EXPECT_EQ(place(root, {"b", std::size_t{2}, "c"}), "4:14");
}

TEST(Json, RefusesAKeyThatIsThereTwice) {
    EXPECT_EQ(wrong("{\"a\": 1,\n \"b\": 2,\n \"a\": [3]}"),
              "3:2: the key a is there already, in line 1");
    EXPECT_EQ(wrong("[{\"a.b\":1,\"\\u0061.b\":1}]"),
              "1:11: the key \"a.b\" is there already, in line 1");
}

TEST(Json, IsStrict) {
    EXPECT_EQ(wrong(""),
              "1:1: the document ends too early: something is not closed, or it is empty");
    EXPECT_EQ(wrong("{\"a\": 1} x"), "1:10: nothing may follow the end of the document");
    EXPECT_EQ(wrong("[1] // x"),
              "1:5: JSON has no comments; a .jsonc file, or format = \"jsonc\", may have them");
    EXPECT_EQ(wrong("\"\\ud800\"").substr(0, 2), "1:");
    for (const auto* text : {"[1,]",        "{\"a\":1,}", "// x\n1",   "/* x */ 1", "{a: 1}",
                             "'x'",         "01",         "+1",        ".5",        "1.",
                             "NaN",         "[1 2]",      "{\"a\" 1}", "\"\\x\"",   "\"\\ud800x\"",
                             "\"\\udc00\"", "\"a\nb\"",   "[",         "]",         "{]",
                             "[}",          "tru",        "nul",       "1 2",       "\xEF\xBB\xBF",
                             "\"\x01\"",    "-",          "1e",        "\"a"})
        EXPECT_FALSE(parse_document(Format::Json, text)) << text;
}

TEST(Jsonc, ToleratesCommentsAndACommaAtTheEnd) {
    EXPECT_EQ(
        parsed(Format::Jsonc, "// a\n{ /* b\n */ \"x\": [1, // c\n 2,], }\n// d\n/* e */ // f"),
        json("{\"x\": [1, 2]}"));
    EXPECT_EQ(place(parsed(Format::Jsonc, "// é\n/*\n*/ {\"a\": 1}"), {"a"}), "3:5");
}

TEST(Jsonc, IsNoMoreTolerantThanThat) {
    for (const auto* text :
         {"[,]", "[1,,]", "{,}", "1 /* x", "[1] /", "{a: 1}", "", "// x", "[1] 2", "/* x"})
        EXPECT_FALSE(parse_document(Format::Jsonc, text)) << text;
    EXPECT_EQ(wrong_jsonc("{\"a\":1, // x\n\"a\":2}"),
              "2:1: the key a is there already, in line 1");
}

} // namespace json_test
} // namespace hotreload
