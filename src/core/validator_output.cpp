// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validator_output.hpp"

#include "base/ascii.hpp"
#include "core/secrets.hpp"
#include "core/validator_place.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <iterator>
#include <ranges>
#include <vector>

namespace hotreload {

namespace {

bool is_indented(std::string_view line) {
    return line.starts_with(' ') || line.starts_with('\t');
}

// A line of a trace: of the interpreters of Python and JavaScript, and of Go's and Java's programs.
bool is_of_a_trace(std::string_view line) {
    const auto text = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    return line.starts_with("Traceback (") ||
           (is_indented(line) &&
            (text.starts_with("File \"") || text.starts_with("at ") || text.contains(" +0x")));
}

// A trace ends with what the interpreter could not read.
bool is_of_syntax(std::string_view message) {
    constexpr std::array<std::string_view, 3> names = {
        "SyntaxError:", "IndentationError:", "TabError:"};
    return std::ranges::any_of(names, [&](auto name) { return message.starts_with(name); });
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

struct Line {
    std::string_view text;
    std::optional<SaidPlace> said;
    bool by_number = false; // the file was named before
};

using Lines = std::vector<Line>;

std::string_view trimmed(std::string_view line) {
    return line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
}

std::string lower_letters(std::string_view text) {
    std::string letters;
    for (const char c : text)
        if (is_letter(c))
            letters += to_lower(c);
    return letters;
}

// "emerg" of "[emerg]", "error" of "error[E0425]:"; nothing of what is a path or a file's name.
std::string first_word(std::string_view part) {
    while (part.ends_with('.'))
        part.remove_suffix(1);
    if (part.find_first_of("/.") != std::string_view::npos)
        return {};
    const auto begin = std::ranges::find_if(part, is_letter);
    return lower_letters({begin, std::find_if_not(begin, part.end(), is_letter)});
}

// The gravity of a line: how much it says that something is wrong. Words in paths do not count.
int gravity(std::string_view line) {
    constexpr std::array<std::string_view, 14> bad = {
        "error", "errors", "fatal",    "failed", "failure", "fail",   "emerg",
        "alert", "crit",   "critical", "panic",  "invalid", "cannot", "bungled"};
    constexpr std::array<std::string_view, 6> harmless = {"warning", "warn",  "notice",
                                                          "info",    "debug", "note"};
    int result = 1;
    for (const auto part : std::views::split(line, ' ')) {
        const auto word = first_word(std::string_view(part.begin(), part.end()));
        if (std::ranges::contains(bad, word) || (word.size() > 5 && word.ends_with("error")))
            return 2;
        if (std::ranges::contains(harmless, word))
            result = 0;
    }
    return result;
}

// A bare line says nothing but where: "('/etc/x.vcl' Line 3 Pos 5)", " --> src/main.rs:3:5", "Error
// found at x:3.".
bool is_bare(const Line& line) {
    if (!line.said || line.by_number)
        return false;
    const auto rest = std::string(line.text.substr(0, line.said->start)) +
                      std::string(line.text.substr(std::min(line.said->end, line.text.size())));
    constexpr std::array<std::string_view, 5> joints = {"error", "found", "at", "in", "file"};
    return std::ranges::all_of(std::views::split(rest, ' '), [&](const auto part) {
        const auto word = lower_letters(std::string_view(part.begin(), part.end()));
        return word.empty() || std::ranges::contains(joints, word);
    });
}

// A line that only announces what the next ones say: "unmarshal errors:", a lone "FAILED", or a
// banner.
bool goes_on(std::string_view line) {
    return line.ends_with(':') || line.ends_with("***") || !trimmed(line).contains(' ');
}

std::string joined(std::string_view line, std::string_view next) {
    return std::format("{}{}{}", line, line.ends_with(':') ? " " : ": ", trimmed(next));
}

std::string message_from(const Lines& lines, Lines::const_iterator line) {
    if (line == lines.end())
        return "";
    const auto text = trimmed(line->text);
    if (is_bare(*line)) {
        // The mistake stands in front of the line, or, in the way of interpreters, behind it.
        const auto before =
            std::find_if_not(std::make_reverse_iterator(line), lines.rend(),
                             [](const Line& each) { return is_indented(each.text); });
        if (before != lines.rend() && !before->text.ends_with(':'))
            return std::string(before->text);
        const auto next = std::find_if_not(line + 1, lines.end(),
                                           [](const Line& each) { return is_indented(each.text); });
        if (next != lines.end())
            return joined(text, next->text);
        return line + 1 == lines.end() ? std::string(text) : joined(text, line[1].text);
    }
    if (line->by_number && line != lines.begin() && goes_on(line[-1].text) &&
        trimmed(line[-1].text).contains(' '))
        return joined(trimmed(line[-1].text), text);
    if (line->by_number && is_digit(text.front())) // "3:5  error  …"
        return std::string(trimmed(line->text.substr(line->said->end)));
    if (!goes_on(text))
        return std::string(text);
    if (line + 1 != lines.end() && (text.contains(' ') || text.ends_with(':'))) {
        std::string message = joined(text, line[1].text);
        for (auto next = line + 2; text.ends_with("***") && next != lines.end(); ++next)
            message = joined(message, next->text);
        return message;
    }
    // The line is one word: "FAILED".
    return line == lines.begin() ? std::string(text) : joined(trimmed(line[-1].text), text);
}

// "conf/web.toml:3:9: no such key", whose beginning a problem has in fields of its own.
std::string_view without_place(std::string_view message, const ResolveName& resolve) {
    const auto space = std::min(message.find(' '), message.size());
    const auto word = message.substr(0, space);
    if (space < message.size() && word.ends_with(':') && find_place(word, resolve))
        message.remove_prefix(space + 1);
    return message;
}

// The lines that people are to read; `innermost` is the place that a trace ends with.
Lines lines_of(std::string_view output, const ResolveName& resolve,
               std::optional<Problem>& innermost) {
    Lines lines;
    std::optional<std::string> path; // of the file that the last lines are about
    for (const auto part : std::views::split(output, '\n')) {
        std::string_view text(part.begin(), part.end());
        text = text.substr(0, text.find_last_not_of(" \t\r") + 1);
        if (text.empty())
            continue;
        auto said = find_place(text, resolve);
        if (is_of_a_trace(text)) {
            if (said)
                innermost = std::move(said->place);
            continue;
        }
        Line line{.text = text, .said = std::move(said)};
        if (!line.said && path)
            if ((line.said = find_number(text))) {
                line.said->place.path = *path;
                line.by_number = true;
            }
        if (auto named = last_path(text, resolve))
            path = std::move(named);
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace

// Masked first: of what is cut, it is not to be seen any more that it was a secret.
std::string shown_output(std::string_view text) {
    return shortened(masked_output(text));
}

Problem problem_in_output(const CommandResult& result, const std::string& command,
                          const ResolveName& resolve) {
    std::optional<Problem> innermost;
    const auto lines = lines_of(result.output, resolve, innermost);
    // The first of the gravest with a place, else what an interpreter could not read, else the
    // first of the gravest, else what is not indented.
    auto reason = lines.end();
    for (auto line = lines.begin(); line != lines.end(); ++line)
        if (line->said && (reason == lines.end() || gravity(line->text) > gravity(reason->text)))
            reason = line;
    if (reason == lines.end())
        reason =
            std::ranges::find_if(lines, [](const Line& line) { return is_of_syntax(line.text); });
    if (reason == lines.end())
        reason =
            std::ranges::find_if(lines, [](const Line& line) { return gravity(line.text) == 2; });
    if (reason == lines.end())
        reason = std::ranges::find_if_not(lines,
                                          [](const Line& line) { return is_indented(line.text); });
    if (reason == lines.end())
        reason = lines.begin();
    const auto message = message_from(lines, reason);
    std::optional<Problem> place;
    if (reason != lines.end() && reason->said)
        place = reason->said->place;
    else if (is_of_syntax(message))
        place = innermost;
    if (place) {
        place->message = shown_output(without_place(message, resolve));
        return *std::move(place);
    }
    return {.path = {},
            .line = 0,
            .column = 0,
            .message = std::format("{}: {}{}{}", command, result.reason,
                                   message.empty() ? "" : ": ", shown_output(message))};
}

} // namespace hotreload
