// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Statuses are what is told of a project and of its services.

#include "core/status.hpp"
#include "core/units_port.hpp"
#include "project/agenda.hpp"
#include "project/attached_units.hpp"
#include "project/candidates.hpp"
#include "project/contents.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"
#include "project/pauses.hpp"
#include "project/project_file.hpp"
#include "project/tally.hpp"
#include "project/write_loops.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hotreload::project {

class Statuses {
public:
    struct Sees {
        const Ledger& ledger;
        const ProjectFile& file;
        const Looks& looks;
        const Agenda& agenda;
        const Pauses& pauses;
        const Candidates& candidates;
        const WriteLoops& loops;
        const AttachedUnits& attached;
        const Contents& contents;
        const Tally& tally;
        const Units& units;
    };

    explicit Statuses(Sees sees) : sees_(sees) {}

    // `set_aside`: why nothing is done for the project. `broken`: records of it that could not be
    // read.
    [[nodiscard]] ProjectStatus project(const std::optional<Problem>& set_aside,
                                        const std::vector<Problem>& broken) const;
    [[nodiscard]] ServiceStatus service(const std::string& name) const;

private:
    void add_record(ServiceStatus& status) const;
    void add_files(ServiceStatus& status) const;
    void add_pause(ServiceStatus& status) const;
    [[nodiscard]] ServiceStatus::State state(const ServiceStatus& status, const UnitState& unit,
                                             ServiceStatus::State well, bool barred) const;
    [[nodiscard]] WatchState watching(const std::string& service) const;

    Sees sees_;
};

} // namespace hotreload::project
