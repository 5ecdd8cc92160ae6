// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/name_service.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace hotreload::os {

namespace {

using Kind = AccountQuestion::Kind;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_table(const std::string& etc, const char* name) {
    return {std::fopen((etc + "/" + name).c_str(), "re"), std::fclose};
}

// Calls `get` with a buffer that is large enough. True: there is such a row; an errno where there
// may be one.
template <class Row, class Get>
std::expected<bool, int> fill(Row& row, std::vector<char>& buffer, Get get) {
    Row* found = nullptr;
    int error = 0;
    buffer.resize(4096);
    while ((error = get(&row, buffer.data(), buffer.size(), &found)) == ERANGE)
        buffer.resize(buffer.size() * 2);
    // The others all mean that there is none, see getpwnam(3).
    static constexpr std::array absent = {0, ENOENT, ESRCH, EBADF, EPERM};
    if (!found && !std::ranges::contains(absent, error))
        return std::unexpected(error);
    return found != nullptr;
}

Account account_of(const passwd& row) {
    return {.name = row.pw_name,
            .id = row.pw_uid,
            .primary = row.pw_gid,
            .home = row.pw_dir ? row.pw_dir : ""};
}

Account account_of(const ::group& row) {
    Account account{.name = row.gr_name, .id = row.gr_gid};
    for (char** member = row.gr_mem; *member; ++member)
        account.members.emplace_back(*member);
    return account;
}

template <class Row, class Get>
AccountAnswer ask(Get get) {
    Row row = {};
    std::vector<char> buffer;
    return fill(row, buffer, get).transform([&](bool there) {
        return there ? std::optional(account_of(row)) : std::nullopt;
    });
}

AccountAnswer user_numbered(uid_t user) {
    return ask<passwd>([&](auto... rest) { return ::getpwuid_r(user, rest...); });
}

std::optional<Account> with_all_groups(std::optional<Account> user) {
    if (!user)
        return user;
    int count = 64;
    do
        user->groups.resize(static_cast<std::size_t>(count));
    while (::getgrouplist(user->name.c_str(), user->primary, user->groups.data(), &count) < 0);
    user->groups.resize(static_cast<std::size_t>(count));
    return user;
}

// The first row of a table that `wanted` says yes to; each row is shown to it until then.
template <class Row, class Next, class Wanted>
std::optional<Account> first(const File& table, Next next, Wanted wanted) {
    Row row = {};
    std::vector<char> buffer;
    const auto read = [&](auto... rest) { return next(table.get(), rest...); };
    while (table && fill(row, buffer, read).value_or(false))
        if (wanted(row))
            return account_of(row);
    return std::nullopt;
}

template <class Wanted>
std::optional<Account> first_user(const std::string& etc, Wanted wanted) {
    return first<passwd>(open_table(etc, "passwd"), ::fgetpwent_r, wanted);
}

template <class Wanted>
std::optional<Account> first_group(const std::string& etc, Wanted wanted) {
    return first<::group>(open_table(etc, "group"), ::fgetgrent_r, wanted);
}

std::optional<Account> with_groups_of_files(const std::string& etc, std::optional<Account> user) {
    if (!user)
        return user;
    user->groups = {user->primary};
    (void)first_group(etc, [&](const ::group& row) {
        for (char** member = row.gr_mem; *member; ++member)
            if (*member == user->name)
                user->groups.push_back(row.gr_gid);
        return false;
    });
    return user;
}

} // namespace

AccountAnswer ask_name_services(const AccountQuestion& question) {
    const auto* const name = question.name.c_str();
    switch (question.kind) {
    case Kind::UserNamed:
        return ask<passwd>([&](auto... rest) { return ::getpwnam_r(name, rest...); });
    case Kind::UserNumbered:
        return user_numbered(question.number);
    case Kind::GroupNamed:
        return ask<::group>([&](auto... rest) { return ::getgrnam_r(name, rest...); });
    case Kind::GroupNumbered:
        return ask<::group>([&](auto... rest) { return ::getgrgid_r(question.number, rest...); });
    case Kind::GroupsOfUser:
        return user_numbered(question.number).transform(with_all_groups);
    }
    return std::nullopt;
}

std::optional<Account> find_in_files(const std::string& etc, const AccountQuestion& question) {
    const auto numbered = [&](const passwd& row) { return row.pw_uid == question.number; };
    switch (question.kind) {
    case Kind::UserNamed:
        return first_user(etc, [&](const passwd& row) { return row.pw_name == question.name; });
    case Kind::UserNumbered:
        return first_user(etc, numbered);
    case Kind::GroupNamed:
        return first_group(etc, [&](const ::group& row) { return row.gr_name == question.name; });
    case Kind::GroupNumbered:
        return first_group(etc, [&](const ::group& row) { return row.gr_gid == question.number; });
    case Kind::GroupsOfUser:
        return with_groups_of_files(etc, first_user(etc, numbered));
    }
    return std::nullopt;
}

bool is_primary_of_others(const std::string& etc, gid_t group, uid_t user) {
    const auto table = open_table(etc, "passwd");
    return !table || first<passwd>(table, ::fgetpwent_r, [&](const passwd& row) {
                         return row.pw_gid == group && row.pw_uid != user && row.pw_uid != 0;
                     }).has_value();
}

} // namespace hotreload::os
