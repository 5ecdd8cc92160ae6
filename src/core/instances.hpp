// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// "foo@*.service": all instances of a template, as one unit that a service is attached to. Pure.

#include <algorithm>
#include <string>
#include <string_view>

namespace hotreload {

inline bool names_instances(std::string_view unit) {
    return unit.contains("@*.");
}

// `pattern` is one of the above.
inline bool is_instance_of(std::string_view unit, std::string_view pattern) {
    const auto star = pattern.find('*');
    const auto start = pattern.substr(0, star), end = pattern.substr(star + 1);
    return unit.size() > start.size() + end.size() && unit.starts_with(start) &&
           unit.ends_with(end) && !unit.contains('*');
}

// An instance, and all of a template's instances, are one unit to whoever acts on them.
inline bool are_one_unit(std::string_view a, std::string_view b) {
    return a == b || (names_instances(a) && is_instance_of(b, a)) ||
           (names_instances(b) && is_instance_of(a, b));
}

// "foo@.service", whose drop-ins are those of all instances.
inline std::string template_of(std::string_view pattern) {
    std::string unit(pattern);
    std::erase(unit, '*');
    return unit;
}

} // namespace hotreload
