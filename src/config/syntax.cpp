// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/syntax.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <optional>

namespace hotreload {

namespace {

constexpr std::size_t kLongestKey = 80; // of what is shown of a line

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// "“", "”", "‘", "’", "„": what word processors make of quotes.
bool has_typographic_quote(std::string_view text) {
    constexpr auto quotes = std::to_array<std::string_view>(
        {"\u201c", "\u201d", "\u2018", "\u2019", "\u201e", "\u00ab", "\u00bb"});
    return std::ranges::any_of(quotes, [&](auto each) { return text.contains(each); });
}

// Between the first two apostrophes of the parser's words: a key, never a value.
std::string quoted_key(std::string_view description) {
    const auto open = description.find('\'');
    const auto close = description.find('\'', open + 1);
    if (open == std::string_view::npos || close == std::string_view::npos)
        return "";
    return std::string(description.substr(open + 1, close - open - 1));
}

std::string twice(std::string_view description, std::string_view line) {
    const auto key = quoted_key(description);
    if (description.contains("as array-of-tables")) {
        const std::string_view first = key.ends_with(".watch")   ? "files = […]"
                                       : key.ends_with(".ports") ? "listen = \"…\""
                                                                 : "its keys";
        return std::format("{0} is given before, as an array or a table: write that one as a table "
                           "[[{0}]], too, with {1}",
                           key, first);
    }
    if (description.contains("existing array") && trim(line).starts_with('['))
        return std::format("{0} is an array of tables before: write [[{0}]]", key);
    if (trim(line).starts_with('['))
        return std::format("{0} is given before: put all of its keys into one place", key);
    return key.empty() ? "a key is given before, as something else"
                       : std::format("the key {} is given twice: keep one", key);
}

// The advice about the text behind "KEY =".
std::optional<std::string> about_value(std::string_view key, std::string_view value) {
    const auto write = [&](std::string_view example) {
        return std::format("write {} = {}", key.substr(0, kLongestKey), example);
    };
    if (value.empty() || value.starts_with('#'))
        return std::format("a value is missing: {}", write("…"));
    auto word = value.substr(0, value.find_first_of(" \t,#]}"));
    for (const std::string_view each : {"True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON",
                                        "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
        if (word == each && trim(value.substr(word.size())).substr(0, 1).find_first_not_of("#,") ==
                                std::string_view::npos)
            return "a boolean is written true or false";
    const char first = value.front();
    if (is_letter(first) || std::string_view("/~.$%@<_").contains(first) ||
        static_cast<unsigned char>(first) >= 0x80)
        return std::format("text has to be in quotes: {}", write("\"…\""));
    if (first == '"' || first == '\'')
        return "something follows the value, and only a comment may, which begins with #; a quote "
               "within \"…\" is written \\\"";
    const bool digit = is_digit(first) || first == '-' || first == '+';
    if (digit && std::ranges::any_of(value, [](char c) { return is_letter(c) || c == ':'; }))
        return std::format("what is not a plain number has to be in quotes, such as a time or a "
                           "size: {}",
                           write("\"…\""));
    return {};
}

// The rows are tried in order; the parser's words contain `said`.
struct Saying {
    std::string_view said;
    std::string_view words;
};
constexpr auto kRows = std::to_array<Saying>({
    {"control characters other than TAB",
     "the string is not closed: its second quote is missing in the line; several lines need "
     "\"\"\"…\"\"\" or '''…'''"},
    {"string: encountered end-of-file", "the string is not closed: its second quote is missing"},
    {"unknown escape sequence",
     "a backslash in \"…\" begins an escape, and this is none: write '…', where it is a "
     "character like any other, or two backslashes"},
    {"dangling comma", "a comma in front of } is one too many"},
    {"inline table: expected key or closing '}', saw '\\n'",
     "what is in { } has to stand in one line; for several lines write a table of its own, "
     "[TABLE.NAME]"},
    {"expected comma or closing ']'", "a comma or a ] is missing"},
    {"expected comma or closing '}'",
     "a comma or a } is missing; what is in { } has to stand in one line"},
    {"array: encountered end-of-file", "a ] is missing"},
    {"inline table: encountered end-of-file", "a } is missing"},
    {"table header: encountered end-of-file", "a ] is missing"},
    {"table header: expected bare key",
     "a name with other characters than letters, digits, - and _ has to be in quotes"},
    {"blank bare keys", "a table has a name: [TABLE]"},
    {"leading zeroes are prohibited",
     "a number does not begin with 0; a mode or another text of digits has to be in quotes"},
});

std::optional<std::string> by_rows(std::string_view description) {
    for (const Saying& row : kRows)
        if (description.contains(row.said))
            return std::string(row.words);
    return {};
}

bool in_middle_of_value(std::string_view description) {
    return description.contains("could not determine value type") ||
           description.contains("expected value") || description.contains("boolean: ") ||
           description.contains("floating-point: ") || description.contains("integer: ") ||
           description.contains("date: ") || description.contains("time: ") ||
           description.contains("date-time: ") || description.contains("expected a comment") ||
           description.contains("key-value pair: encountered end-of-") ||
           description.contains("values may not begin with underscores");
}

std::optional<std::string> by_line(std::string_view description, std::string_view line) {
    const auto equals = line.find('=');
    const auto key = trim(line.substr(0, equals));
    const bool header = key.starts_with('[');
    if (description.contains("could not determine value type") &&
        (equals == std::string_view::npos || line.find_first_of("[{", equals) < line.size()))
        return "text has to be in quotes: \"…\"";
    if (header && description.contains("table header: expected ']'"))
        return line.contains(']') && !line.starts_with("[[")
                   ? "a name with other characters than letters, digits, - and _ "
                     "has to be in quotes"
                   : "a ] is missing";
    if (header && description.contains("expected a comment"))
        return "a key stands in a line of its own, below its [TABLE]";
    if (equals == 0)
        return "a key is missing in front of the =";
    if (has_typographic_quote(line) && !line.contains('"') && !line.contains('\''))
        return "quotes are the plain \" and ', not those of a word processor";
    if (line.starts_with("//") || line.starts_with("--") || line.starts_with(';'))
        return "a comment begins with #";
    if (line.starts_with('<') || line.starts_with('{') || line.starts_with("---"))
        return "a project file is written in TOML: [TABLE] lines, and KEY = VALUE";
    if (!header && equals != std::string_view::npos && in_middle_of_value(description))
        return about_value(key, trim(line.substr(equals + 1)));
    const auto colon = line.find(':');
    if (!header && colon != std::string_view::npos && colon < equals &&
        description.contains("expected '='"))
        return std::format("a key and its value have = between them: write {} = …",
                           trim(line.substr(0, std::min(colon, kLongestKey))));
    if (!header && description.contains("expected '='"))
        return "a key and its value have = between them, and a key with other characters than "
               "letters, digits, - and _ is in quotes: KEY = VALUE";
    return {};
}

} // namespace

std::string syntax_words(std::string_view description, std::string_view line) {
    line = trim(line);
    constexpr std::string_view start = "Error while parsing ";
    if (description.contains("cannot redefine existing") || description.contains("cannot insert"))
        return twice(description, line);
    if (auto words = by_rows(description))
        return *std::move(words);
    if (auto words = by_line(description, line))
        return *std::move(words);
    if (description.starts_with(start))
        description.remove_prefix(start.size());
    return std::string(description);
}

} // namespace hotreload
