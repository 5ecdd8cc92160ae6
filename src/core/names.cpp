// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/names.hpp"

#include "base/ascii.hpp"

#include <charconv>
#include <format>

namespace hotreload {

namespace {

bool is_lower_or_digit(char c) {
    return is_lower(c) || is_digit(c);
}

std::string unit_prefix(std::string_view project, std::string_view service) {
    return std::format("hotreload-{}.{}", escape_unit_name(project), escape_unit_name(service));
}

} // namespace

std::string escape_unit_name(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool plain = is_letter(c) || is_digit(c) || c == ':' || c == '_' ||
                           (c == '.' && i > 0); // a leading dot would hide the file
        if (c == '/')
            out += '-';
        else if (plain)
            out += c;
        else
            out += std::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string project_slice(std::string_view project) {
    return std::format("hotreload-{}.slice", escape_unit_name(project));
}

std::string generation_unit(std::string_view project, std::string_view service,
                            std::uint64_t generation) {
    return std::format("{}@{}.service", unit_prefix(project, service), generation);
}

std::string helper_unit(std::string_view project, std::string_view service, std::string_view kind,
                        std::string_view id) {
    return std::format("{}-{}@{}.service", unit_prefix(project, service), escape_unit_name(kind),
                       id);
}

std::string project_units_pattern(std::string_view project) {
    // Escapes have no special meaning in it: the manager matches with FNM_NOESCAPE.
    return std::format("hotreload-{}.*@*.service", escape_unit_name(project));
}

std::optional<std::uint64_t> generation_of(std::string_view unit, std::string_view project,
                                           std::string_view service) {
    const std::string prefix = unit_prefix(project, service) + "@";
    constexpr std::string_view suffix = ".service";
    if (!unit.starts_with(prefix) || !unit.ends_with(suffix) ||
        unit.size() < prefix.size() + suffix.size())
        return {};
    unit.remove_prefix(prefix.size());
    unit.remove_suffix(suffix.size());
    std::uint64_t generation = 0;
    const auto parsed = std::from_chars(unit.data(), unit.data() + unit.size(), generation);
    if (parsed.ec != std::errc() || parsed.ptr != unit.data() + unit.size() ||
        (unit.size() > 1 && unit.front() == '0')) // "07" is not a name that we give
        return {};
    return generation;
}

std::optional<std::pair<std::string, std::uint64_t>> service_of(std::string_view unit,
                                                                std::string_view project) {
    const auto prefix = std::format("hotreload-{}.", escape_unit_name(project));
    const auto at = unit.rfind('@');
    if (!unit.starts_with(prefix) || at == unit.npos || at < prefix.size())
        return {};
    // The only character of a name that is escaped.
    std::string service(unit.substr(prefix.size(), at - prefix.size()));
    constexpr std::string_view dash = "\\x2d";
    for (auto found = service.find(dash); found != service.npos; found = service.find(dash))
        service.replace(found, dash.size(), "-");
    const auto generation = generation_of(unit, project, service);
    if (!generation || !valid_name(service))
        return {};
    return std::pair(std::move(service), *generation);
}

bool restarted_only(std::string_view unit) {
    return unit.ends_with(".timer") || unit.ends_with(".path");
}

bool valid_name(std::string_view name) {
    if (name.empty() || !is_lower_or_digit(name.front()))
        return false;
    for (char c : name)
        if (!is_lower_or_digit(c) && c != '_' && c != '-')
            return false;
    return true;
}

} // namespace hotreload
