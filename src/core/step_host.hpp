// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// StepHost answers what the steps of members ask of whoever runs them.

#include "base/task.hpp"
#include "core/plan.hpp"
#include "core/record.hpp"
#include "core/reload_id.hpp"
#include "core/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hotreload {

class StepHost {
public:
    virtual ~StepHost() = default;

    // The content of a file as it was applied; nullopt: there is no copy.
    [[nodiscard]] virtual std::optional<std::string> content(const ContentId& id) const = 0;

    // The problem, at the place of a definition's key: for what is found out late.
    [[nodiscard]] virtual Problem problem_at(const std::string& key, std::string message) const = 0;

    // Why the service must not be acted on, as its programs are now: others could have changed what
    // root would run. nullopt when it may. `starts`: a new process of it is run, too. The service
    // outlives the task.
    [[nodiscard]] virtual Task<std::optional<Problem>> distrusted(const MemberDefinition& service,
                                                                  bool starts) const = 0;

    // Something else is on disk than the plan was made of: what was checked is not what the member
    // would read. False, too, when that has been so too often in a row: nobody waits for ever.
    // Files that are new are read in slices.
    [[nodiscard]] virtual Task<bool> moved_on(std::string member) = 0;

    // All is checked, and this is done to the service now.
    virtual void acting(const ReloadId& id, const MemberPlan& plan) = 0;

    // Replaces one service's record, on disk too; nullopt: the service is forgotten. A disk that
    // cannot be written is reported by the host and does not undo what is already in effect.
    virtual void commit(const std::string& service, std::optional<MemberRecord> record) = 0;

    // CLOCK_REALTIME in microseconds.
    [[nodiscard]] virtual std::uint64_t realtime_usec() const = 0;
};

} // namespace hotreload
