// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/installed_units.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <format>
#include <optional>

namespace hotreload {

namespace {

constexpr std::size_t kShortestStart = 3; // of a name that is told by its beginning

std::string_view without_suffix(std::string_view unit) {
    return unit.substr(0, unit.rfind('.'));
}

// "foo@" of "foo@1": the instance is no part of what a name is like.
std::string_view stem_of(std::string_view unit) {
    const auto name = without_suffix(unit);
    const auto at = name.find('@');
    return at == std::string_view::npos ? name : name.substr(0, at + 1);
}

std::optional<std::string> meant(std::string_view unit, const std::vector<std::string>& installed) {
    const auto stem = stem_of(unit);
    std::vector<std::string_view> stems;
    for (const std::string& each : installed)
        stems.push_back(stem_of(each));
    auto found = nearest(stem, stems);
    if (!found && stem.size() >= kShortestStart) {
        // "redis" → "redis-server"; of several, the plainest.
        std::erase_if(stems, [&](std::string_view each) { return !each.starts_with(stem); });
        if (!stems.empty())
            found = std::ranges::min(stems, {}, &std::string_view::size);
    }
    if (!found)
        return {};
    const auto suffix = unit_suffix(unit);
    const auto instance = without_suffix(unit).substr(stem.size());
    return found->ends_with('@') && !instance.empty()
               ? std::format("{}{}{}", *found, instance, suffix)
               : std::format("{}{}", *found, suffix);
}

} // namespace

std::string_view unit_suffix(std::string_view unit) {
    const auto dot = unit.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : unit.substr(dot);
}

bool is_installed(std::string_view unit, const std::vector<std::string>& installed) {
    if (std::ranges::contains(installed, unit))
        return true;
    const auto stem = stem_of(unit);
    return stem.ends_with('@') &&
           std::ranges::contains(installed, std::format("{}{}", stem, unit_suffix(unit)));
}

std::string no_such_unit(std::string_view unit, const std::vector<std::string>& installed,
                         bool users) {
    const auto near = meant(unit, installed);
    return std::format("there is no unit \"{}\"{}{}", unit,
                       near ? std::format("; did you mean \"{}\"?", *near) : "",
                       near || !users ? ""
                                      : " of this user's; one of the system is attached by the "
                                        "system's instance: hotreloadctl --system");
}

} // namespace hotreload
