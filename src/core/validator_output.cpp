// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validator_output.hpp"

#include "core/secrets.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <ranges>
#include <vector>

namespace hotreload {

namespace {

// The number in `in file "/etc/postgresql.conf" line 8`, `source: /etc/lighttpd.conf line: 47`,
// `/etc/ssh/sshd_config: line 3: bad`, `in /srv/app/config.php on line 3`, `/etc/rsyslog.conf, on
// or before line 3` and `at line 2 of /etc/dnsmasq.conf`, where the path stands from `start` to
// `end`; 0 for none.
unsigned line_beside(std::string_view line, std::size_t start, std::size_t end) {
    const auto number_at = [&](std::size_t at) {
        while (at < line.size() && (line[at] == ' ' || line[at] == ':'))
            ++at;
        unsigned number = 0;
        std::from_chars(line.data() + at, line.data() + line.size(), number);
        return number;
    };
    constexpr std::string_view word = "line";
    const auto after = std::min(line.find_first_not_of("\"' ,:", end), line.size());
    for (const std::string_view way : {"", "on ", "on or before "})
        if (line.substr(after).starts_with(way) &&
            line.substr(after + way.size()).starts_with(word))
            return number_at(after + way.size() + word.size());
    const auto before = line.substr(0, start);
    const auto last = before.rfind(word);
    if (before.ends_with(" of ") && last != before.npos)
        return number_at(last + word.size());
    return 0;
}

// "/etc/haproxy/haproxy.cfg:25" somewhere in a line; the number may be followed by ":COLUMN".
std::optional<Problem> find_place(std::string_view line, const ResolveName& resolve) {
    constexpr auto between = " \t[](){}'\"`<>,;=|";
    std::size_t end = 0;
    for (auto start = line.find_first_not_of(between); start < line.size();
         start = line.find_first_not_of(between, end)) {
        end = std::min(line.find_first_of(between, start), line.size());
        const auto word = line.substr(start, end - start);
        const auto colon = std::min(word.find(':'), word.size());
        const auto name = word.substr(0, colon);
        const auto path = name.starts_with('/') ? std::string(name) : resolve(name);
        if (!path)
            continue;
        Problem place{.path = *path, .line = 0, .column = 0, .message = {}};
        const char* const stop = word.data() + word.size();
        if (colon + 1 < word.size()) {
            const auto* const next = std::from_chars(word.data() + colon + 1, stop, place.line).ptr;
            if (next != stop && *next == ':')
                std::from_chars(next + 1, stop, place.column);
        } else {
            place.line = line_beside(line, start, start + name.size());
        }
        if (place.line > 0)
            return place;
    }
    return std::nullopt;
}

bool is_indented(std::string_view line) {
    return line.starts_with(' ') || line.starts_with('\t');
}

// Of the interpreters of Python and JavaScript, and of Go's and Java's programs.
bool is_of_a_trace(std::string_view line) {
    const auto text = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    return line.starts_with("Traceback (") ||
           (is_indented(line) &&
            (text.starts_with("File \"") || text.starts_with("at ") || text.contains(" +0x")));
}

// What an interpreter could not read is what its trace ends with.
bool is_of_syntax(std::string_view message) {
    return message.starts_with("SyntaxError:") || message.starts_with("IndentationError:");
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

using Lines = std::vector<std::string_view>;

// `line`, and the one after it that says why when it does not: "Syntax error on line 5 of
// /etc/apache2/apache2.conf:", or nothing but a place.
std::string message_from(const Lines& lines, Lines::const_iterator line) {
    if (line == lines.end())
        return "";
    const bool goes_on = line->ends_with(':') || !line->contains(' ');
    auto next = std::find_if_not(line + 1, lines.end(), is_indented);
    if (next == lines.end())
        next = line + 1;
    if (!goes_on || next == lines.end())
        return std::string(*line);
    return std::format("{}{}{}", *line, line->ends_with(':') ? " " : ": ",
                       next->substr(next->find_first_not_of(" \t")));
}

// "conf/web.toml:3:9: no such key", whose beginning a problem has in fields of its own.
std::string_view without_place(std::string_view message, const ResolveName& resolve) {
    const auto space = std::min(message.find(' '), message.size());
    const auto word = message.substr(0, space);
    if (space < message.size() && word.ends_with(':') && find_place(word, resolve))
        message.remove_prefix(space + 1);
    return message;
}

} // namespace

Problem problem_in_output(const CommandResult& result, const std::string& command,
                          const ResolveName& resolve) {
    Lines said;
    std::optional<Problem> place;
    std::optional<Problem> innermost; // place of a trace
    for (const auto part : std::views::split(result.output, '\n')) {
        std::string_view line(part.begin(), part.end());
        line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
        if (line.empty())
            continue;
        if (!is_of_a_trace(line))
            said.push_back(line);
        else if (auto found = find_place(line, resolve))
            innermost = std::move(found);
    }
    const auto with_place = std::ranges::find_if(said, [&](std::string_view line) {
        return (place = find_place(line, resolve)).has_value();
    });
    auto first = std::ranges::find_if_not(said, is_indented);
    if (first == said.end())
        first = said.begin();
    const auto message = message_from(said, place ? with_place : first);
    if (!place && is_of_syntax(message))
        place = innermost;
    if (place) {
        place->message = masked_output(shortened(without_place(message, resolve)));
        return *std::move(place);
    }
    return {.path = {},
            .line = 0,
            .column = 0,
            .message = std::format("{}: {}{}{}", command, result.reason,
                                   message.empty() ? "" : ": ", masked_output(shortened(message)))};
}

} // namespace hotreload
