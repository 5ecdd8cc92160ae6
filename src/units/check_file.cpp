// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/check_file.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace hotreload::units {

namespace {

std::string without_verdict(std::string_view message) {
    // We do not ignore it: the project file is refused.
    constexpr std::string_view verdict = ", ignoring";
    std::string text(message);
    if (const auto at = text.find(verdict); at != std::string::npos)
        text.erase(at, verdict.size());
    while (text.ends_with('.') || text.ends_with(' '))
        text.pop_back();
    return text;
}

bool advice(std::string_view message) {
    return message.contains("please u"); // "please use", "please update the unit file"
}

// "…/hotreload-check.service:5: message" → 5 and the message.
std::optional<std::pair<std::size_t, std::string_view>> at_line(std::string_view text) {
    const auto name = text.find(kCheckedUnit);
    if (name == std::string_view::npos)
        return {};
    text.remove_prefix(name + kCheckedUnit.size());
    if (!text.starts_with(':'))
        return {};
    text.remove_prefix(1);
    std::size_t line = 0;
    const auto number = std::from_chars(text.data(), text.data() + text.size(), line);
    if (number.ec != std::errc() || line == 0)
        return {};
    text.remove_prefix(static_cast<std::size_t>(number.ptr - text.data()));
    if (!text.starts_with(": "))
        return {};
    return std::pair(line, text.substr(2));
}

// "hotreload-check.service: Service has Restart= set …" → "Restart".
std::string mentioned(std::string_view message, const std::vector<UnitFileLine>& lines) {
    for (const auto& line : lines)
        if (!line.directive.empty() && message.contains(line.directive + "="))
            return line.directive;
    for (const auto& line : lines) // "Command /no/such is not executable"
        if (line.directive.starts_with("Exec")) {
            const auto command = line.text.substr(line.directive.size() + 1);
            const auto program = command.substr(0, command.find(' '));
            if (!program.empty() && message.contains(program.substr(program.find('/') + 1)))
                return line.directive;
        }
    return {};
}

void add_once(std::vector<Problem>& problems, Problem problem) {
    const bool known = std::ranges::any_of(problems, [&](const Problem& each) {
        return each.path == problem.path && !each.path.empty();
    });
    if (!known)
        problems.push_back(std::move(problem));
}

} // namespace

std::vector<Problem> take_out_unfit(Directives& directives) {
    std::vector<Problem> problems;
    for (auto each = directives.begin(); each != directives.end();) {
        std::optional<std::string> why;
        for (const auto& value : each->second)
            if (!why)
                why = unfit_for_a_line(each->first, value);
        if (why)
            problems.push_back({.path = each->first, .message = *why});
        each = why ? directives.erase(each) : std::next(each);
    }
    return problems;
}

std::vector<UnitFileLine> check_file_lines(const Directives& directives) {
    return unit_file_lines(directives, {"Type=exec", "ExecStart=/bin/true"});
}

std::vector<Problem> read_complaints(std::string_view output,
                                     const std::vector<UnitFileLine>& lines) {
    std::vector<Problem> problems;
    while (!output.empty()) {
        const auto text = output.substr(0, output.find('\n'));
        output.remove_prefix(std::min(output.size(), text.size() + 1));
        if (advice(text))
            continue;
        if (const auto found = at_line(text)) {
            const auto& [line, message] = *found;
            if (line <= lines.size())
                add_once(problems,
                         {.path = lines[line - 1].directive, .message = without_verdict(message)});
            continue;
        }
        const std::string subject = std::string(kCheckedUnit) + ": ";
        if (text.starts_with(subject)) {
            const auto message = text.substr(subject.size());
            add_once(problems,
                     {.path = mentioned(message, lines), .message = without_verdict(message)});
        }
    }
    return problems;
}

} // namespace hotreload::units
