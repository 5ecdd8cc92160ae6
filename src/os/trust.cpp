// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/trust.hpp"

#include <algorithm>
#include <format>
#include <string_view>

namespace hotreload::os {

namespace {

constexpr mode_t kRead = 04;
constexpr mode_t kSearch = 01;

// nullopt: it is not known. An access control list is not looked into: where there is one, nobody
// but the owner is sure to have the permission. Nobody's groups are asked for where all have it, or
// none.
std::optional<bool> may(uid_t user, const Permissions& of, mode_t bits, Accounts& accounts) {
    if (of.owner == user)
        return true; // an owner may give itself the right
    if (of.has_list)
        return false;
    const bool as_member = (of.mode >> 3 & bits) == bits;
    const bool as_other = (of.mode & bits) == bits;
    if (as_member == as_other)
        return as_other;
    const auto member = accounts.member(user, of.group);
    return member ? std::optional(*member == as_member) : std::nullopt;
}

// A user who may write a directory may have linked any file into it, by any name.
bool linked_by_others(const Permissions& directory, const Permissions& file, Accounts& accounts) {
    if (!file.several_links)
        return false;
    if (directory.mode & S_IWOTH)
        return !(file.mode & S_IROTH) || file.has_list;
    if (!(directory.mode & S_IWGRP) ||
        (!directory.has_list &&
         accounts.private_group(directory.group, directory.owner).value_or(false)))
        return false;
    const bool group_reads = file.group == directory.group && file.mode & S_IRGRP;
    return directory.has_list || file.has_list || !(group_reads || file.mode & S_IROTH);
}

// The refusal says what `leader` decides, and what would be right.
std::string refusal(const PathStep& by, std::string_view leader) {
    if (by.is_link())
        return std::format("the symbolic link {0} belongs to {1}, who could not read what it leads "
                           "to: let {1} read that, or keep the link where only root can write",
                           by.path, leader);
    return std::format("the directory {0} belongs to {1}, who could not read this: let {1} "
                       "read it, or chown root {0}",
                       by.path, leader);
}

std::string unknown(const PathStep& by, std::string_view leader) {
    return std::format("{} belongs to {}, whose groups could not be looked up: it is not known "
                       "whether {} could read this",
                       by.path, leader, leader);
}

class Changers {
public:
    Changers(std::optional<uid_t> user, Accounts& accounts) : user_(user), accounts_(accounts) {}

    // `next`: what was looked up in the directory.
    [[nodiscard]] std::optional<std::string> of(const PathStep& step, const PathStep* next) const {
        const auto& is = step.permissions;
        if (!allowed(is.owner))
            return std::format("{0} can be changed by {1} (chown {2}root {0})", step.path,
                               accounts_.user_name(is.owner), step.is_link() ? "-h " : "");
        if (step.is_link() || (step.is_directory() && keeps(is, next)))
            return {};
        if (is.mode & S_IWOTH)
            return std::format("{0} can be changed by everybody (chmod o-w {0})", step.path);
        if (!(is.mode & S_IWGRP))
            return {};
        if (is.has_list)
            return std::format("{0} can be changed by whom its access control list names "
                               "(setfacl -b {0})",
                               step.path);
        const auto is_private = accounts_.private_group(is.group, user_.value_or(0));
        if (is_private.value_or(false))
            return {};
        return std::format("{0} can be changed by the group {1}{2} (chmod g-w {0})", step.path,
                           accounts_.group_name(is.group),
                           is_private ? "" : ", which could not be looked up");
    }

private:
    [[nodiscard]] bool allowed(uid_t owner) const {
        return owner == 0 || (user_ && owner == *user_);
    }

    // A sticky directory, such as /tmp, lets only the owner of an entry replace it: that owner is
    // looked at next.
    static bool keeps(const Permissions& directory, const PathStep* next) {
        return directory.mode & S_ISVTX && next && !next->permissions.several_links;
    }

    std::optional<uid_t> user_;
    Accounts& accounts_;
};

// Others can write it, and its own owner only is kept from an entry of theirs.
bool is_shared(const Permissions& directory) {
    return S_ISDIR(directory.mode) && directory.mode & (S_IWOTH | S_IWGRP);
}

} // namespace

std::optional<std::string> misled(std::span<const PathStep> way, const Permissions* end,
                                  Accounts& accounts) {
    const PathStep* directory = nullptr;
    for (const auto& by : way) {
        if (by.is_directory())
            directory = &by;
        const auto leader = by.permissions.owner;
        if (leader == 0 || (end && leader == end->owner))
            continue;
        bool known = true;
        const auto could = [&](const Permissions& of, mode_t bits) {
            const auto told = may(leader, of, bits, accounts);
            known = known && told;
            return told.value_or(true);
        };
        const mode_t wanted = end && S_ISDIR(end->mode) ? kRead | kSearch : kRead;
        const bool reads =
            std::ranges::all_of(way,
                                [&](const PathStep& step) {
                                    return !step.is_directory() || could(step.permissions, kSearch);
                                }) &&
            (!end || could(*end, wanted));
        if (!reads)
            return refusal(by, accounts.user_name(leader));
        if (!known)
            return unknown(by, accounts.user_name(leader));
    }
    if (end && directory && linked_by_others(directory->permissions, *end, accounts))
        return std::format("it has other names (hard links), and others than root, who could not "
                           "read it, can write to {0}: chmod go-w {0}",
                           directory->path);
    return {};
}

std::optional<std::string> changeable(const PathWalk& walk, std::optional<uid_t> user,
                                      Accounts& accounts) {
    if (walk.error != 0)
        return {};
    const Changers changers(user, accounts);
    for (std::size_t i = 0; i < walk.steps.size(); ++i) {
        const auto* const next = i + 1 < walk.steps.size() ? &walk.steps[i + 1] : nullptr;
        if (auto found = changers.of(walk.steps[i], next))
            return found;
    }
    return {};
}

std::optional<std::string> replaceable(const PathWalk& walk, Accounts& accounts) {
    const Changers changers({}, accounts);
    const auto& steps = walk.steps;
    // The end is not asked; of what is not there, the last directory on the way to it is.
    const auto asked = walk.error != 0 || steps.empty() ? steps.size() : steps.size() - 1;
    for (std::size_t i = 0; i < asked; ++i)
        if (auto found = changers.of(steps[i], i + 1 < steps.size() ? &steps[i + 1] : nullptr))
            return found;
    if (asked == 0 || asked == steps.size() || !is_shared(steps[asked - 1].permissions))
        return {};
    const auto& end = steps[asked];
    if (end.permissions.owner == 0)
        return {};
    return std::format("{0} can be replaced by {1} (chown root {0})", end.path,
                       accounts.user_name(end.permissions.owner));
}

} // namespace hotreload::os
