// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validator_place.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace hotreload {

namespace {

constexpr std::string_view kBetween = " \t[](){}'\"`<>,;=|"; // words
constexpr std::string_view kBlanks = " \t";

bool is_of_a_word(char c) {
    return is_letter(c) || c == '_' || c == '-';
}

struct Number {
    unsigned value;
    std::size_t end;
};

std::optional<Number> number_at(std::string_view text, std::size_t at) {
    if (at >= text.size() || !is_digit(text[at]))
        return std::nullopt;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (error != std::errc() || value == 0)
        return std::nullopt;
    return Number{value, static_cast<std::size_t>(end - text.data())};
}

std::size_t skip(std::string_view text, std::size_t at, std::string_view set) {
    return std::min(text.find_first_not_of(set, at), text.size());
}

// The word at `at`, whatever its case; where it ends, or nothing.
std::optional<std::size_t> word_at(std::string_view text, std::size_t at, std::string_view word) {
    if (text.size() - std::min(at, text.size()) < word.size() ||
        !std::ranges::equal(text.substr(at, word.size()), word, {},
                            [](char c) { return to_lower(c); }))
        return std::nullopt;
    const auto end = at + word.size();
    if ((at > 0 && is_of_a_word(text[at - 1])) || (end < text.size() && is_of_a_word(text[end])))
        return std::nullopt;
    return end;
}

// Behind the number of a line: "12:5", "3 Pos 5", "line 3, column 5", "line: 47 pos: 3".
std::optional<Number> column_after(std::string_view text, std::size_t end) {
    if (end < text.size() && text[end] == ':')
        if (const auto column = number_at(text, end + 1))
            return column;
    const auto at = skip(text, end, " ,:");
    for (const std::string_view word : {"column", "col", "pos", "position", "char", "character"})
        if (const auto after = word_at(text, at, word))
            return number_at(text, skip(text, *after, " .:"));
    return std::nullopt;
}

SaidPlace place_of(const Number& line, std::string_view text, std::size_t start) {
    SaidPlace said{.place = {.path = {}, .line = line.value, .column = 0, .message = {}},
                   .start = start,
                   .end = line.end};
    if (const auto column = column_after(text, line.end)) {
        said.place.column = column->value;
        said.end = column->end;
    }
    return said;
}

// "line 12", "Line: 12", "line #12" from `from` on.
std::optional<SaidPlace> find_line_word(std::string_view text, std::size_t from) {
    for (auto at = from; at < text.size(); ++at) {
        if (to_lower(text[at]) != 'l')
            continue;
        if (const auto end = word_at(text, at, "line"))
            if (const auto number = number_at(text, skip(text, *end, " \t:#")))
                return place_of(*number, text, at);
    }
    return std::nullopt;
}

struct PathWord {
    std::string path;
    std::size_t start;
    std::size_t end;
};

std::vector<PathWord> paths_of(std::string_view line, const ResolveName& resolve) {
    std::vector<PathWord> paths;
    std::size_t end = 0;
    for (auto start = line.find_first_not_of(kBetween); start < line.size();
         start = line.find_first_not_of(kBetween, end)) {
        end = std::min(line.find_first_of(kBetween, start), line.size());
        const auto word = line.substr(start, end - start);
        auto name = word.substr(0, word.find(':'));
        while (name.size() > 1 && name.ends_with('.'))
            name.remove_suffix(1);
        const auto path =
            name.starts_with('/') && name.size() > 1 ? std::string(name) : resolve(name);
        if (path)
            paths.push_back({*path, start, start + name.size()});
    }
    return paths;
}

// "/etc/x:12:5", "/etc/x(12,5)", "/etc/x[12]:", "/etc/x: 12:5".
std::optional<SaidPlace> directly_behind(std::string_view text, std::size_t end) {
    if (end >= text.size())
        return std::nullopt;
    if (text[end] == '(' || text[end] == '[') {
        const auto line = number_at(text, end + 1);
        if (!line || line->end >= text.size())
            return std::nullopt;
        auto said = place_of(*line, text, end);
        if (text[line->end] == ',')
            if (const auto column = number_at(text, skip(text, line->end + 1, kBlanks))) {
                said.place.column = column->value;
                said.end = column->end;
            }
        if (said.end >= text.size() || (text[said.end] != ')' && text[said.end] != ']'))
            return std::nullopt;
        ++said.end;
        return said;
    }
    if (text[end] != ':')
        return std::nullopt;
    const auto at = skip(text, end + 1, kBlanks);
    const auto line = number_at(text, at);
    if (!line)
        return std::nullopt;
    const bool has_column = line->end < text.size() && text[line->end] == ':' &&
                            number_at(text, line->end + 1).has_value();
    if (at > end + 1 && !has_column)
        return std::nullopt; // "/etc/x: 3 errors"
    auto said = place_of(*line, text, end);
    if (at > end + 1 && text.substr(said.end).starts_with(':') && number_at(text, said.end + 1))
        return std::nullopt; // "/etc/x: 10:11:12"
    return said;
}

// "at line 2 of /etc/x", "line 3, col 5 of file '/etc/x'": nothing but such words in between.
std::optional<SaidPlace> in_front(std::string_view text) {
    std::optional<SaidPlace> last;
    for (auto said = find_line_word(text, 0); said; said = find_line_word(text, said->end))
        last = said;
    if (!last)
        return std::nullopt;
    constexpr std::array<std::string_view, 7> joints = {"of", "in",     "file",         "the",
                                                        "at", "config", "configuration"};
    for (auto at = last->end; at < text.size();) {
        at = skip(text, at, " \t,'\"`(:");
        auto end = at;
        while (end < text.size() && is_of_a_word(text[end]))
            ++end;
        if (at < text.size() && !std::ranges::contains(joints, text.substr(at, end - at)))
            return std::nullopt;
        at = end;
    }
    return last;
}

} // namespace

std::optional<SaidPlace> find_place(std::string_view line, const ResolveName& resolve) {
    const auto paths = paths_of(line, resolve);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto& [path, start, end] = paths[i];
        const auto before = i == 0 ? 0 : paths[i - 1].end;
        const auto next = i + 1 == paths.size() ? line.size() : paths[i + 1].start;
        auto said = directly_behind(line.substr(0, next), end);
        if (!said) {
            said = in_front(line.substr(before, start - before));
            if (said) {
                said->start += before;
                said->end = end;
            }
        }
        if (!said) {
            said = find_line_word(line.substr(0, next), end);
            // The place is beside the next path, and said of that.
            if (said && i + 1 < paths.size() && in_front(line.substr(end, next - end)))
                said.reset();
        }
        if (!said)
            continue;
        said->place.path = path;
        said->start = std::min(said->start, start);
        return said;
    }
    return std::nullopt;
}

std::optional<std::string> last_path(std::string_view line, const ResolveName& resolve) {
    const auto paths = paths_of(line, resolve);
    return paths.empty() ? std::nullopt : std::optional(paths.back().path);
}

std::optional<SaidPlace> find_number(std::string_view line) {
    const auto at = skip(line, 0, " \t[(");
    if (word_at(line, at, "line"))
        if (auto said = find_line_word(line, at); said && said->start == at)
            return said;
    const auto number = at > 0 ? number_at(line, at) : std::nullopt;
    if (!number || number->end >= line.size() || line[number->end] != ':')
        return std::nullopt;
    auto said = place_of(*number, line, at);
    return said.place.column > 0 ? std::optional(said) : std::nullopt;
}

} // namespace hotreload
