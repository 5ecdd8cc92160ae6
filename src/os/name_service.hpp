// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Users and groups as the C library finds them, see nsswitch.conf(5): in files of the machine,
// which takes no time, or by asking a service that may be elsewhere.

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::os {

struct AccountQuestion {
    enum class Kind { UserNamed, UserNumbered, GroupNamed, GroupNumbered, GroupsOfUser };
    Kind kind = Kind::UserNamed;
    std::string name = {};
    std::uint32_t number = 0; // of GroupsOfUser the user's

    [[nodiscard]] bool named() const { return kind == Kind::UserNamed || kind == Kind::GroupNamed; }
    auto operator<=>(const AccountQuestion&) const = default;
};

// A user, or a group.
struct Account {
    std::string name;
    std::uint32_t id = 0;
    gid_t primary = 0;                     // of a user
    std::string home = {};                 // of a user
    std::vector<std::string> members = {}; // of a group, by name
    std::vector<gid_t> groups = {};        // of GroupsOfUser: all, and the primary one

    bool operator==(const Account&) const = default;
};

// The account; nullopt: there is none; or an errno: a service cannot be asked now, and may know it.
// Of a user's groups, those that the services tell. May take minutes. For every thread.
using AccountAnswer = std::expected<std::optional<Account>, int>;
AccountAnswer ask_name_services(const AccountQuestion& question);

// The same of the files passwd and group in the directory `etc` alone; nullopt: they have no such
// account. They may not have all groups of a user.
std::optional<Account> find_in_files(const std::string& etc, const AccountQuestion& question);

// The group is the primary one of somebody in `etc`/passwd other than `user` and root, or that
// cannot be told.
bool is_primary_of_others(const std::string& etc, gid_t group, uid_t user);

} // namespace hotreload::os
