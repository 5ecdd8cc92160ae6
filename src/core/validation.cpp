// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validation.hpp"

#include "core/names.hpp"

#include <charconv>
#include <format>
#include <ranges>

namespace hotreload {

namespace {

// "/etc/haproxy/haproxy.cfg:25" somewhere in a line; the number may be followed by ":COLUMN".
bool find_place(std::string_view line, Problem& problem) {
    for (auto start = line.find('/'); start != line.npos; start = line.find('/', start + 1)) {
        const auto end = line.find_first_of(" \t[]()'\"<>,;", start);
        const auto word = line.substr(start, end == line.npos ? line.npos : end - start);
        const auto colon = word.find(':');
        if (colon == word.npos)
            continue;
        const char* const stop = word.data() + word.size();
        unsigned number = 0;
        const auto [next, error] = std::from_chars(word.data() + colon + 1, stop, number);
        if (error != std::errc{} || number == 0)
            continue;
        problem.path = word.substr(0, colon);
        problem.line = number;
        if (next != stop && *next == ':')
            std::from_chars(next + 1, stop, problem.column);
        return true;
    }
    return false;
}

// A line is shown to people, in one line; what is longer was not written for them.
std::string shortened(std::string_view line) {
    constexpr std::size_t most = 500;
    if (line.size() <= most)
        return std::string(line);
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80)
        --end; // not in the middle of a character
    return std::string(line.substr(0, end)) + "…";
}

std::string changed_paths(const ServicePlan& plan) {
    std::string paths;
    for (const auto& change : plan.changes)
        if (change.kind != "definition")
            paths += (paths.empty() ? "" : ":") + change.subject;
    return paths;
}

// Documents that cannot be parsed, or do not meet their schema: before anything runs.
std::optional<Problem> document_problem(const ServiceView& view) {
    std::vector<Problem> problems;
    for (const auto& [path, document] : view.documents)
        problems.insert(problems.end(), document.problems.begin(), document.problems.end());
    if (problems.empty())
        return std::nullopt;
    if (problems.size() > 1)
        problems.front().message += std::format(" (and {} more)", problems.size() - 1);
    return problems.front();
}

Task<std::optional<Problem>> check_properties(const ActionContext& context,
                                              const TransactionHost& host) {
    const auto& wanted = *context.view.wanted;
    const auto& record = context.view.record;
    if (wanted.properties.empty() || (record && record->definition.properties == wanted.properties))
        co_return std::nullopt;
    const auto key = "services." + wanted.name + ".properties";
    auto refused = co_await context.units.check_properties(wanted.properties);
    if (!refused)
        co_return host.problem_at(key, refused.error().message);
    if (refused->empty())
        co_return std::nullopt;
    const auto& first = refused->front();
    co_return host.problem_at(key + "." + first.path,
                              std::format("systemd refuses {}: {}", first.path, first.message));
}

Task<std::optional<Problem>> run_validator(const ActionContext& context,
                                           const TransactionHost& host) {
    const auto& wanted = *context.view.wanted;
    if (wanted.validate.empty())
        co_return std::nullopt;
    CommandRequest request{
        .unit = helper_unit(context.project, wanted.name, "validate", context.transaction),
        .slice = project_slice(context.project),
        .description = std::format("hotreload: validate {}/{}", context.project, wanted.name),
        .command = wanted.validate,
        .env = wanted.env,
        .working_dir = wanted.working_dir,
        .user = wanted.user,
    };
    request.env["HOTRELOAD_CHANGED"] = changed_paths(context.plan);
    const auto result = co_await context.units.run_command(std::move(request));
    if (!result)
        co_return host.problem_at("services." + wanted.name + ".validate", result.error().message);
    if (result->ok)
        co_return std::nullopt;
    auto problem = problem_in_output(*result, wanted.validate.front());
    if (problem.path.empty())
        co_return host.problem_at("services." + wanted.name + ".validate", problem.message);
    co_return problem;
}

} // namespace

Problem problem_in_output(const CommandResult& result, const std::string& command) {
    Problem problem;
    std::string first;
    for (const auto part : std::views::split(result.output, '\n')) {
        const std::string_view line(part.begin(), part.end());
        if (line.find_first_not_of(" \t\r") == line.npos)
            continue;
        if (first.empty())
            first = line;
        if (find_place(line, problem)) {
            problem.message = shortened(line);
            return problem;
        }
    }
    problem.message = std::format("{}: {}", command, result.reason);
    if (!first.empty())
        problem.message += ": " + shortened(first);
    return problem;
}

Task<std::optional<Problem>> validate_service(const ActionContext& context,
                                              const TransactionHost& host) {
    if (!context.view.wanted || context.plan.reason == "attached")
        co_return std::nullopt;
    if (auto problem = document_problem(context.view))
        co_return problem;
    if (auto problem = co_await check_properties(context, host))
        co_return problem;
    co_return co_await run_validator(context, host);
}

} // namespace hotreload
