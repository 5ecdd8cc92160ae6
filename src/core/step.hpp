// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Step is what a transaction orders: what is done to one member of a project, from its checks to
// its end.
// A transaction knows steps only; what a step acts on (a unit, its sockets and views) is the
// business of its kind.

#include "base/task.hpp"
#include "core/cancellation.hpp"
#include "core/links.hpp"
#include "core/outcome.hpp"
#include "core/plan.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// Verdict is what a check has found.
struct Verdict {
    std::optional<Problem> problem; // the first that there is
    bool moved_on = false;          // a file is not what was looked at any more
    std::string note;               // on what was checked, where it was not the snapshot
};

// Ending is how a step that was taken back has ended.
struct Ending {
    ReloadResult result = ReloadResult::Unchanged;
    Problem problem;
    bool attempted = false; // the member may hold what was taken back
    bool unproved = false;  // what was put back is a process that nobody has seen live
};

class Step {
public:
    virtual ~Step() = default;

    [[nodiscard]] virtual const MemberPlan& plan() const = 0;
    [[nodiscard]] const std::string& name() const { return plan().service; }
    // The key by which the project file declares the member: "services.web".
    [[nodiscard]] virtual const std::string& key() const = 0;
    // The step does something to the member or to its record.
    [[nodiscard]] virtual bool acts() const = 0;
    // The links by which the step stands and falls with others that act.
    [[nodiscard]] virtual Links links() const = 0;
    // The step ends something: it comes before all that begin, and in the opposite order.
    [[nodiscard]] virtual bool ends() const = 0;
    // The step's proof is not waited for by a newer change, which would undo the step anyhow.
    [[nodiscard]] virtual bool may_be_handed_over() const = 0;

    // The outcome of a step that does not act.
    virtual MemberOutcome leave() = 0;

    // These are done in this order; each is for all steps of a group before the next one begins,
    // but for reserve() and apply(), which are done step by step.

    // Finds out, side by side with others, what is wrong; nothing is touched.
    virtual Task<Verdict> check() = 0;
    // Does all that can fail, or takes time, and disturbs nobody.
    virtual Task<Verdict> prepare() = 0;
    // Puts on record what has to be there before anything is done.
    virtual void reserve() = 0;
    // Puts the wanted state into effect. A failure: undo() is called as well.
    virtual Task<std::optional<Problem>> apply() = 0;
    // Proves the wanted state, side by side with others. `hurry`: there is something newer, which
    // does not wait for what is only proved for want of something better. Not called where
    // has_proof() is false.
    [[nodiscard]] virtual bool has_proof() const = 0;
    virtual Task<std::optional<Problem>> prove(Cancellation& hurry) = 0;
    // Somebody else has ended what the step acts on: that is no failure, and is not undone. What
    // changed is recorded.
    virtual Task<bool> gives_way() = 0;
    // Makes the wanted state the applied one, on record and in what is told.
    virtual MemberOutcome commit() = 0;
    // Takes down, after the commit, what only undo() needed.
    virtual Task<> finish() = 0;

    // These are called instead of all that follows, when something has failed:

    // The step has done what it was to do, and stays so whatever others come to.
    [[nodiscard]] virtual bool is_done_for_good() const = 0;
    // The failure, before anything is put back.
    struct Failed {
        const Step* step; // may be this one
        Problem problem;
    };
    // Keeps, in the step that failed, what is to be known of the failure after undo().
    virtual void remember_failure() = 0;
    // Puts the applied state back. `begun`: apply() was, perhaps half-way.
    virtual Task<Ending> undo(const Failed& failed, bool begun) = 0;
    // Proves, side by side with others, that the process which was put back lives as long as one
    // that a change starts has to. Answers the ending as it is then.
    virtual Task<Ending> prove_undone(Ending ending, Cancellation& hurry) = 0;
    // The problem of the step that failed, with what the member said itself.
    virtual Task<Problem> explain_failure(Problem problem) = 0;
    // Refuses the wanted state until something changes or somebody asks. `result`: as on record;
    // `because`: the member that is at fault, "" for this one.
    virtual void refuse(ReloadResult result, const Ending& ending, const std::string& because) = 0;

    // Leaves the member to a newer change, which finds what is not proved.
    virtual void hand_over() = 0;

    // The outcome of the step, as it is told.
    [[nodiscard]] virtual MemberOutcome outcome(ReloadResult result,
                                                std::optional<Problem> problem) const = 0;

    // Lets go of what belongs to the state that is not the applied one (any more).
    enum class Keep { Applied, Wanted };
    virtual void release(Keep keep) = 0;
};

using Steps = std::vector<std::unique_ptr<Step>>;

// The steps that act, in groups of those that links connect, or all in one: they stand and fall
// together. Each
// group is in the order in which it is acted on: what ends something first and backwards, then as
// they are given. `steps` keeps those that do not act.
enum class Together { Linked, All };
std::vector<Steps> take_groups(Steps& steps, Together together = Together::Linked);

} // namespace hotreload
