// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validation.hpp"

#include "core/names.hpp"
#include "core/pins.hpp"

#include <charconv>
#include <format>
#include <ranges>
#include <set>

namespace hotreload {

namespace {

// The number in `in file "/etc/postgresql.conf" line 8`, `source: /etc/lighttpd.conf line: 47`,
// `/etc/ssh/sshd_config: line 3: bad` and `at line 2 of /etc/dnsmasq.conf`, where the path stands
// from `start` to `end`; 0 for none.
unsigned line_beside(std::string_view line, std::size_t start, std::size_t end) {
    const auto number_at = [&](std::size_t at) {
        while (at < line.size() && (line[at] == ' ' || line[at] == ':'))
            ++at;
        unsigned number = 0;
        std::from_chars(line.data() + at, line.data() + line.size(), number);
        return number;
    };
    constexpr std::string_view word = "line";
    auto after = line.find_first_not_of("\"' ,:", end);
    if (after != line.npos && line.substr(after).starts_with(word))
        return number_at(after + word.size());
    const auto before = line.substr(0, start);
    const auto last = before.rfind(word);
    if (before.ends_with(" of ") && last != before.npos)
        return number_at(last + word.size());
    return 0;
}

// "/etc/haproxy/haproxy.cfg:25" somewhere in a line; the number may be followed by ":COLUMN".
bool find_place(std::string_view line, Problem& problem) {
    for (auto start = line.find('/'); start != line.npos; start = line.find('/', start + 1)) {
        const auto end = line.find_first_of(" \t[]()'\"<>,;", start);
        const auto word = line.substr(start, end == line.npos ? line.npos : end - start);
        const auto colon = word.find(':');
        if (colon == word.npos || colon + 1 == word.size()) {
            const auto path = word.substr(0, colon);
            if (const auto number = line_beside(line, start, start + path.size()); number > 0) {
                problem.path = path;
                problem.line = number;
                return true;
            }
            continue;
        }
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
    auto refused = co_await context.means.units.check_properties(wanted.properties);
    if (!refused)
        co_return host.problem_at(key, refused.error().message);
    if (refused->empty())
        co_return std::nullopt;
    const auto& first = refused->front();
    co_return host.problem_at(key + "." + first.path,
                              std::format("systemd refuses {}: {}", first.path, first.message));
}

// The files of a snapshot as a validator is shown them; they go when it has ended.
class ShownSnapshot {
public:
    ShownSnapshot(const ActionContext& context, const TransactionHost& host, std::string name)
        : views_(context.means.views), name_(std::move(name)) {
        const auto& watches = context.view.wanted->watches;
        const auto snapshot = selected_by(*context.view.files, watches);
        if (snapshot.files.empty())
            return;
        // As it was last read, in place of a file that is being written: that may go on for long.
        std::set<ContentId> written;
        for (const auto& path : snapshot.writing)
            if (const auto file = snapshot.files.find(path); file != snapshot.files.end())
                written.insert(file->second);
        auto made = views_.make(name_, watches, snapshot, [&](const ContentId& id) {
            return written.contains(id) ? host.content(id) : std::nullopt;
        });
        if (!made) {
            problem_ = std::move(made.error());
            return;
        }
        view_ = std::move(*made);
    }
    ShownSnapshot(const ShownSnapshot&) = delete;
    ShownSnapshot& operator=(const ShownSnapshot&) = delete;
    ~ShownSnapshot() {
        if (view_)
            views_.remove(name_);
    }

    [[nodiscard]] const std::optional<View>& view() const { return view_; }
    [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }

private:
    Views& views_;
    std::string name_;
    std::optional<View> view_;
    std::optional<Error> problem_;
};

std::string on_live_files(std::string_view why) {
    return std::format("validated against the live files: {}", why);
}

Task<Verdict> run_validator(const ActionContext& context, const TransactionHost& host) {
    const auto& wanted = *context.view.wanted;
    Verdict verdict;
    if (wanted.validate.empty())
        co_return verdict;
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
    const ShownSnapshot shown(context, host, request.unit);
    if (shown.problem() && shown.problem()->code == ErrorCode::Busy) {
        verdict.moved_on = true;
        co_return verdict;
    }
    if (shown.problem())
        verdict.note = on_live_files(shown.problem()->message);
    if (shown.view()) {
        request.env["HOTRELOAD_SNAPSHOT"] = shown.view()->directory;
        // What it writes there is gone with the view.
        request.binds = shown.view()->binds;
        for (auto& bind : request.binds)
            bind.writable = true;
    }
    auto result = co_await context.means.units.run_command(request);
    if (result && result->no_namespace && !request.binds.empty()) {
        verdict.note = on_live_files("a mount namespace cannot be had");
        request.binds.clear();
        result = co_await context.means.units.run_command(std::move(request));
    }
    const auto key = "services." + wanted.name + ".validate";
    if (!result) {
        verdict.problem = host.problem_at(key, result.error().message);
    } else if (!result->ok) {
        verdict.problem = problem_in_output(*result, wanted.validate.front());
        if (verdict.problem->path.empty())
            verdict.problem = host.problem_at(key, verdict.problem->message);
    }
    co_return verdict;
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

Task<Verdict> validate_service(const ActionContext& context, const TransactionHost& host) {
    Verdict verdict;
    if (!context.view.wanted || context.plan.reason == "attached")
        co_return verdict;
    verdict.problem = document_problem(context.view);
    if (!verdict.problem)
        verdict.problem = co_await check_properties(context, host);
    if (verdict.problem)
        co_return verdict;
    co_return co_await run_validator(context, host);
}

} // namespace hotreload
