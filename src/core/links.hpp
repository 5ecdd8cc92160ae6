// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Links are `after`, `requires` and `part_of` among the members of a project, with systemd's
// meaning: `after` orders; a member is stopped and restarted with those that it requires or is a
// part of, and starts those that it requires. A member is also acted on after all three, so that it
// is left alone when one of them fails.

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

    // The members that follow `name` directly.
    [[nodiscard]] const std::vector<std::string>& followers(const std::string& name) const;

    // Adds to `found`: `names` and everything that depends on one of them, directly or not. No
    // dependent of what is in `found` before may be missing there: it is not gone over again.
    void add_dependents(Names& found, const Names& names) const;
    // `names` and everything that follows one of them, directly or not.
    [[nodiscard]] Names with_followers(const Names& names) const;
    // `names` and everything that one of them follows, directly or not.
    [[nodiscard]] Names with_followed(const Names& names) const;
    // `names` and everything that one of them requires, directly or not.
    [[nodiscard]] Names with_required(const Names& names) const;
    // `name` and everything that links connect it with, in either direction, directly or not.
    [[nodiscard]] Names connected(const std::string& name) const;
    // All members, in sets of those that are connected, by the first name of each.
    [[nodiscard]] std::vector<Names> groups() const;

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
