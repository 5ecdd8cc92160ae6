// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// CandidateCommit brings what was handed over to the files: all is checked as if it were there, and
// only then written, for a transaction that is run over it. What does not come so far, and what the
// transaction does not hold with, is put back.

#include "base/task.hpp"
#include "core/events.hpp"
#include "core/kind.hpp"
#include "core/outcome.hpp"
#include "core/transaction.hpp"
#include "project/candidates.hpp"
#include "project/delivery.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"
#include "project/project_file.hpp"
#include "project/request.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::project {

// Documents that a look found changed: from what was applied to what is wanted, by path.
using Compared = std::map<std::string, std::pair<ContentId, ContentId>>;
using ComparedServices = std::map<std::string, Compared>;

class CandidateCommit {
public:
    // A transaction that nothing was done of yet.
    struct Begun {
        Transaction transaction;
        ComparedServices compared;
    };
    // What whoever leads the work does for it.
    class Host {
    public:
        virtual ~Host() = default;

        // nullopt of both: it was given up, for something that does not wait for it.
        virtual Task<std::optional<PlanInput>> see(Names services, PlanOptions options,
                                                   Rescan rescan, Looks::Handed handed) = 0;
        virtual Task<std::optional<std::vector<Verdict>>>
        check_all(Names services, std::vector<Task<Verdict>> checks) = 0;
        // What the request says of each service. Answers why it cannot be had.
        virtual Task<std::optional<Problem>> aim(const Request& request, const Names& asked,
                                                 PlanInput& input) = 0;
        virtual Begun begin(const Request& request, PlanInput input) = 0;
        // Why nothing new is begun any more, or the candidate is not gone on with in this run;
        // nullopt: it is.
        [[nodiscard]] virtual std::optional<Problem> ending(const ReloadId& candidate) const = 0;
    };
    struct Sees {
        Events& events;
        const Ledger& ledger;
        const ProjectFile& file;
        Looks& looks;
        Candidates& candidates;
        Delivery::Sees delivery;
    };

    // All of what it sees, and the host, outlive it.
    CandidateCommit(const Sees& sees, Host& host) : sees_(sees), host_(host) {}
    CandidateCommit(const CandidateCommit&) = delete;
    CandidateCommit& operator=(const CandidateCommit&) = delete;

    struct Written {
        Begun begun;
        std::unique_ptr<Delivery> delivery;
    };
    // Neither: it was given up, and is to begin again.
    struct Answer {
        std::optional<Written> written;
        std::optional<Outcome> refusal; // nothing of it is left on disk, as far as that can be
    };
    // `request` is of Apply, or of a candidate on record.
    Task<Answer> write(const Request& request, const Names& scope, const Names& asked);

    // The transaction has ended: what was handed over is in force, or what was there before is
    // back.
    void settle(Delivery& delivery, Outcome& outcome);

    // A candidate on record: what it has written is put back. Answers why it could not be, which is
    // tried again then.
    Task<std::optional<Problem>> give_up(ReloadId id);

private:
    // How contents came to the files.
    enum class Delivered { Yes, No, Again };
    struct Attempt; // at bringing them there

    Task<Delivered> attempt(const Request& request, const Names& scope, const Names& asked,
                            Attempt& attempt);
    Task<Delivered> check(const Names& scope, Attempt& attempt);
    Task<Delivered> deliver(const Request& request, const Names& scope, Attempt& attempt);
    [[nodiscard]] std::optional<Problem> why_put_back(const Request& request) const;
    [[nodiscard]] std::unique_ptr<Delivery> delivery_of(const Request& request) const;
    [[nodiscard]] Outcome refusal_of(const Transaction& transaction,
                                     const std::map<std::string, Problem>& problems) const;
    [[nodiscard]] Outcome failure_of(const Request& request, Problem problem) const;
    std::optional<Problem> end_of_putting_back(const Delivery& delivery);

    const Sees sees_;
    Host& host_;
};

} // namespace hotreload::project
