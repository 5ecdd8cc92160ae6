// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/accounts.hpp"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

namespace hotreload::os {

namespace {

constexpr auto kRemembered = std::chrono::minutes(1);
constexpr auto kNoUser = static_cast<uid_t>(-1);
constexpr gid_t kFirstOfPeople = 1000; // below are the system's own, see systemd's sysusers.d(5)

template <class Known>
bool fresh(const Known& known) {
    return std::chrono::steady_clock::now() < known.until;
}

// The machine's own accounts only: a group of the system's is nobody's primary one elsewhere, and
// to list all that a server knows may take long.
bool is_primary_of_others(gid_t group, uid_t user) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/etc/passwd", "re"),
                                                               std::fclose);
    if (!file)
        return true;
    while (const passwd* entry = ::fgetpwent(file.get()))
        if (entry->pw_gid == group && entry->pw_uid != user && entry->pw_uid != 0)
            return true;
    return false;
}

bool look_up_private(gid_t group, uid_t user, std::string_view user_name) {
    const ::group* const entry = ::getgrgid(group);
    if (!entry)
        return false;
    for (char** member = entry->gr_mem; *member; ++member)
        if (std::strcmp(*member, "root") != 0 && *member != user_name)
            return false;
    return entry->gr_name == user_name ||
           (group < kFirstOfPeople && !is_primary_of_others(group, user));
}

} // namespace

const std::vector<gid_t>& SystemAccounts::groups(uid_t user) {
    auto& known = groups_[user];
    if (fresh(known))
        return known.value;
    known = {{}, Clock::now() + kRemembered};
    const passwd* const entry = ::getpwuid(user);
    if (!entry)
        return known.value;
    const std::string name = entry->pw_name;
    const gid_t primary = entry->pw_gid;
    int count = 64;
    do
        known.value.resize(static_cast<std::size_t>(count));
    while (::getgrouplist(name.c_str(), primary, known.value.data(), &count) < 0);
    known.value.resize(static_cast<std::size_t>(count));
    return known.value;
}

bool SystemAccounts::private_group(gid_t group, uid_t user) {
    if (group == 0)
        return true;
    auto& known = private_[{group, user}];
    if (!fresh(known))
        known = {look_up_private(group, user, user_name(user)), Clock::now() + kRemembered};
    return known.value;
}

std::string SystemAccounts::user_name(uid_t user) {
    const passwd* const entry = ::getpwuid(user);
    return entry ? entry->pw_name : std::to_string(user);
}

std::string SystemAccounts::group_name(gid_t group) {
    const ::group* const entry = ::getgrgid(group);
    return entry ? entry->gr_name : std::to_string(group);
}

std::optional<uid_t> SystemAccounts::user_id(const std::string& name) {
    uid_t id = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), id);
    if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size())
        return id == kNoUser ? std::nullopt : std::optional(id);
    if (const auto known = ids_.find(name); known != ids_.end() && fresh(known->second))
        return known->second.value;
    const passwd* const entry = ::getpwnam(name.c_str());
    if (!entry) // not remembered: whoever is told that makes the account next
        return std::nullopt;
    ids_[name] = {entry->pw_uid, Clock::now() + kRemembered};
    return entry->pw_uid;
}

SystemAccounts& system_accounts() {
    static SystemAccounts accounts;
    return accounts;
}

} // namespace hotreload::os
