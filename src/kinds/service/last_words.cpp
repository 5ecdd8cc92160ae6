// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/last_words.hpp"

#include "base/ascii.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <ranges>

namespace hotreload::service {

namespace {

constexpr std::size_t kMostWords = 4 * 1024;
constexpr auto kPatience = std::chrono::seconds(2);
constexpr std::uint64_t kUsecPerSecond = 1'000'000;

bool sounds_like_an_error(std::string_view line) {
    static constexpr auto words = std::to_array<std::string_view>(
        {"error", "fatal", "emerg", "crit", "alert", "panic", "exception", "fail", "cannot",
         "can't", "unable", "invalid", "refus", "denied", "abort", "no such", "not found"});
    const auto lower = to_lower(line);
    return std::ranges::any_of(words, [&](auto word) { return lower.contains(word); });
}

std::string last_reason(std::string_view written) {
    std::string last;
    std::string last_error;
    for (const auto part : std::views::split(written, '\n')) {
        std::string_view line(part.begin(), part.end());
        line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.empty())
            continue;
        last = line;
        if (sounds_like_an_error(line))
            last_error = line;
    }
    return last_error.empty() ? last : last_error;
}

} // namespace

// A process of its own reads the journal: that can take long, and does not hold us up. What was
// written just now may still be on its way, which root can wait for.
// What came before `until` counts, if anything did.
Task<std::string> read_last_words(const ActionContext& context, std::string invocation,
                                  std::uint64_t since_usec, std::uint64_t until_usec) {
    static constexpr auto script = "journalctl --sync 2>/dev/null; until=$1; shift; "
                                   "if [ -n \"$until\" ]; then "
                                   "words=$(journalctl \"--until=$until\" \"$@\"); "
                                   "[ -z \"$words\" ] || { printf '%s\\n' \"$words\"; exit; }; fi; "
                                   "exec journalctl \"$@\"";
    const auto at = [](std::uint64_t usec) {
        return std::format("@{}.{:06}", usec / kUsecPerSecond, usec % kUsecPerSecond);
    };
    const auto& service = context.plan.service;
    CommandRequest request{
        .unit = helper_unit(context.project, service, "last-words", to_string(context.transaction)),
        .slice = project_slice(context.project),
        .description = std::format("hotreload: what {}/{} wrote last", context.project, service),
        .command = {"/bin/sh", "-c", script, "journalctl", until_usec > 0 ? at(until_usec) : "",
                    "--quiet", "--no-pager", "--output=cat", "--lines=100",
                    "--since=" + at(since_usec), "_SYSTEMD_INVOCATION_ID=" + invocation},
        .env = {},
        .working_dir = "/",
        .user = {},
        .timeout = kPatience,
    };
    auto result = co_await context.means.units.run_command(std::move(request));
    if (!result || !result->ok)
        co_return "";
    auto& output = result->output;
    if (output.size() > kMostWords) {
        const auto line = output.find('\n', output.size() - kMostWords);
        output.erase(0, line == output.npos ? output.size() - kMostWords : line + 1);
    }
    co_return std::move(output);
}

Problem in_its_own_words(Problem problem, std::string_view written, const ResolveName& resolve) {
    if (written.find_first_not_of(" \t\r\n") == written.npos)
        return problem;
    problem.audience = Audience::Inspectors; // a program's output may quote anything
    auto said = problem_in_output({.reason = {}, .output = std::string(written)}, "", resolve);
    if (said.path.empty()) {
        problem.message =
            std::format("{} ({})", shown_output(last_reason(written)), problem.message);
        return problem;
    }
    said.message = std::format("{} ({})", said.message, problem.message);
    return said;
}

} // namespace hotreload::service
