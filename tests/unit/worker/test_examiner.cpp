// SPDX-License-Identifier: LGPL-2.1-or-later
#include "worker/examiner.hpp"
#include "worker/protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <format>
#include <functional>

using namespace hotreload;
using namespace hotreload::worker;

namespace {

ContentId id_of(const std::string& text) {
    return {0, std::hash<std::string>()(text), text.size()};
}

Source given(const std::string& text, Format format = Format::Toml) {
    return {id_of(text), format, text};
}

Source known(const std::string& text, Format format = Format::Toml) {
    return {id_of(text), format, std::nullopt};
}

template <class T>
T as(Reply reply) {
    if (auto* const held = std::get_if<T>(&reply))
        return std::move(*held);
    ADD_FAILURE() << "another reply: " << reply.index();
    return {};
}

TEST(Examiner, tells_what_differs_with_secrets_masked) {
    Examiner examiner;
    const auto state = as<DocumentState>(
        examiner.answer(Compare{.now = given("a = 2\npassword = \"new\"\nb.c = \"x\"\n"),
                                .applied = given("a = 1\npassword = \"old\"\nb.c = \"y\"\n"),
                                .secrets = {"b.*"}}));
    EXPECT_TRUE(state.problems.empty());
    ASSERT_TRUE(state.compared);
    ASSERT_EQ(state.differences.size(), 3U);
    EXPECT_EQ(state.differences[0],
              (KeyDifference{PatchOperation::Kind::Replace, {"a"}, "1", "2", {{"a"}}}));
    EXPECT_EQ(state.differences[1].after, "\"***\"");
    EXPECT_EQ(state.differences[2].after, "\"***\"");
}

std::string keys(std::string_view prefix, int count, int value) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += std::format("{}{} = {}\n", prefix, i, value);
    return text;
}

TEST(Examiner, counts_what_differs_and_has_no_room_but_tells_one_of_each_rule) {
    const auto compare = [](std::uint64_t room) {
        return as<DocumentState>(
            Examiner().answer(Compare{.now = given(keys("a", 500, 1) + keys("b", 500, 1)),
                                      .applied = given(keys("a", 500, 2) + keys("b", 500, 2)),
                                      .rules = {"b*", "b1*", "c*"},
                                      .room = room}));
    };
    const auto all = compare(kRoomForDifferences);
    EXPECT_EQ(all.differences.size(), 1000U);
    EXPECT_EQ(all.more, 0U);
    const auto few = compare(3 * size_of(all.differences.front()));
    const auto is_told = [&](const KeyPath& path) {
        return std::ranges::contains(few.differences, path, &KeyDifference::path);
    };
    EXPECT_EQ(few.differences.size(), 5U);
    EXPECT_EQ(few.more, 995U);
    EXPECT_TRUE(is_told({"a0"}) && is_told({"b0"}) && is_told({"b1"}));
    EXPECT_LT(encode(Reply(few)).size(), 1000U);
}

TEST(Examiner, of_the_keys_that_one_difference_touches_one_is_told_for_each_rule) {
    const auto state = as<DocumentState>(
        Examiner().answer(Compare{.now = given("[x]\n" + keys("a", 500, 1) + keys("b", 500, 1)),
                                  .applied = given("y = 1\n"),
                                  .rules = {"x.b*"}}));
    ASSERT_EQ(state.differences.size(), 2U);
    const auto& added =
        state.differences[0].path == KeyPath{"x"} ? state.differences[0] : state.differences[1];
    EXPECT_EQ(added.leaves, (std::vector<KeyPath>{{"x", "a0"}, {"x", "b0"}}));
}

TEST(Examiner, what_is_long_is_told_by_its_size_and_a_long_patch_as_one_step) {
    Examiner examiner;
    const auto both = as<RenderedChange>(examiner.answer(
        RenderChange{given(keys("a", 20'000, 1)), given(keys("a", 20'000, 2)), {}}));
    EXPECT_TRUE(both.before.starts_with("{\"a0\":1,")) << both.before.substr(0, 100);
    EXPECT_EQ(both.patch, R"([{"op":"replace","path":""}])");
    const auto one = as<RenderedChange>(examiner.answer(
        RenderChange{given(keys("a", 50'000, 1)), given(keys("a", 50'000, 1) + "b = 1\n"), {}}));
    EXPECT_TRUE(one.after.ends_with(" bytes)\"")) << one.after.size();
    EXPECT_EQ(one.patch, R"([{"op":"add","path":"/b","value":1}])");
}

TEST(Examiner, asks_for_the_bytes_of_what_it_does_not_hold) {
    Examiner examiner;
    const Compare request{.now = known("a = 2\n"), .applied = known("a = 1\n")};
    EXPECT_EQ(as<Missing>(examiner.answer(request)).ids,
              (std::vector{id_of("a = 2\n"), id_of("a = 1\n")}));
    (void)examiner.answer(Compare{.now = given("a = 1\n")});
    EXPECT_EQ(as<Missing>(examiner.answer(request)).ids, std::vector{id_of("a = 2\n")});
    (void)examiner.answer(Compare{.now = given("a = 2\n")});
    EXPECT_EQ(as<DocumentState>(examiner.answer(request)).differences.size(), 1U)
        << "what was looked at a moment ago goes over once";
}

TEST(Examiner, holds_no_more_than_it_may) {
    Examiner examiner(8000);
    const std::string large = "a = '" + std::string(6000, 'x') + "'\n";
    const std::string other = "b = '" + std::string(6000, 'x') + "'\n";
    const std::string too_large = "c = '" + std::string(9000, 'x') + "'\n";
    EXPECT_TRUE(
        as<DocumentState>(examiner.answer(Compare{.now = given(large), .applied = given(other)}))
            .compared)
        << "what a request needs stays until it is answered";
    EXPECT_EQ(as<Missing>(examiner.answer(Render{known(large)})).ids.size(), 1U);
    (void)as<Rendered>(examiner.answer(Render{known(other)}));
    (void)as<Rendered>(examiner.answer(Render{given(too_large)}));
    EXPECT_EQ(as<Missing>(examiner.answer(Render{known(too_large)})).ids.size(), 1U);
    (void)as<Rendered>(examiner.answer(Render{known(other)}));
}

TEST(Examiner, holds_few_of_many_small_documents) {
    Examiner examiner(2 * Examiner::kLeastHeld);
    for (const std::string text : {"a = 1\n", "a = 2\n", "a = 3\n"})
        (void)as<Rendered>(examiner.answer(Render{given(text)}));
    EXPECT_EQ(as<Missing>(examiner.answer(Render{known("a = 1\n")})).ids.size(), 1U);
    (void)as<Rendered>(examiner.answer(Render{known("a = 2\n")}));
    (void)as<Rendered>(examiner.answer(Render{known("a = 3\n")}));
}

TEST(Examiner, says_what_is_wrong) {
    Examiner examiner;
    const auto state = as<DocumentState>(examiner.answer(Compare{.now = given("a = \n")}));
    ASSERT_EQ(state.problems.size(), 1U);
    EXPECT_EQ(state.problems[0].line, 1U);
    EXPECT_EQ(state.problems[0].path, "");
    EXPECT_FALSE(state.problems[0].message.contains("format =")) << state.problems[0].message;
    EXPECT_EQ(as<Refused>(examiner.answer(Render{known("a = \n")})).problem, state.problems[0])
        << "that it is wrong is held, too";
}

TEST(Examiner, says_how_json_with_comments_is_read) {
    const auto problem_of = [](const std::string& text) {
        auto source = given(text);
        source.format = Format::Json;
        return as<DocumentState>(Examiner().answer(Compare{.now = source})).problems.at(0).message;
    };
    EXPECT_TRUE(problem_of("{} // none yet\n").ends_with("; it is valid with format = \"jsonc\""));
    EXPECT_FALSE(problem_of("{").contains("format ="));
}

TEST(Examiner, a_key_as_long_as_its_file_is_not_told) {
    Examiner examiner;
    const auto key = std::string(100'000, 'k');
    const auto state = as<DocumentState>(
        examiner.answer(Compare{.now = given(std::format("{0} = 1\n{0} = 2\n", key))}));
    ASSERT_EQ(state.problems.size(), 1U);
    EXPECT_LT(state.problems[0].message.size(), 3000U);
}

TEST(Examiner, what_differs_at_a_key_as_long_as_its_file_is_told_at_the_beginning_of_it) {
    const auto key = std::string(100'000, 'k') + "z";
    const auto compare = [&](std::vector<std::string> rules) {
        return as<DocumentState>(
            Examiner().answer(Compare{.now = given(std::format("{0} = 1\n", key)),
                                      .applied = given(std::format("{0} = 2\n", key)),
                                      .rules = std::move(rules)}));
    };
    const auto state = compare({"k*"});
    ASSERT_EQ(state.differences.size(), 1U);
    EXPECT_LT(encode(Reply(state)).size(), 10'000U);
    EXPECT_TRUE(to_key(state.differences[0].path).ends_with("k…"));
    EXPECT_EQ(compare({"*z"}).differences[0].leaves, (std::vector<KeyPath>{{key}}))
        << "the daemon finds the rule for it";
}

TEST(Examiner, checks_against_a_schema_which_may_be_wrong_itself) {
    Examiner examiner;
    const std::string rules = R"({"properties": {"a": {"type": "integer"}}})";
    const auto compare = [&](const std::string& document, const std::string& schema) {
        return as<DocumentState>(examiner.answer(
            Compare{.now = given(document),
                    .schema = Compare::Schema{"/s.json", given(schema, Format::Json)}}));
    };
    EXPECT_TRUE(compare("a = 1\n", rules).problems.empty());
    const auto wrong = compare("a = 'x'\n", rules);
    ASSERT_EQ(wrong.problems.size(), 1U);
    EXPECT_EQ(wrong.problems[0].path, "");
    EXPECT_EQ(wrong.problems[0].line, 1U);
    const auto unusable = compare("a = 1\n", "{");
    ASSERT_EQ(unusable.problems.size(), 1U);
    EXPECT_EQ(unusable.problems[0].path, "/s.json");
}

TEST(Examiner, asks_for_a_schema_that_is_not_the_one_of_last_time) {
    Examiner examiner;
    const auto compare = [](Source schema) {
        return Compare{.now = given("a = 1\n"), .schema = Compare::Schema{"/s", std::move(schema)}};
    };
    EXPECT_EQ(as<Missing>(examiner.answer(compare(known("true", Format::Bytes)))).ids,
              std::vector{id_of("true")});
    EXPECT_TRUE(
        as<DocumentState>(examiner.answer(compare(given("true", Format::Bytes)))).problems.empty());
    EXPECT_TRUE(
        as<DocumentState>(examiner.answer(compare(known("true", Format::Bytes)))).problems.empty());
}

// Was: the second one was taken for the first, as their bytes are the same.
TEST(Examiner, a_schema_is_understood_as_its_own_name_tells) {
    Examiner examiner;
    const auto compare = [&](const std::string& path, Format format) {
        return as<DocumentState>(examiner.answer(
            Compare{.now = given("a = 1\n"),
                    .schema = Compare::Schema{path, given("type: object\n", format)}}));
    };
    EXPECT_TRUE(compare("/s.yaml", Format::Yaml).problems.empty());
    const auto unusable = compare("/s.json", Format::Json);
    ASSERT_EQ(unusable.problems.size(), 1U);
    EXPECT_EQ(unusable.problems[0].path, "/s.json");
    EXPECT_TRUE(compare("/s.yaml", Format::Yaml).problems.empty());
}

TEST(Examiner, a_pattern_that_explodes_is_one_problem) {
    Examiner examiner;
    const auto state = as<DocumentState>(examiner.answer(
        Compare{.now = given("a = '" + std::string(40, 'x') + "!'\n"),
                .schema = Compare::Schema{
                    "/s.json",
                    given(R"({"properties": {"a": {"pattern": "^(x+x+)+y$"}}})", Format::Json)}}));
    ASSERT_EQ(state.problems.size(), 1U);
}

TEST(Examiner, a_document_that_is_too_deep_is_one_problem) {
    Examiner examiner;
    const auto state = as<DocumentState>(
        examiner.answer(Compare{.now = given(std::string(100'000, '['), Format::Json)}));
    ASSERT_EQ(state.problems.size(), 1U);
    EXPECT_TRUE(state.problems[0].message.contains("deeper")) << state.problems[0].message;
}

TEST(Examiner, renders_for_programs) {
    Examiner examiner;
    const auto whole = as<Rendered>(examiner.answer(Render{given("password = 'x'\n")}));
    EXPECT_EQ(whole.json, R"({"password":"x"})") << "not masked: who asks for a value may have it";
    const auto change = as<RenderedChange>(examiner.answer(
        RenderChange{given("password = 'x'\na = 1\n"), given("password = 'y'\na = 1\n"), {}}));
    EXPECT_EQ(change.before, R"({"a":1,"password":"***"})");
    EXPECT_EQ(change.after, R"({"a":1,"password":"***"})");
    EXPECT_FALSE(change.patch.contains('x'));
}

TEST(Examiner, tells_lines_with_what_looks_secret_masked) {
    Examiner examiner;
    const auto told = as<Lines>(
        examiner.answer(CompareLines{"user x\nrequirepass a\n", "user x\nrequirepass b\n"}));
    ASSERT_FALSE(told.lines.empty());
    for (const auto& line : told.lines)
        EXPECT_FALSE(line.ends_with(" a") || line.ends_with(" b")) << line;
}

} // namespace
