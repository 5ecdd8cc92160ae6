// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The installed units that services are attached to: followed as long as the project file or the
// record names them, and acted on only when nothing speaks against it.

#include "base/task.hpp"
#include "core/units_port.hpp"
#include "project/attachments.hpp"
#include "project/ledger.hpp"
#include "project/project_file.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace hotreload::project {

class AttachedUnits {
public:
    // `of_a_user`: the units are those of a user's service manager.
    AttachedUnits(Units& units, Attachments& attachments, const Ledger& ledger,
                  const ProjectFile& file, bool of_a_user);
    ~AttachedUnits();
    AttachedUnits(const AttachedUnits&) = delete;
    AttachedUnits& operator=(const AttachedUnits&) = delete;

    // Follows what is named by the service now, and lets go of what nothing names any more. Answers
    // the units that are new: nothing is decided before get_to_know() has ended for each.
    [[nodiscard]] std::set<std::string> hold(const std::string& service);
    // The units that the service had are let go of.
    void release(const std::string& service);

    // Ends when the unit's state is known, and whether it is there. `is_new`: it is not followed
    // yet.
    Task<> get_to_know(std::string service, std::string unit, bool is_new);
    // The unit is followed already, and known (of a service that was applied before the daemon
    // began).
    void adopt(const std::string& service, const std::string& unit);
    // Finds out what somebody may have meant by a unit that is not there.
    Task<> look_for(std::string service, std::string unit);

    [[nodiscard]] bool follows(const std::string& service, const std::string& unit) const;
    // The services that follow the unit.
    [[nodiscard]] const std::set<std::string>& followers(const std::string& unit) const;
    [[nodiscard]] bool holds_any(const std::string& service) const;
    // Units that are not there, and may be installed by now: of the service.
    [[nodiscard]] std::set<std::string> not_there(const std::string& service) const;

    // Why nothing may be done to the service's unit.
    [[nodiscard]] std::optional<Problem> barred(const std::string& service) const;
    // The same, once for each time that the reason becomes another one. `news`: it has; nothing as
    // the problem then: it may be acted on again.
    struct Bar {
        bool news = false;
        std::optional<Problem> problem;
    };
    Bar look_who_is_barred(const std::string& service);

    // The service's unit runs again after somebody had stopped it: told once. Asked at each change
    // of the unit's state. `busy`: it is being worked at, and what it comes to is told later.
    [[nodiscard]] bool was_started(const std::string& service, bool busy);

private:
    struct Held {
        std::set<std::string> following;
        std::set<std::string> known; // of those
        std::string no_such_unit;    // what was meant by one that is not there
        std::string barred;          // as it was told last
        bool at_rest = false;        // the unit was stopped by somebody, when last heard of
    };

    void let_go_of(const std::string& service, const std::string& unit);

    Units& units_;
    Attachments& attachments_;
    const Ledger& ledger_;
    const ProjectFile& file_;
    bool of_a_user_;
    std::map<std::string, Held> held_;                       // by service
    std::map<std::string, std::set<std::string>> followers_; // by unit
};

} // namespace hotreload::project
