// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Barriers are what keeps members from going in one turn of the agenda: somebody works at them, or
// at something that they depend on. They are found out once for all members that links connect, so
// that a turn costs as much as the members that it is about and those that they are connected with.

#include "core/links.hpp"
#include "project/request.hpp"

#include <functional>
#include <string>
#include <utility>

namespace hotreload::project {

class Barriers {
public:
    using IsTaken = std::function<bool(const std::string&)>;

    // `is_taken`: somebody works at the member, or nobody may.
    Barriers(const LinkGraph& links, IsTaken is_taken)
        : links_(links), is_taken_(std::move(is_taken)) {}

    [[nodiscard]] bool keep(const std::string& member);
    // The members are taken from now on.
    void take(const Names& members);
    // The kept ones among the members that were asked for and those that links connect with them.
    [[nodiscard]] const Names& kept() const { return kept_; }

private:
    const LinkGraph& links_;
    IsTaken is_taken_;
    Names known_; // whether they are kept
    Names kept_;
};

} // namespace hotreload::project
