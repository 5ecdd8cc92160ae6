// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/unit_files.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace hotreload {

namespace {

// "foo@bar.service" is made of "foo@.service"; "" for a unit without a template.
std::string template_name(std::string_view unit) {
    const auto at = unit.find('@');
    const auto suffix = unit.rfind('.');
    if (at == unit.npos || suffix == unit.npos || at > suffix)
        return {};
    return std::string(unit.substr(0, at + 1)).append(unit.substr(suffix));
}

// The directories of a unit's drop-ins, without ".d": also those for a prefix of its name that ends
// in a dash, and for all units of its type.
std::vector<std::string> drop_in_names(std::string_view unit) {
    std::vector<std::string> names{std::string(unit)};
    if (auto of = template_name(unit); !of.empty())
        names.push_back(std::move(of));
    const auto suffix = std::string(unit.substr(std::min(unit.rfind('.'), unit.size())));
    const auto stem = unit.substr(0, std::min(unit.find('@'), unit.rfind('.')));
    for (auto dash = stem.find('-'); dash != stem.npos; dash = stem.find('-', dash + 1))
        names.push_back(std::string(stem.substr(0, dash + 1)) + suffix);
    if (!suffix.empty())
        names.push_back(suffix.substr(1));
    return names;
}

} // namespace

bool is_file_of_unit(std::string_view path, std::string_view unit) {
    const auto slash = path.rfind('/');
    if (unit.empty() || slash == path.npos)
        return false;
    const auto name = path.substr(slash + 1);
    if (name == unit || (name.contains('@') && name == template_name(unit)))
        return true;
    if (!name.ends_with(".conf"))
        return false;
    auto directory = path.substr(0, slash);
    directory.remove_prefix(std::min(directory.rfind('/') + 1, directory.size()));
    if (!directory.ends_with(".d"))
        return false;
    directory.remove_suffix(2);
    return std::ranges::contains(drop_in_names(unit), directory);
}

bool changes_unit_files(const MemberDefinition& service, const MemberPlan& plan,
                        std::string_view own_name) {
    return std::ranges::any_of(plan.changes, [&](const Change& change) {
        return is_file_of_unit(change.subject, service.unit) ||
               is_file_of_unit(change.subject, own_name);
    });
}

} // namespace hotreload
