// SPDX-License-Identifier: LGPL-2.1-or-later
// Keys that give users and groups rights. A project file that others than root can change gives
// none on the system's instance: load_project() refuses the whole of it.
#include "config/keys.hpp"
#include "config/lookups.hpp"

#include <unistd.h>

#include <format>

namespace hotreload {

namespace {

constexpr char kOfGroup = '@';

// nullopt: there is such a user, or group.
std::optional<std::string> why_no_account(Reading& reading, const std::string& name) {
    if (name.starts_with(kOfGroup))
        return look_up_group(reading, name.substr(1));
    auto why = look_up_user(reading, name);
    if (why && !name.empty() && !look_up_group(reading, name))
        *why += std::format("; there is a group, which is written \"{}{}\"", kOfGroup, name);
    return why;
}

} // namespace

void read_accounts(Reading& reading, const Entry& entry, std::vector<std::string>& names) {
    if (::geteuid() != 0)
        return reading.problem(entry.key,
                               "only the system instance gives rights to others: leave it out, or "
                               "have root take the project up (hotreloadctl --system up)");
    names = entry.texts();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (auto why = why_no_account(reading, names[i]))
            reading.problem(std::format("{}.{}", entry.key, i), *std::move(why));
}

} // namespace hotreload
