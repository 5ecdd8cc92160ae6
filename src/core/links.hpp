// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Links are `after`, `requires` and `part_of` among the members of a project, with systemd's
// meaning: `after` orders; a member is stopped and restarted with those that it requires or is a
// part of, and starts those that it requires. A member is also acted on after all three, so that it
// is left alone when one of them fails.

#include <algorithm>
#include <concepts>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace hotreload {

struct Links {
    std::vector<std::string> after;
    std::vector<std::string> required;
    std::vector<std::string> part_of;

    // The names in all three.
    [[nodiscard]] std::vector<std::string> all() const;
    // The member is restarted and stopped when `other` is.
    [[nodiscard]] bool follows(const std::string& other) const;

    bool operator==(const Links&) const = default;
};

// The links of all members, ready to be asked. Each question costs as much as what it finds is
// large, and not as the project is.
class LinkGraph {
public:
    using Names = std::set<std::string>;

    LinkGraph() = default;
    explicit LinkGraph(std::map<std::string, Links> links);

    [[nodiscard]] bool contains(const std::string& name) const { return links_.contains(name); }
    // The links of the member; none for a name that is no member's.
    [[nodiscard]] const Links& of(const std::string& name) const;

    // `name` and everything that it is linked to, directly or not, as far as that is a member.
    [[nodiscard]] Names with_dependencies(const std::string& name) const;
    // `names` and everything that follows one of them, directly or not.
    [[nodiscard]] Names with_followers(Names names) const;
    // `names` and everything that one of them requires, directly or not.
    [[nodiscard]] Names with_required(Names names) const;
    // `name` and everything that links connect it with, in either direction, directly or not.
    [[nodiscard]] Names connected(const std::string& name) const;
    // All members, in sets of those that are connected, by the first name of each.
    [[nodiscard]] std::vector<Names> groups() const;

    // Neither `name` nor anything that it depends on is busy: a member that depends on one that is
    // being acted on waits for its end. All others go on.
    template <std::predicate<const std::string&> Busy>
    [[nodiscard]] bool free_to_go(const std::string& name, Busy busy) const {
        return std::ranges::none_of(with_dependencies(name), busy);
    }

    // Each of `names` after those that it is linked to. Cycles of `after` are refused when the
    // project file is read; one of the others is cut somewhere.
    [[nodiscard]] std::vector<std::string> order(const Names& names) const;
    [[nodiscard]] std::vector<std::string> order() const;

private:
    using Neighbours = std::map<std::string, std::vector<std::string>>;

    std::map<std::string, Links> links_;
    Neighbours followers_; // who follows a member
    Neighbours linked_;    // who names a member in whatever link
};

} // namespace hotreload
