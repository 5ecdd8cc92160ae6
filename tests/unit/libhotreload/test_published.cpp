// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/json.hpp"
#include "document/parse.hpp"
#include "libhotreload/published.hpp"

#include <gtest/gtest.h>

#include <format>
#include <string>
#include <string_view>
#include <utility>

namespace hotreload::library {
namespace published_test {

// The whole of a file with these members, or what is wrong with it.
std::string told(std::string_view json) {
    const auto published = read_published(json);
    if (!published)
        return "error: " + published.error();
    std::string text = std::format("{}", published->revision);
    if (published->value)
        text += " " + to_json(*published->value);
    if (const auto& problem = published->problem)
        text += std::format(" ({}:{}:{}: {})", problem->path, problem->line, problem->column,
                            problem->message);
    return text;
}

std::string with_value(std::string_view value) {
    return std::format(R"({{"format":1,"revision":1,"state":"valid","value":{}}})", value);
}

// The value of a document that nobody has published.
std::string unpublished(Format format, std::string_view text) {
    const auto value = read_document(format, text);
    return value ? to_json(*value)
                 : std::format("{}:{}: {}", value.error().line, value.error().column,
                               value.error().message);
}

constexpr auto kWhole = R"({"format":1,"revision":7,"state":"valid","path":"/srv/app.toml",)"
                        R"("problems":[],"time_usec":1795856362592096,"value":{"port":8080}})";

TEST(Published, a_valid_document_has_its_value_and_revision) {
    EXPECT_EQ(told(kWhole), R"(7 {"port":8080})");
}

TEST(Published, a_document_that_is_not_valid_now_has_its_last_value_and_the_first_problem) {
    EXPECT_EQ(told(R"({"format":1,"revision":7,"state":"invalid","path":"/srv/app.toml","problems":[
                       {"path":"/srv/common.toml","line":2,"column":8,"message":"no number"},
                       {"path":"/srv/app.toml","line":1,"column":1,"message":"another"}],"value":1})"),
              "7 1 (/srv/common.toml:2:8: no number)");
}

TEST(Published, a_problem_is_told_where_nobody_has_worded_one) {
    const auto of = [](std::string_view state) {
        return told(std::format(
            R"({{"format":1,"revision":1,"state":{},"path":"/a.toml","value":1}})", state));
    };
    EXPECT_EQ(of(R"("missing","problems":[])"), "1 1 (/a.toml:0:0: the file is missing)");
    EXPECT_EQ(of(R"("writing","problems":[])"), "1 1 (/a.toml:0:0: somebody is writing the file)");
    EXPECT_EQ(of(R"("invalid","problems":[])"), "1 1 (/a.toml:0:0: the document is not valid)");
    EXPECT_EQ(of(R"("a newer word")"), "1 1 (/a.toml:0:0: the document is not valid)");
    EXPECT_EQ(of(R"("invalid","problems":[5])"), "1 1 (/a.toml:0:0: the document is not valid)");
    EXPECT_EQ(of(R"("valid","problems":[{"message":"old"}])"), "1 1");
}

TEST(Published, a_document_that_was_never_valid_has_no_value) {
    constexpr auto never =
        R"({"format":1,"revision":0,"state":"missing","path":"/a.toml","problems":[])";
    EXPECT_EQ(told(std::string(never) + "}"), "0 (/a.toml:0:0: the file is missing)");
    EXPECT_EQ(told(std::string(never) + R"(,"value":1})"), "0 (/a.toml:0:0: the file is missing)");
}

TEST(Published, null_is_a_value) {
    EXPECT_EQ(told(with_value("null")), "1 null");
}

TEST(Published, a_revision_that_is_no_number_of_ours_is_none) {
    for (const auto* revision : {"-1", "1.5", "\"7\"", "18446744073709551616"})
        EXPECT_EQ(told(std::format(R"({{"format":1,"revision":{},"state":"valid","value":1}})",
                                   revision)),
                  "0")
            << revision;
    EXPECT_EQ(told(R"({"format":1,"revision":18446744073709551615,"state":"valid","value":1})"),
              "18446744073709551615 1");
}

TEST(Published, a_place_that_fits_no_line_is_not_known) {
    EXPECT_EQ(told(R"({"format":1,"revision":1,"state":"invalid","value":1,"problems":[
                       {"path":"/a","line":4294967297,"column":-3,"message":"far"}]})"),
              "1 1 (/a:0:0: far)");
}

TEST(Published, members_that_are_not_known_are_passed_over) {
    EXPECT_EQ(
        told(R"({"format":1,"revision":1,"state":"valid","value":2,"origin":{"host":["a"]}})"),
        "1 2");
}

TEST(Published, what_is_no_published_document_is_an_error_and_says_so) {
    for (const auto& [text, error] :
         {std::pair{"[]", "this is no published document: no object"},
          std::pair{"{}", "this is no published document: it has no format"},
          std::pair{R"({"format":"1","value":1})",
                    "this is no published document: it has no format"},
          std::pair{R"({"format":2,"value":1})",
                    "this is a published document of a newer hotreload"}})
        EXPECT_EQ(told(text), std::string("error: ") + error) << text;
    const std::string_view whole = kWhole;
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_TRUE(told(whole.substr(0, size)).starts_with("error: ")) << size;
    EXPECT_TRUE(told(with_value("\"\xff\"")).starts_with("error: "));
    EXPECT_TRUE(told(with_value(R"({"a":1,"a":2})")).starts_with("error: "));
}

TEST(Published, numbers_mean_what_they_say_in_every_spelling) {
    EXPECT_EQ(told(with_value("[1.10,1E2,-0,18446744073709551615]")),
              "1 [1.1,100.0,0,18446744073709551615]");
    EXPECT_EQ(read_published(with_value("1.10"))->value, read_published(with_value("1.1"))->value);
}

TEST(Published, a_number_that_fits_no_type_is_a_text_with_all_its_digits) {
    EXPECT_EQ(told(with_value("[18446744073709551616,1e999]")),
              R"(1 ["18446744073709551616","1e999"])");
}

TEST(Published, a_value_is_as_deep_as_a_document_may_be) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    const auto deepest = nested(DocumentLimits{}.depth);
    ASSERT_EQ(unpublished(Format::Json, deepest), deepest);
    EXPECT_EQ(told(with_value(deepest)), "1 " + deepest);
    EXPECT_TRUE(told(with_value(nested(DocumentLimits{}.depth + 2))).starts_with("error: "));
}

TEST(ReadDocument, has_what_json_can_tell_of_every_format) {
    EXPECT_EQ(unpublished(Format::Toml, "at = 2026-01-02\nhex = 0xff\nratio = 1.50\nfar = inf\n"),
              R"({"at":"2026-01-02","far":"inf","hex":255,"ratio":1.5})");
    EXPECT_EQ(unpublished(Format::Yaml, "on: !vault x\nnothing: ~\nlist: [0x1F, 1.10]\n"),
              R"({"list":[31,1.1],"nothing":null,"on":"x"})");
    EXPECT_EQ(unpublished(Format::Ini, "[a]\nb = 1\n"), R"({"a":{"b":"1"}})");
}

TEST(ReadDocument, tells_a_value_as_a_published_document_does) {
    for (const auto* text :
         {"a = 1.10\n", "a = 2026-01-02T03:04:05Z\n", "a = nan\n", "a = \"\\u0000\"\n",
          "a = -0.0\n", "a = [[], {}]\n", "a = 9223372036854775807\n"}) {
        const auto value = read_document(Format::Toml, text);
        ASSERT_TRUE(value) << text;
        const auto published = read_published(with_value(to_json(*value)));
        ASSERT_TRUE(published) << text;
        EXPECT_EQ(published->value, *value) << text;
    }
}

TEST(ReadDocument, says_where_a_document_is_wrong) {
    EXPECT_TRUE(unpublished(Format::Toml, "a = 1\nb = \n").starts_with("2:5: "));
    EXPECT_TRUE(unpublished(Format::Json, "{\"a\":}").starts_with("1:6: "));
}

} // namespace published_test
} // namespace hotreload::library
