// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema.hpp"
#include "document/schema/compiler.hpp"
#include "document/schema/evaluation.hpp"
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

// The words of a schema about a document, a line each.
std::string told(std::string_view schema, std::string_view document, Format format = Format::Yaml) {
    const auto compiled = Schema::compile(parsed(Format::Json, schema));
    if (!compiled)
        return "schema: " + to_string(compiled.error());
    std::string text;
    for (const auto& problem : compiled->check(parsed(format, document)))
        text += std::format("{}:{}: {}\n", problem.line, problem.column, problem.message);
    return text;
}

// The same of a document that is one value under the key `x`.
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

TEST(Schema, SeesNoTagAndNoDirective) {
    const auto* closed =
        R"({"properties":{"a":{}},"additionalProperties":false,"maxProperties":1})";
    for (const auto* document : {"%YAML 1.2\n---\na: yes\n", "!x\na: 1\n",
                                 "%YAML 1.1\n---\n!x {a: 1}\n", "!<tag:x,2000:y> {a: 1}\n"})
        EXPECT_EQ(told(closed, document), "") << document;
    EXPECT_EQ(told(R"({"maxItems":1,"items":{"type":"integer"}})", "%YAML 1.2\n--- !x\n- 1\n"), "");
    EXPECT_NE(told(closed, "\"%YAML 1.2\": ''\na: 1\n"), "");
    EXPECT_NE(told(closed, "a: 1\n'!x': !x \n"), "");
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
              "1:1: x.b is missing; x.a requires it\n");
    EXPECT_EQ(told_of_x(R"({"contains":{"const":1},"minContains":2,"maxContains":2})", "[1, 2]"),
              "1:1: x has too few elements that meet \"contains\"\n");
    EXPECT_EQ(told_of_x(R"({"contains":{"const":1},"maxContains":1})", "[1, 1]"),
              "1:1: x has too many elements that meet \"contains\"\n");
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

TEST(Schema, RefusesWhatIsNoSchema) {
    EXPECT_EQ(compile_error("1"), "1:1: a schema is an object, or true or false");
    EXPECT_NE(compile_error(R"({"pattern":"["})").find("no regular expression"), std::string::npos);
    EXPECT_EQ(
        compile_error("{\"properties\":{\n\"a\":{\"type\":\"strng\"}}}"),
        "2:6: the schema is wrong: \"type\" has to be one of \"null\", \"boolean\", \"integer\", "
        "\"number\", \"string\", \"array\" and \"object\", or a list of them");
    EXPECT_EQ(compile_error(R"({"$schema":"https://example.com/mine"})"),
              "1:2: \"$schema\" names a draft that is not known; known are 04, 06, 07, 2019-09 and "
              "2020-12, as in \"https://json-schema.org/draft/2020-12/schema\"");
    for (const auto* schema :
         {R"({"minLength":-1})", R"({"maxItems":1.5})", R"({"minimum":"1"})", R"({"required":"a"})",
          R"({"required":[1]})", R"({"properties":[]})", R"({"properties":{"a":1}})",
          R"({"anyOf":{}})", R"({"allOf":[]})", R"({"not":1})", R"({"enum":1})", R"({"pattern":1})",
          R"({"uniqueItems":1})", R"({"multipleOf":0})", R"({"items":[{}]})", R"({"$ref":1})",
          R"({"exclusiveMinimum":true})", R"({"type":["string",1]})",
          R"({"minContains":"1","contains":{}})"})
        EXPECT_TRUE(compile_error(schema).starts_with("1:")) << schema;
}

TEST(Schema, ChecksTomlDatesAndLargeNumbers) {
    const auto* schema = R"({"properties":{"d":{"type":"string"},"n":{"type":"integer"}}})";
    EXPECT_EQ(told(schema, "d = 2024-01-01\nn = 1", Format::Toml), "");
    EXPECT_EQ(told(schema, R"({"n":123456789012345678901234567890})", Format::Json), "");
    EXPECT_EQ(told(R"({"properties":{"d":{"pattern":"^2024-","minLength":10}}})", "d = 2023-01-01",
                   Format::Toml),
              "1:1: d has to match the pattern \"^2024-\"\n");
}

TEST(Schema, NumbersAreNotRounded) {
    const auto meets = [](std::string_view rule, std::string_view number) {
        return told(std::format(R"({{"properties":{{"x":{}}}}})", rule),
                    std::format(R"({{"x":{}}})", number), Format::Json) == "";
    };
    EXPECT_TRUE(meets(R"({"multipleOf":0.01})", "0.07"));
    EXPECT_TRUE(meets(R"({"multipleOf":0.01})", "4.35"));
    EXPECT_FALSE(meets(R"({"multipleOf":0.01})", "4.355"));
    EXPECT_TRUE(meets(R"({"multipleOf":0.0001})", "1e300"));
    EXPECT_TRUE(meets(R"({"multipleOf":3})", "-123456789012345678901234567890"));
    EXPECT_FALSE(meets(R"({"multipleOf":7})", "123456789012345678901234567891"));
    EXPECT_FALSE(meets(R"({"multipleOf":10})", "15"));
    EXPECT_TRUE(meets(R"({"multipleOf":1e-400})", "1"));
    EXPECT_TRUE(meets(R"({"maximum":9007199254740993})", "9007199254740993"));
    EXPECT_FALSE(meets(R"({"maximum":9007199254740992})", "9007199254740993"));
    EXPECT_FALSE(meets(R"({"maximum":18446744073709551615})", "18446744073709551616"));
    EXPECT_TRUE(meets(R"({"minimum":18446744073709551615})", "18446744073709551616"));
    EXPECT_FALSE(meets(R"({"minimum":-1})", "-18446744073709551616"));
    EXPECT_TRUE(meets(R"({"exclusiveMaximum":1e400})", "1e399"));
    EXPECT_TRUE(meets(R"({"const":1})", "1.0"));
    EXPECT_TRUE(meets(R"({"const":0})", "-0.0"));
    EXPECT_TRUE(meets(R"({"const":100000000000000000000})", "1e20"));
    EXPECT_FALSE(meets(R"({"const":1})", "true"));
    EXPECT_FALSE(meets(R"({"enum":[[0]]})", "[false]"));
    EXPECT_TRUE(meets(R"({"enum":[{"a":[1.0]}]})", R"({"a":[1]})"));
    EXPECT_TRUE(meets(R"({"type":"integer"})", "1.0"));
    EXPECT_TRUE(meets(R"({"type":"integer"})", "1e400"));
    EXPECT_FALSE(meets(R"({"type":"integer"})", "1.5"));
    EXPECT_TRUE(meets(R"({"maxLength":2.0})", "\"ab\""));
    EXPECT_EQ(told_of_x(R"({"maximum":1})", ".inf"), "1:1: x has to be at most 1\n");
    EXPECT_EQ(told_of_x(R"({"maximum":1})", ".nan"), "1:1: x has to be at most 1\n");
    EXPECT_EQ(told_of_x(R"({"multipleOf":1})", ".inf"), "1:1: x has to be a multiple of 1\n");
    EXPECT_EQ(told_of_x(R"({"const":18446744073709551616})", "0x10000000000000000"), "");
    EXPECT_EQ(
        told(R"({"$schema":"http://json-schema.org/draft-04/schema#","type":"integer"})", "1.0"),
        "1:1: the document has to be an integer, not a number with a fraction\n");
}

TEST(Schema, ATagOfYamlIsNoKeyAndNoElement) {
    EXPECT_EQ(
        told(
            R"({"properties":{"x":{"properties":{"a":{}},"additionalProperties":false,"maxProperties":1}}})",
            "x: !map {a: 1}"),
        "");
    EXPECT_EQ(told_of_x(R"({"items":{"type":"integer"},"maxItems":2})", "!list [1, 2]"), "");
}

// A map that several places refer to was checked by the rule for its members.
TEST(Schema, AMapThatIsReferredToIsCheckedAsAMap) {
    const auto* schema =
        R"({"properties":{"labels":{"$ref":"#/$defs/m"}},"$defs":{"m":{"type":"object","additionalProperties":{"type":"string"}}}})";
    EXPECT_EQ(told(schema, "labels: {a: b}"), "");
    EXPECT_EQ(told(schema, "labels: text"), "1:1: labels has to be an object, not a string\n");
    EXPECT_EQ(told(schema, "labels: {a: 1}"),
              "1:10: labels.a has to be a string, not an integer\n");
    EXPECT_EQ(
        told(
            R"({"properties":{"limits":{"$ref":"#/$defs/m"}},"$defs":{"m":{"properties":{"cpu":{"maximum":4}},"additionalProperties":{"type":"object"}}}})",
            "limits: {cpu: 400}"),
        "1:10: limits.cpu has to be at most 4\n");
    EXPECT_EQ(
        told(
            R"({"additionalProperties":{"$id":"https://example.com/x","type":"string"},"properties":{"a":{"$ref":"#/additionalProperties"}}})",
            "{a: 1}"),
        "1:2: a has to be a string, not an integer\n");
}

TEST(Schema, MayReferToItselfOnItsWayIntoTheDocument) {
    const auto* map = R"({"additionalProperties":{"anyOf":[{"type":"string"},{"$ref":"#"}]}})";
    const auto* objects =
        R"({"type":"object","additionalProperties":{"anyOf":[{"type":"string"},{"$ref":"#"}]}})";
    EXPECT_EQ(told(map, "a: {b: {c: x}}"), "");
    EXPECT_EQ(
        told(objects, "a: {b: [1]}"),
        "1:5: a has to meet one of the 2 schemas of \"anyOf\"; the 2nd comes nearest: a.b has "
        "to meet one of the 2 schemas of \"anyOf\"\n");
    for (const auto* keyword : {"additionalProperties", "items", "propertyNames", "contains"})
        EXPECT_EQ(compile_error(std::format(R"({{"{}":{{"$ref":"#"}}}})", keyword)), "");
    const auto* twice =
        R"({"$schema":"http://json-schema.org/draft-07/schema#","$defs":{"a":{"properties":{"x":{"$ref":"#/$defs/a"}}},
        "b":{"properties":{"x":{"$ref":"#/$defs/a"}}}},"properties":{"c":{"$ref":"#/$defs/b"}}})";
    EXPECT_EQ(told(twice, "c: {x: {x: {}}}"), "");
}

TEST(Schema, FindsReferencesByAnyName) {
    for (const auto* reference :
         {"#/$defs/a<b>", "#/$defs/a%3Cb%3E", "#/$defs/a<b>/", "#/x-mine/0/%24it"}) {
        const auto schema = std::format(
            R"({{"$defs":{{"a<b>":{{"type":"null","":{{"type":"null"}}}}}},"x-mine":[{{"$it":{{"type":"null"}}}}],"$ref":"{}"}})",
            reference);
        EXPECT_EQ(told(schema, "1"), "1:1: the document has to be null, not an integer\n")
            << reference;
    }
    // An "$id" counts only where a schema stands.
    EXPECT_NE(compile_error(R"({"enum":[{"$id":"x"}],"$ref":"x"})"), "");
    // Before 2019-09, what stands beside "$ref" says nothing.
    const auto* beside =
        R"({{"$schema":"{}","$ref":"#/definitions/a","type":"string","definitions":{{"a":true}}}})";
    EXPECT_EQ(
        told(std::vformat(beside, std::make_format_args("http://json-schema.org/draft-07/schema#")),
             "1"),
        "");
}

TEST(Schema, FollowsReferencesThatAreLookedUpOnTheWay) {
    // A tree that is closed by who uses it.
    const auto* tree =
        R"({"$id":"https://example.com/strict","$dynamicAnchor":"node","$ref":"tree","unevaluatedProperties":false,
        "$defs":{"tree":{"$id":"tree","$dynamicAnchor":"node","properties":{"data":true,"children":{"items":{"$dynamicRef":"#node"}}}}}})";
    EXPECT_EQ(told(tree, "children: [{data: 1}]"), "");
    EXPECT_EQ(told(tree, "children: [{daat: 1}]"), "1:13: children[0].daat is not a known key\n");
    const auto* old =
        R"({"$schema":"https://json-schema.org/draft/2019-09/schema","$id":"https://example.com/strict","$recursiveAnchor":true,"$ref":"tree","unevaluatedProperties":false,
        "$defs":{"tree":{"$id":"tree","$recursiveAnchor":true,"properties":{"data":true,"children":{"items":{"$recursiveRef":"#"}}}}}})";
    EXPECT_EQ(told(old, "children: [{data: 1}]"), "");
    EXPECT_EQ(told(old, "children: [{daat: 1}]"), "1:13: children[0].daat is not a known key\n");
}

TEST(Schema, KnowsTheDraftsOwnSchemas) {
    for (const auto* draft :
         {"http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema",
          "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft-07/schema",
          "https://json-schema.org/draft/2019-09/schema",
          "https://json-schema.org/draft/2020-12/schema"}) {
        const auto schema = std::format(R"({{"properties":{{"x":{{"$ref":"{}"}}}}}})", draft);
        EXPECT_EQ(told(schema, "x: {properties: {a: {type: string}}}"), "") << draft;
        EXPECT_NE(told(schema, "x: {properties: {a: {type: strng}}}"), "") << draft;
    }
    EXPECT_EQ(
        told(R"({"$ref":"http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger"})",
             "-1"),
        "1:1: the document has to be at least 0\n");
}

TEST(Schema, WhatSchemasBesideHaveSeenIsNotUnevaluated) {
    const auto* schema =
        R"({"allOf":[{"properties":{"a":true}}],"anyOf":[{"properties":{"b":{"type":"null"}}},{"patternProperties":{"^c":true}}],
        "if":{"required":["d"],"properties":{"d":true}},"then":{"properties":{"e":true}},"unevaluatedProperties":false})";
    EXPECT_EQ(told(schema, "{a: 1, b: null, c: 1}"), "");
    EXPECT_EQ(told(schema, "{a: 1, b: 1}"), "1:8: b is not a known key\n");
    EXPECT_EQ(told(schema, "{d: 1, e: 1}"), "");
    EXPECT_EQ(told(schema, "{e: 1}"), "1:2: e is not a known key\n");
    EXPECT_EQ(told_of_x(R"({"prefixItems":[true],"contains":{"const":3},"unevaluatedItems":false})",
                        "[1, 3]"),
              "");
    EXPECT_EQ(told_of_x(R"({"prefixItems":[true],"contains":{"const":3},"unevaluatedItems":false})",
                        "[1, 3, 2]"),
              "1:11: x[2] is an element too many\n");
}

TEST(Schema, SaysWhichSchemaOfManyComesNearest) {
    const auto* kinds = R"({"oneOf":[
        {"properties":{"kind":{"const":"tcp"},"port":{"type":"integer"}},"required":["kind","port"]},
        {"properties":{"kind":{"const":"unix"},"path":{"type":"string"}},"required":["kind","path"]},
        {"type":"string"}]})";
    EXPECT_EQ(
        told_of_x(kinds, "{kind: unix, path: 1}"),
        "1:17: x has to meet exactly one of the 3 schemas of \"oneOf\"; the 2nd comes nearest: "
        "x.path has to be a string, not an integer\n");
    EXPECT_EQ(
        told_of_x(kinds, "{kind: tcp}"),
        "1:1: x has to meet exactly one of the 3 schemas of \"oneOf\"; the 1st comes nearest: "
        "x.port is missing; it is required\n");
    EXPECT_EQ(told_of_x(kinds, "1"),
              "1:1: x has to meet exactly one of the 3 schemas of \"oneOf\"\n");
    EXPECT_EQ(
        told_of_x(R"({"anyOf":[{"type":"integer"},{"maxLength":2,"pattern":"^a"}]})", "hunter2"),
        "1:1: x has to meet one of the 2 schemas of \"anyOf\"; the 2nd comes nearest: x has to "
        "have at most 2 characters (and 1 more)\n");
}

// Alternatives that double at each step, and are never all looked at.
std::string doubling(std::string_view keyword, int steps) {
    std::string schema = R"({"$defs":{"a0":{"type":"integer"})";
    for (int i = 1; i <= steps; ++i)
        schema += std::format(
            R"(,"a{0}":{{"{2}":[{{"$ref":"#/$defs/a{1}"}},{{"$ref":"#/$defs/a{1}"}}]}})", i, i - 1,
            keyword);
    return schema + std::format(R"(}},"$ref":"#/$defs/a{}"}})", steps);
}

TEST(Schema, EndsInTimeAndNamesWhatTakesTooLong) {
    const auto* work = "1:1: cannot be checked: the schema is too much work, for its references or "
                       "alternatives multiply\n";
    EXPECT_EQ(told(doubling("allOf", 10), "1"), "");
    EXPECT_EQ(told(doubling("allOf", 60), "1"), work);
    EXPECT_EQ(told(doubling("anyOf", 60), "x"), work);
    EXPECT_EQ(told_of_x(R"({"pattern":"^([a-z0-9]+[.-]?)+$"})", std::string(45, 'a') + "!"),
              "1:1: x cannot be checked: to match it to the pattern \"^([a-z0-9]+[.-]?)+$\" of the "
              "schema takes too long; the schema is the schema\n");

    std::string chain = R"({"$ref":"#/$defs/a20000","$defs":{"a0":{})";
    for (int i = 1; i <= 20'000; ++i)
        chain += std::format(R"(,"a{0}":{{"$ref":"#/$defs/a{1}"}})", i, i - 1);
    EXPECT_NE(told(chain + "}}", "1").find("nested too deep"), std::string::npos);

    std::string anchors = R"({"$defs":{"a":{})";
    for (int i = 0; i < 5000; ++i)
        anchors += std::format(
            R"(,"d{0}":{{"$id":"https://example.com/{0}","$dynamicAnchor":"a","items":{{"$dynamicRef":"#a"}}}})",
            i);
    EXPECT_EQ(compile_error(anchors + "}}"), "");
}

// The check takes more than a budget that a schema and a document of this size come nowhere near,
// unless it is all of the one times all of the other.
bool multiplies(std::string_view schema, std::string_view document) {
    const auto compiled = document::compile_schema(parsed(Format::Json, schema));
    document::SchemaEvaluation evaluation(*compiled, 100'000);
    const auto value = parsed(Format::Json, document);
    try {
        if (!evaluation.meets(value))
            (void)evaluation.problems(value, 1000);
        return false;
    } catch (const document::OutOfSteps&) {
        return true;
    }
}

// `item` with each number in place of its {}.
std::string list_of(int count, std::string_view item) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += (i > 0 ? "," : "") + std::vformat(item, std::make_format_args(i));
    return text;
}

TEST(Schema, LookingUpKeysIsWork) {
    const auto objects = std::format("[{}]", list_of(200, R"({{"a":{}}})"));
    EXPECT_TRUE(multiplies(
        std::format(R"({{"items":{{"dependentSchemas":{{{}}}}}}})", list_of(200, R"("k{}":{{}})")),
        objects));
    EXPECT_FALSE(multiplies(
        std::format(R"({{"items":{{"dependentSchemas":{{{}}}}}}})", list_of(20, R"("k{}":{{}})")),
        objects));

    const auto long_keys = std::string(20'000, 'k');
    const auto required =
        std::format(R"({{"required":[{}]}})", list_of(20, std::format(R"("{}{{}}")", long_keys)));
    const auto document =
        std::format("{{{}}}", list_of(20, std::format(R"("{}{{}}":1)", long_keys)));
    EXPECT_TRUE(
        multiplies(std::format(R"({{"allOf":[{}],"$defs":{{"a":{}}}}})",
                               list_of(10, R"({{"$ref":"#/$defs/a","title":"{}"}})"), required),
                   document));
    EXPECT_FALSE(multiplies(required, document));
}

TEST(Schema, CountingKeysIsWork) {
    const auto document = std::format("{{{}}}", list_of(2000, R"("!{}":1)"));
    EXPECT_TRUE(multiplies(
        std::format(R"({{"allOf":[{}]}})", list_of(100, R"({{"minProperties":1,"title":"{}"}})")),
        document));
    EXPECT_FALSE(multiplies(R"({"minProperties":1})", document));
}

TEST(Schema, FindingTheNearestKeyIsWork) {
    const auto choice =
        std::format(R"({{"properties":{{{}}},"additionalProperties":false}})",
                    list_of(100, std::format(R"("{}{{}}":{{{{}}}})", std::string(90, 'k'))));
    const auto schema = std::format(R"({{"anyOf":[{0},{0}]}})", choice);
    EXPECT_TRUE(multiplies(schema, std::format(R"({{"{}":1}})", std::string(90, 'x'))));
    EXPECT_FALSE(multiplies(schema, R"({"x":1})"));
}

TEST(Schema, LargeDocumentsAreChecked) {
    std::string numbers;
    for (int i = 0; i < 100'000; ++i)
        numbers += std::format("{}{}", i > 0 ? "," : "", i);
    const auto list = std::format("[{}]", numbers);
    EXPECT_EQ(told(R"({"uniqueItems":true})", list, Format::Json), "");
    EXPECT_EQ(told(std::format(R"({{"items":{{"enum":{}}}}})", list), list, Format::Json), "");
    EXPECT_EQ(told_of_x(R"({"pattern":"^(a|b|c)*$"})", std::string(100'000, 'a')), "");
    EXPECT_NE(told_of_x(R"({"pattern":"^(a|b|c)*$"})", std::string(100'000, 'a') + "d"), "");
}

TEST(Schema, ProblemsAreFewAndShort) {
    const auto compiled = Schema::compile(
        parsed(Format::Json, R"({"additionalProperties":{"items":{"type":"string"}}})"));
    const auto problems = compiled->check(
        parsed(Format::Json, std::format(R"({{"{}":[{}1]}})", std::string(1'000'000, 'k'),
                                         repeated("1,", 5000))));
    EXPECT_EQ(problems.size(), 1000);
    for (const auto& problem : problems)
        EXPECT_LT(problem.message.size(), 1000);
}

} // namespace schema_test
} // namespace hotreload
