// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/format.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hotreload {

namespace {

constexpr std::array kSuffixes = {
    std::pair(std::string_view("toml"), Format::Toml),
    std::pair(std::string_view("yaml"), Format::Yaml),
    std::pair(std::string_view("yml"), Format::Yaml),
    std::pair(std::string_view("json"), Format::Json),
    std::pair(std::string_view("jsonc"), Format::Jsonc),
    std::pair(std::string_view("ini"), Format::Ini),
};

constexpr std::array<std::string_view, 15> kUnitTypes = {
    "service", "socket", "device", "mount",   "automount", "swap", "target", "path",
    "timer",   "slice",  "scope",  "network", "netdev",    "link", "nspawn"};

std::string_view after_last(std::string_view text, char separator) {
    const auto at = text.rfind(separator);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
}

bool is_unit_type(std::string_view word) {
    return std::ranges::find(kUnitTypes, word) != kUnitTypes.end();
}

// "x.service.d", or "service.d" for all units of the type.
bool is_drop_in_directory(std::string_view name) {
    if (!name.ends_with(".d"))
        return false;
    name.remove_suffix(2);
    return is_unit_type(name) || is_unit_type(after_last(name, '.'));
}

} // namespace

Format format_of(std::string_view path) {
    const auto slash = path.rfind('/');
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    const auto suffix = after_last(name, '.');
    if (const auto known =
            std::ranges::find(kSuffixes, suffix, &std::pair<std::string_view, Format>::first);
        known != kSuffixes.end())
        return known->second;
    if (is_unit_type(suffix))
        return Format::Unit;
    if (suffix == "conf" && slash != std::string_view::npos) {
        const auto directory = path.substr(0, slash);
        if (is_drop_in_directory(directory.substr(directory.rfind('/') + 1)))
            return Format::Unit;
    }
    return Format::Bytes;
}

} // namespace hotreload
