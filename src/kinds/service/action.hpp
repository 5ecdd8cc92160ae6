// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ActionHandler is what an action on a unit has to be able to do: one file for each, and the table
// of them.

#include "base/duration.hpp"
#include "base/task.hpp"
#include "core/kind.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::service {

// ActionContext is a service in a transaction: what it was, what it is to be, and the unit that
// carries it.
struct ActionContext {
    const KindPorts& means;
    ReloadId transaction;
    const std::string& project;
    const MemberPlan& plan;
    const MemberView& view;
    std::uint64_t generation = 0;       // the number of the next applied state
    std::string unit;                   // in: carries the applied state; out: carries the next one
    std::vector<ServiceSocket> sockets; // of the wanted definition
    bool sockets_later = false;         // they are opened once those of the applied one are closed
    std::vector<Bind> binds;            // of what is pinned, for the next generation
    std::string shown;                  // the view of an installed unit, in and out as `unit`
    bool let_go = false;                // out: the installed unit of the applied state was
    bool refused = false;               // out: the manager refused, and the process is untouched
    std::optional<UnitState> well;      // out: of a process that stays, as it has to stay
    std::uint64_t begun_usec = 0;       // CLOCK_REALTIME, of its action
    bool given_way = false;             // somebody else stopped its unit meanwhile
    bool at_fault = false;              // in, of undo(): it is this one that failed
    bool started_again = false;         // out, of undo(): what ran before had ended
    bool left_down = false;             // out, of undo(): started again it would fail as it did
    Duration gap{};                     // out: how long nobody served
};

class ActionHandler {
public:
    virtual ~ActionHandler() = default;

    // Put the wanted state into effect. On an error, undo() is called as well.
    virtual Task<Result<>> apply(ActionContext& context) const = 0;

    // Put the applied state back, after an apply that failed, even half-way, or did not hold.
    virtual Task<Result<>> undo(ActionContext& context) const = 0;

    // Takes down, after the commit, what only undo() needed.
    virtual Task<> finish(ActionContext& context) const;

    // The time that the service must stay well before the commit, where `verify` does not say.
    [[nodiscard]] virtual Duration default_verify(const ActionContext& /*context*/) const {
        return Duration::zero();
    }
};

} // namespace hotreload::service
