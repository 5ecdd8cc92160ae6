// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema.hpp"
#include "parsing.hpp"

namespace hotreload {
namespace schema_test {

using namespace short_hand;

std::string compile_error(std::string_view schema) {
    const auto compiled = Schema::compile(parsed(Format::Json, schema));
    if (compiled)
        return "";
    const auto& problem = compiled.error();
    return std::format("{}:{}: {}", problem.line, problem.column, problem.message);
}

// What a schema says about a document, a line each.
std::string told(std::string_view schema, std::string_view document, Format format = Format::Yaml) {
    const auto compiled = Schema::compile(parsed(Format::Json, schema));
    if (!compiled)
        return "schema: " + to_string(compiled.error());
    std::string text;
    for (const auto& problem : compiled->check(parsed(format, document)))
        text += std::format("{}:{}: {}\n", problem.line, problem.column, problem.message);
    return text;
}

// For documents that are one value under the key `x`.
std::string told_of_x(std::string_view rule, std::string_view value) {
    return told(std::format("{{\"properties\":{{\"x\":{}}}}}", rule), std::format("x: {}", value));
}

TEST(Schema, WhatIsWrittenInAnotherWayMeansTheSame) {
    EXPECT_EQ(told_of_x(R"({"type":"number","maximum":2})", "1.10"), "");
    EXPECT_EQ(told_of_x(R"({"type":"integer","enum":[16]})", "0x10"), "");
    EXPECT_EQ(told_of_x(R"({"type":"boolean"})", "True"), "");
    EXPECT_EQ(told_of_x(R"({"type":"null"})", "~"), "");
    EXPECT_NE(told_of_x(R"({"type":"string"})", "1.10"), "");
}

TEST(Schema, HasNothingToSayOfADocumentThatMeetsIt) {
    EXPECT_EQ(
        told(
            R"({"type":"object","properties":{"port":{"type":"integer","maximum":65535}},"required":["port"]})",
            "port: 8080"),
        "");
    EXPECT_EQ(told("true", "1"), "");
}

TEST(Schema, NamesTheKeyThePlaceAndTheRule) {
    EXPECT_EQ(
        told(R"({"properties":{"servers":{"items":{"properties":{"weight":{"type":"integer"}}}}}})",
             "servers:\n  - weight: 1\n  - weight: heavy\n"),
        "3:5: servers[1].weight has to be an integer, not a string\n");
    EXPECT_EQ(told(R"({"type":["object","null"]})", "[1]"),
              "1:1: the document has to be an object or null, not an array\n");
}

TEST(Schema, NamesEveryKeyThatIsMissing) {
    EXPECT_EQ(told(R"({"properties":{"a":{"required":["b","c","d"]}}})", "x: 1\na: {c: 1}\n"),
              "2:1: a.b is missing; it is required\n2:1: a.d is missing; it is required\n");
    EXPECT_EQ(told(R"({"required":["b"]})", "{}"), "1:1: b is missing; it is required\n");
}

TEST(Schema, NamesKeysThatAreNotKnownAndTheNearestThatIs) {
    EXPECT_EQ(
        told(
            R"({"properties":{"a":{"properties":{"port":{},"host":{}},"additionalProperties":false}}})",
            "a:\n  prot: 1\n  zzzzzz: 2\n  port: 3\n"),
        "2:3: a.prot is not a known key; did you mean a.port?\n"
        "3:3: a.zzzzzz is not a known key; known are host or port\n");
}

TEST(Schema, NamesWhatIsWrongInMembersOfAnyName) {
    EXPECT_EQ(
        told(R"({"properties":{"a":{}},"additionalProperties":{"type":"integer"}})",
             "a: x\nb: x\na.b: 1\nab: x"),
        "2:1: b has to be an integer, not a string\n4:1: ab has to be an integer, not a string\n");
    EXPECT_EQ(
        told(R"({"additionalProperties":{"additionalProperties":{"enum":[1]}}})", "a: {b: 2}"),
        "1:5: a.b has to be 1\n");
}

TEST(Schema, SaysWhatWouldBeRight) {
    EXPECT_EQ(told_of_x(R"({"enum":["info","debug",3]})", "loud"),
              "1:1: x has to be one of \"info\", \"debug\" or 3\n");
    EXPECT_EQ(told_of_x(R"({"const":"a"})", "b"), "1:1: x has to be \"a\"\n");
    EXPECT_EQ(told_of_x(R"({"minimum":1})", "0"), "1:1: x has to be at least 1\n");
    EXPECT_EQ(told_of_x(R"({"maximum":1.5})", "2"), "1:1: x has to be at most 1.5\n");
    EXPECT_EQ(told_of_x(R"({"exclusiveMinimum":1})", "1"), "1:1: x has to be greater than 1\n");
    EXPECT_EQ(told_of_x(R"({"exclusiveMaximum":1})", "1"), "1:1: x has to be less than 1\n");
    EXPECT_EQ(told_of_x(R"({"multipleOf":5})", "7"), "1:1: x has to be a multiple of 5\n");
    EXPECT_EQ(told_of_x(R"({"minLength":3})", "ab"), "1:1: x has to have at least 3 characters\n");
    EXPECT_EQ(told_of_x(R"({"maxItems":1})", "[1, 2]"), "1:1: x has to have at most 1 element\n");
    EXPECT_EQ(told_of_x(R"({"minProperties":1})", "{}"), "1:1: x has to have at least 1 key\n");
    EXPECT_EQ(told_of_x(R"({"pattern":"^a+$"})", "b"),
              "1:1: x has to match the pattern \"^a+$\"\n");
    EXPECT_EQ(told_of_x(R"({"uniqueItems":true})", "[1, 1]"), "1:1: x has an element twice\n");
    EXPECT_EQ(told_of_x(R"({"anyOf":[{"type":"null"},{"type":"string"}]})", "1"),
              "1:1: x has to meet one of the 2 schemas of \"anyOf\"\n");
    EXPECT_EQ(told_of_x(R"({"oneOf":[{},{}]})", "1"),
              "1:1: x has to meet exactly one of the 2 schemas of \"oneOf\"\n");
    EXPECT_EQ(told_of_x(R"({"not":{"type":"integer"}})", "1"), "1:1: x is what \"not\" forbids\n");
    EXPECT_EQ(told_of_x(R"({"allOf":[{"minimum":3},{"type":"string"}]})", "1"),
              "1:1: x has to be a string, not an integer\n1:1: x has to be at least 3\n");
    EXPECT_EQ(told_of_x(R"({"propertyNames":{"maxLength":2}})", "{abc: 1}"),
              "1:1: a key of x has to have at most 2 characters\n");
    EXPECT_EQ(told_of_x("false", "1"), "1:1: x is not allowed here\n");
    EXPECT_EQ(told_of_x(R"({"dependentRequired":{"a":["b"]}})", "{a: 1}"),
              "1:5: x.a does not meet \"dependentRequired\"\n");
    EXPECT_EQ(told_of_x(R"({"type":"boolean"})", "yes"),
              "1:1: x has to be true or false, not a word that YAML 1.1 and 1.2 take differently: "
              "quote it, or write "
              "true, false or a plain number\n");
}

TEST(Schema, QuotesNoValue) {
    const auto* rules =
        R"({"properties":{"x":{"type":"null","enum":[1],"const":2,"pattern":"^$","maxLength":1,
        "format":"email","not":{},"anyOf":[{"not":{}}],"oneOf":[{"not":{}}],"if":{},"then":{"not":{}},"contentMediaType":"application/json"},
        "n":{"multipleOf":7,"minimum":9999999,"maximum":0,"enum":[1]}}})";
    for (const auto* draft :
         {"http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#",
          "https://json-schema.org/draft/2019-09/schema"}) {
        auto schema = parsed(Format::Json, rules);
        std::get<Value::Object>(schema.data)["$schema"] = {.data = std::string(draft)};
        const auto compiled = Schema::compile(schema);
        ASSERT_TRUE(compiled) << to_string(compiled.error());
        const auto problems = compiled->check(parsed(Format::Yaml, "x: hunter2\nn: 424242\n"));
        EXPECT_GE(problems.size(), 5);
        for (const auto& problem : problems) {
            EXPECT_EQ(problem.message.find("hunter2"), std::string::npos) << problem.message;
            EXPECT_EQ(problem.message.find("424242"), std::string::npos) << problem.message;
        }
    }
}

TEST(Schema, FollowsReferencesWithinItself) {
    const auto* tree =
        R"({"$defs":{"node":{"type":"object","properties":{"next":{"$ref":"#/$defs/node"},"v":{"$ref":"#num"}},
        "additionalProperties":false},"number":{"$anchor":"num","type":"number"}},"$ref":"#/$defs/node"})";
    EXPECT_EQ(told(tree, "next: {next: {v: 1}}"), "");
    EXPECT_EQ(told(tree, "next: {next: {v: x}}"),
              "1:15: next.next.v has to be a number, not a string\n");
    EXPECT_EQ(
        told(
            R"({"$id":"https://example.com/a","$defs":{"b":{"$id":"b","type":"string"}},"properties":{"x":{"$ref":"b"}}})",
            "x: 1"),
        "1:1: x has to be a string, not an integer\n");
    EXPECT_EQ(told(R"({"$defs":{"a/b":{"type":"null"}},"$ref":"#/$defs/a~1b"})", "1"),
              "1:1: the document has to be null, not an integer\n");
    EXPECT_EQ(told(R"({"definitions":{"a":{"type":"null"}},"$ref":"#/definitions/a"})", "1"),
              "1:1: the document has to be null, not an integer\n");
}

TEST(Schema, RefusesAReferenceThatLeadsOut) {
    EXPECT_EQ(
        compile_error("{\"properties\":\n {\"a\":{\"$ref\":\"https://example.com/x.json\"}}}"),
        "2:8: \"https://example.com/x.json\" leads out of this schema, and nothing is fetched; put "
        "what it "
        "refers to under \"$defs\"");
    EXPECT_NE(compile_error(R"({"$ref":"other.json"})"), "");
    EXPECT_NE(compile_error(R"({"$ref":"file:///etc/passwd"})"), "");
    EXPECT_EQ(compile_error(R"({"$ref":"#/$defs/nothing"})"),
              "1:2: \"#/$defs/nothing\" is not in this schema");
}

TEST(Schema, RefusesReferencesInACircle) {
    for (
        const auto* schema :
        {R"({"$ref":"#"})", R"({"allOf":[{"$ref":"#"}]})",
         R"({"$dynamicAnchor":"a","$dynamicRef":"#a"})",
         R"({"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"})",
         R"({"$defs":{"a":{"$id":"x","$ref":"y"},"b":{"$id":"y","$ref":"x"}}})"})
        EXPECT_NE(compile_error(schema).find("to no end"), std::string::npos)
            << schema << compile_error(schema);
    EXPECT_EQ(compile_error(R"({"properties":{"a":{"$ref":"#"}}})"), "");
}

TEST(Schema, RefusesWhatWouldTakeTooLong) {
    std::string doubling = "{\"$defs\":{\"a0\":{}";
    std::string chain = "{\"$defs\":{\"a0\":{}";
    for (int i = 1; i < 20; ++i)
        doubling += std::format(
            R"(,"a{0}":{{"allOf":[{{"$ref":"#/$defs/a{1}"}},{{"$ref":"#/$defs/a{1}"}}]}})", i,
            i - 1);
    for (int i = 1; i < 100'000; ++i)
        chain += std::format(R"(,"a{0}":{{"$ref":"#/$defs/a{1}"}})", i, i - 1);
    EXPECT_NE(compile_error(doubling + "}}").find("more than 10000 times"), std::string::npos);
    EXPECT_NE(compile_error(chain + "}}").find("more than 64 schemas"), std::string::npos);
    EXPECT_NE(compile_error(std::format(R"({{"pattern":"{}"}})", std::string(2000, '('))), "");
}

TEST(Schema, RefusesWhatIsNoSchema) {
    EXPECT_EQ(compile_error("1"), "1:1: a schema is an object, or true or false");
    EXPECT_NE(compile_error(R"({"pattern":"["})").find("no regular expression"), std::string::npos);
    EXPECT_NE(compile_error(R"({"$schema":"https://example.com/mine"})"), "");
    EXPECT_EQ(compile_error("{\"properties\":{\n\"a\":{\"type\":\"strng\"}}}"),
              "2:6: the schema is wrong: type does not meet \"anyOf\"");
}

TEST(Schema, LongTextsAreNotMatchedToPatterns) {
    EXPECT_NE(told_of_x(R"({"pattern":"^(a|b)*$"})", std::string(100'000, 'a'))
                  .find("more than 8192 bytes"),
              std::string::npos);
    EXPECT_EQ(told_of_x(R"({"pattern":"^(a|b|c)*$"})", std::string(8192, 'a')), "");
    EXPECT_EQ(told_of_x(R"({"type":"string"})", std::string(100'000, 'a')), "");
}

TEST(Schema, ChecksTomlDatesAndLargeNumbers) {
    const auto* schema = R"({"properties":{"d":{"type":"string"},"n":{"type":"integer"}}})";
    EXPECT_EQ(told(schema, "d = 2024-01-01\nn = 1", Format::Toml), "");
    EXPECT_EQ(told(schema, R"({"n":123456789012345678901234567890})", Format::Json), "");
}

} // namespace schema_test
} // namespace hotreload
