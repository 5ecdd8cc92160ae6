// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/ascii.hpp"
#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <utility>

namespace hotreload {

namespace {

// Directives that hotreload writes itself, and where a project says what they are to be.
constexpr auto kOurs = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ExecStart", "the key \"command\""},
    {"Type", "the key \"type\""},
    {"Environment", "the key \"env\""},
    {"EnvironmentFile", "the key \"env_file\""},
    {"WorkingDirectory", "the key \"working_dir\""},
    {"User", "the key \"user\""},
    {"ExecReload", "the key \"reload\""},
    {"ReloadSignal", "the key \"reload_signal\""},
    {"Slice", "nothing: every service runs in its project's slice"},
});

bool looks_like_directive(std::string_view name) {
    return !name.empty() && is_upper(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return is_letter(c) || is_digit(c); });
}

// The value as a line of a unit file. nullopt: it cannot be one.
std::optional<std::string> line_of(const toml::node& value) {
    if (const auto* const string = value.as_string())
        return string->get();
    if (const auto* const integer = value.as_integer())
        return std::to_string(integer->get());
    if (const auto* const boolean = value.as_boolean())
        return boolean->get() ? "yes" : "no";
    if (const auto* const number = value.as_floating_point();
        number != nullptr && std::isfinite(number->get()))
        return std::format("{}", number->get());
    return {};
}

void read_line(Reading& reading, const std::string& key, const toml::node& value,
               std::vector<std::string>& lines) {
    const auto line = line_of(value);
    if (!line) {
        reading.problem(key, value.is_floating_point()
                                 ? "expected a finite number; systemd writes \"infinity\""
                                 : std::format("expected a string, a number or a boolean, found {}",
                                               describe(value)));
        return;
    }
    const bool control = std::ranges::any_of(*line, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
    if (control)
        reading.problem(key, "contains a line break or another control character; for several "
                             "lines give an array");
    else if (line->ends_with('\\'))
        reading.problem(key, "ends in a backslash, which would continue the line");
    else
        lines.push_back(*line);
}

void read_directive(Reading& reading, const std::string& key, std::string_view name,
                    const toml::node& value, std::vector<std::string>& lines) {
    if (!looks_like_directive(name)) {
        reading.problem(key, std::format("\"{}\" is not a directive of systemd: those are written "
                                         "like \"MemoryMax\"",
                                         name));
        return;
    }
    const auto ours =
        std::ranges::find(kOurs, name, &std::pair<std::string_view, std::string_view>::first);
    if (ours != kOurs.end()) {
        reading.problem(key, std::format("is set by hotreload; use {}", ours->second));
        return;
    }
    const auto* const array = value.as_array();
    if (array == nullptr)
        return read_line(reading, key, value, lines);
    for (std::size_t i = 0; i < array->size(); ++i) {
        const std::string element = std::format("{}.{}", key, i);
        reading.place(element, array->get(i)->source());
        read_line(reading, element, *array->get(i), lines);
    }
}

} // namespace

void read_properties(Reading& reading, const Entry& entry, MemberDefinition& service) {
    for (const auto& [name, value] : *entry.value.as_table()) {
        const std::string key = std::format("{}.{}", entry.key, name.str());
        reading.place(key, name.source());
        std::vector<std::string> lines;
        read_directive(reading, key, name.str(), value, lines);
        if (!lines.empty()) // an empty array says nothing
            service.properties[std::string(name.str())] = std::move(lines);
    }
}

} // namespace hotreload
