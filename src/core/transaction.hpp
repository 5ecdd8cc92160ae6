// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// One reload from its plan to commit or rollback, top to bottom (design section 6). The snapshot
// and the diff are its input; it validates, applies in dependency order, verifies, and commits or
// puts back. Services that depend on each other stand and fall together; the others do not care.

#include "base/executor.hpp"
#include "core/action.hpp"
#include "core/cancellation.hpp"
#include "core/outcome.hpp"
#include "core/plan.hpp"
#include "core/validation.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hotreload {

struct TransactionInput {
    std::uint64_t id = 0;
    std::string project;
    std::string trigger; // "file", "request" or "start"
    CallerUid caller;    // of a request
    std::map<std::string, ServiceView> views;
    std::vector<std::string> order; // of the services in `views`
    PlanOptions options;
    // Ends the transaction as "superseded" as long as it only checks: nothing was touched, and
    // nothing is recorded.
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    // There is a newer change: what was reloaded need not prove for longer that it lives.
    std::shared_ptr<Cancellation> hurry = std::make_shared<Cancellation>();
    // A newer change is there: the proof of a restart that it would undo anyhow is not waited for.
    // That ends as "superseded" as well; what was proved last stays on record, carried by the unit
    // that was started, and is what a failure of the newer change goes back to.
    std::shared_ptr<Cancellation> newer = std::make_shared<Cancellation>();
};

class TransactionHost : public ValidationHost {
public:
    // The plan has something to do, and it begins now.
    virtual void started(std::uint64_t id, const Plan& plan) = 0;

    // All is checked, and this is done to the service now.
    virtual void acting(std::uint64_t id, const ServicePlan& plan) = 0;

    // Replaces one service's record, on disk too; nothing: the service is forgotten. A disk that
    // cannot be written is reported by the host and does not undo what is already in effect.
    virtual void commit(const std::string& service, std::optional<ServiceRecord> record) = 0;

    // CLOCK_REALTIME in microseconds.
    [[nodiscard]] virtual std::uint64_t realtime_usec() const = 0;
};

Plan make_plan(const TransactionInput& input);

// `plan`: what make_plan() makes of the input. `duration` of the outcome is left to the caller, who
// has the clock.
Task<Outcome> run_transaction(TransactionInput input, Plan plan, Means means, ActionTable actions,
                              TransactionHost& host);

} // namespace hotreload
