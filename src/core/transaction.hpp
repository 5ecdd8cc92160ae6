// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Transaction is one reload from its checks to commit or rollback, top to bottom: the steps of
// members, each of whatever kind. Those that links connect stand and fall together; the others do
// not care.

#include "core/cancellation.hpp"
#include "core/outcome.hpp"
#include "core/step.hpp"
#include "core/trigger.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// Interruptions are what is asked of a transaction while it is under way.
struct Interruptions {
    // Ends the transaction as "superseded" as long as it only checks: nothing was touched, and
    // nothing is recorded.
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    // There is a newer change: what was reloaded need not prove for longer that it lives.
    std::shared_ptr<Cancellation> hurry = std::make_shared<Cancellation>();
    // A newer change is there: the proof of a restart that it would undo anyhow is not waited for.
    // The transaction ends as "superseded" then, too; the state that was proved last stays on
    // record, carried by the unit that was started, and is what a failure of the newer change goes
    // back to.
    std::shared_ptr<Cancellation> newer = std::make_shared<Cancellation>();
    // The daemon ends: no further step begins. Steps that were done stay on record as under way,
    // and its next start goes on from there, as after a death.
    std::shared_ptr<Cancellation> ending = std::make_shared<Cancellation>();
};

// Files that are written for a transaction, once all of it was checked.
class WrittenFiles {
public:
    virtual ~WrittenFiles() = default;

    // They hold what they held before, but for those that somebody else has written meanwhile.
    virtual Task<> put_back() = 0;
};

class TransactionHost {
public:
    virtual ~TransactionHost() = default;

    // There is something to do, and it begins now.
    virtual void started(const ReloadId& id, const Plan& plan) = 0;
    // The problem, at the place of a definition's key: for what is found out late.
    [[nodiscard]] virtual Problem problem_at(const std::string& key, std::string message) const = 0;
};

struct Transaction {
    ReloadId id;
    std::string project;
    std::optional<Trigger> trigger;
    AskedBy caller; // of a request
    Plan plan;      // what the steps were made of, in its order
    Steps steps;
    Interruptions interruptions;
    // They are there: nothing is checked any more, all steps stand and fall together, and before
    // one is undone the files are put back. nullptr: the files are a person's. Outlives it.
    WrittenFiles* written = nullptr;
};

// `duration` of the outcome is left to the caller, who has the clock.
Task<Outcome> run_transaction(Transaction transaction, TransactionHost& host);

} // namespace hotreload
