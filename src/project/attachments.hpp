// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Attachments are which service has which installed unit: the one that named it first, until it
// lets go of it. Two that act on one unit would each undo what the other does, and take each
// other's word for it.

#include "core/units_port.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload::project {

class Attachments {
public:
    struct Holder {
        std::string project;
        std::string service;

        bool operator==(const Holder&) const = default;
    };

    explicit Attachments(const Units& units) : units_(units) {}

    // The units that the service names from now on; none: it has left. One of them it may be about
    // to leave for another one: no other service of its project waits for that, for two that swap
    // their units would wait for each other.
    void keep_only(const Holder& holder, const std::set<std::string>& units,
                   const std::string& leaves = "");

    // The service that has the unit in this one's place. A unit is the same by all of its names, as
    // far as they are known.
    [[nodiscard]] std::optional<Holder> rival(const std::string& unit, const Holder& holder) const;

    // The same for a service that is not registered: the one that has the unit, unless it is of
    // the project of that name.
    [[nodiscard]] std::optional<Holder> holder(const std::string& unit,
                                               const std::string& but_for) const;

    // A unit has become free: others may have waited for it. Called from within keep_only().
    std::function<void()> on_release;

private:
    struct Claim {
        std::string unit;
        Holder holder;
        bool is_left = false;
    };
    [[nodiscard]] bool are_one(const std::string& a, const std::string& b) const;
    [[nodiscard]] std::string own_name(const std::string& unit) const;

    const Units& units_;
    std::vector<Claim> claims_; // the oldest first
};

// The reason, for people, why a unit cannot be acted on; "" when it can.
std::string why_unfit(const std::string& unit, const UnitState& state);
// The same, of a unit which only stands for others and does not show what becomes of them.
std::string why_meaningless(const std::string& unit, const UnitState& state);
std::string why_taken(const std::string& unit, const Attachments::Holder& by);

} // namespace hotreload::project
