// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Outcome is how a transaction ended: what every surface (bus, journal, command line) tells of it.

#include "base/duration.hpp"
#include "core/file_restored.hpp"
#include "core/plan.hpp"
#include "core/reload_id.hpp"
#include "core/reload_result.hpp"
#include "core/trigger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

struct MemberOutcome {
    std::string service;
    Action action = Action::None;
    ReloadResult result = ReloadResult::Unchanged;
    std::uint64_t generation = 0;
    std::string unit;
    std::vector<Change> changes;
    std::optional<Problem> problem;
    Duration gap{};   // how long nobody served: of a restart
    std::string note; // on how it was proven: "validated against the live files: …"
};

struct Outcome {
    ReloadId id;
    std::string project;
    ReloadResult result = ReloadResult::Unchanged; // of its services', the one that matters most
    std::optional<Trigger> trigger;
    AskedBy caller; // who asked for it
    Duration duration{};
    std::vector<MemberOutcome> services;
    std::vector<Problem> problems;
    std::vector<FileRestored> files;      // by a rollback, or of what was handed over
    std::uint64_t confirm_until_usec = 0; // CLOCK_REALTIME, when it is taken back unless somebody
                                          // confirms it; 0: it is not
    ReloadId unconfirmed{};               // the one that was taken back, as nobody did
};

} // namespace hotreload
