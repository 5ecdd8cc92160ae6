// SPDX-License-Identifier: LGPL-2.1-or-later
#include "document/schema.hpp"

#include "document/formats.hpp"
#include "document/plain_value.hpp"
#include "document/schema/compiler.hpp"
#include "document/schema/evaluation.hpp"
#include "document/schema/rules.hpp"

#include <algorithm>
#include <format>
#include <new>
#include <tuple>
#include <utility>

namespace hotreload {

namespace {

constexpr std::size_t kMaxProblems = 1000;
constexpr std::size_t kLongestMessage = 2000;

Problem problem_at(const Value& value, std::string message) {
    return {.path = {}, .line = value.line, .column = value.column, .message = std::move(message)};
}

void sort_by_place(std::vector<Problem>& problems) {
    for (auto& each : problems)
        each.message = document::shortened(each.message, kLongestMessage);
    std::ranges::sort(problems, {}, [](const Problem& each) {
        return std::tie(each.line, each.column, each.message);
    });
    const auto repeated = std::ranges::unique(problems);
    problems.erase(repeated.begin(), repeated.end());
}

} // namespace

Schema::Schema(std::unique_ptr<const document::CompiledSchema> compiled, std::string name)
    : compiled_(std::move(compiled)), name_(std::move(name)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

std::expected<Schema, Problem> Schema::compile(const Value& document, std::string name) try {
    if (!document.object() && !std::holds_alternative<bool>(document.data))
        return std::unexpected(problem_at(document, "a schema is an object, or true or false"));
    const auto plain = document::plain_tree(document);
    return Schema(document::compile_schema(plain ? *plain : document), std::move(name));
} catch (document::Failure& failure) {
    return std::unexpected(std::move(failure.problem));
} catch (const std::bad_alloc&) {
    return std::unexpected(problem_at(document, "there is not enough memory for the schema"));
}

std::vector<Problem> Schema::check(const Value& document) const try {
    document::SchemaEvaluation evaluation(*compiled_);
    const auto spelled = document::plain_tree(document);
    const auto& plain = spelled ? *spelled : document;
    if (evaluation.meets(plain))
        return {};
    auto problems = evaluation.problems(plain, kMaxProblems);
    sort_by_place(problems);
    return problems;
} catch (document::Uncheckable& uncheckable) {
    uncheckable.problem.message += std::format("; the schema is {}", name_);
    return {std::move(uncheckable.problem)};
} catch (const document::OutOfSteps&) {
    return {problem_at(document, std::format("cannot be checked: {} is too much work, for its "
                                             "references or alternatives multiply",
                                             name_))};
} catch (const std::bad_alloc&) {
    return {problem_at(document, "cannot be checked: there is not enough memory")};
}

} // namespace hotreload
