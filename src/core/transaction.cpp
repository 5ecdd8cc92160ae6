// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/transaction.hpp"

#include "base/fault.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace hotreload {

namespace {

// Steps that stand and fall together, on their way through the transaction.
class Group {
public:
    Group(Steps steps, const Interruptions& interruptions, const TransactionHost& host,
          WrittenFiles* written)
        : steps_(std::move(steps)), interruptions_(interruptions), host_(host), written_(written) {}

    Task<std::vector<MemberOutcome>> run() {
        if (!written_) {
            const auto checked = co_await interruptions_.cancellation->unless(check());
            fault::point("validated");
            // Files that are not any more what was looked at: what is there now is looked at anew.
            if (!checked || moved_on_)
                co_return supersede();
            if (*checked)
                co_return refuse(**checked);
        }
        if (const auto failure = co_await prepare()) {
            release(Step::Keep::Applied);
            if (written_)
                co_await written_->put_back();
            co_return moved_on_ ? supersede() : refuse(*failure);
        }
        if (const auto failure = co_await apply()) {
            fault::point("failed");
            co_await roll_back(*failure);
            fault::point("rolled-back");
            release(Step::Keep::Applied);
            co_return std::move(outcomes_);
        }
        if (cut_short_) {
            if (applied_ == 0)
                release(Step::Keep::Applied);
            co_return supersede();
        }
        fault::point("proven");
        for (auto& step : steps_)
            if (unproven_) {
                step->hand_over();
                outcomes_.push_back(step->outcome(ReloadResult::Superseded, std::nullopt));
            } else {
                outcomes_.push_back(step->commit());
            }
        fault::point("committed");
        for (auto& step : steps_)
            co_await step->finish();
        release(Step::Keep::Wanted);
        fault::point("finished");
        co_return std::move(outcomes_);
    }

private:
    using Failure = Step::Failed;

    Task<std::optional<Failure>> check() {
        std::vector<Task<Verdict>> checks;
        for (const auto& step : steps_)
            checks.push_back(step->check());
        const auto verdicts = co_await when_all(std::move(checks));
        for (const auto& verdict : verdicts)
            moved_on_ |= verdict.moved_on;
        for (std::size_t i = 0; i < verdicts.size(); ++i)
            if (verdicts[i].problem)
                co_return Failure{steps_[i].get(), *verdicts[i].problem};
        co_return std::nullopt;
    }

    Task<std::optional<Failure>> prepare() {
        for (const auto& step : steps_)
            if (auto verdict = co_await step->prepare(); verdict.problem) {
                moved_on_ = verdict.moved_on;
                co_return Failure{step.get(), *std::move(verdict.problem)};
            }
        fault::point("prepared");
        co_return std::nullopt;
    }

    // A dependent starts only after what it depends on has, so one after another; they prove
    // themselves all at the same time.
    Task<std::optional<Failure>> apply() {
        for (; applied_ < steps_.size(); ++applied_) {
            if (interruptions_.ending->requested()) {
                cut_short_ = true;
                co_return std::nullopt;
            }
            auto& step = *steps_[applied_];
            step.reserve();
            auto problem = co_await step.apply();
            if (problem && !co_await step.gives_way())
                co_return Failure{&step, *std::move(problem)};
        }
        std::vector<Task<std::optional<Problem>>> proofs;
        std::vector<Step*> proven;
        for (const auto& step : steps_)
            if (step->has_proof()) {
                proofs.push_back(step->prove(*interruptions_.hurry));
                proven.push_back(step.get());
            }
        auto all = when_all(std::move(proofs));
        const bool may_end = steps_.size() == 1 && steps_.front()->may_be_handed_over();
        unproven_ = may_end && interruptions_.newer->requested();
        if (unproven_)
            co_return std::nullopt;
        std::optional<std::vector<std::optional<Problem>>> results;
        if (may_end)
            results = co_await interruptions_.newer->unless(std::move(all));
        else
            results = co_await std::move(all);
        unproven_ = !results;
        for (std::size_t i = 0; results && i < results->size(); ++i)
            if (!co_await proven[i]->gives_way() && (*results)[i])
                co_return Failure{proven[i], *std::move((*results)[i])};
        co_return std::nullopt;
    }

    Task<> roll_back(const Failure& failure) {
        if (written_)
            co_await written_->put_back();
        std::vector<std::optional<Ending>> endings(steps_.size()); // nullopt: it stays
        for (const auto& step : steps_)
            if (step.get() == failure.step)
                step->remember_failure();
        for (auto i = steps_.size(); i-- > 0;) {
            const bool begun = i <= std::min(applied_, steps_.size() - 1);
            const bool stays =
                steps_[i].get() != failure.step && i < applied_ && steps_[i]->is_done_for_good();
            if (!stays)
                endings[i] = co_await steps_[i]->undo(failure, begun);
        }
        std::vector<Task<Ending>> proofs;
        for (std::size_t i = 0; i < steps_.size(); ++i)
            if (endings[i])
                proofs.push_back(
                    steps_[i]->prove_undone(*std::move(endings[i]), *interruptions_.hurry));
        auto proved = co_await when_all(std::move(proofs));
        for (std::size_t i = 0, next = 0; i < steps_.size(); ++i)
            if (endings[i])
                endings[i] = std::move(proved[next++]);
        for (std::size_t i = 0; i < steps_.size(); ++i)
            if (steps_[i].get() == failure.step)
                endings[i]->problem =
                    co_await steps_[i]->explain_failure(std::move(endings[i]->problem));
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            auto& step = *steps_[i];
            if (!endings[i]) {
                outcomes_.push_back(step.commit());
                co_await step.finish();
                continue;
            }
            const auto& ending = *endings[i];
            const bool at_fault = &step == failure.step;
            step.refuse(ending.result == ReloadResult::Unchanged ? ReloadResult::HeldBack
                                                                 : ending.result,
                        ending, at_fault ? "" : failure.step->name());
            outcomes_.push_back(step.outcome(ending.result, ending.problem));
        }
    }

    std::vector<MemberOutcome> supersede() const {
        std::vector<MemberOutcome> outcomes;
        for (const auto& step : steps_)
            outcomes.push_back(step->outcome(ReloadResult::Superseded, std::nullopt));
        return outcomes;
    }

    // Nothing was touched.
    std::vector<MemberOutcome> refuse(const Failure& failure) const {
        std::vector<MemberOutcome> outcomes;
        const auto& culprit = failure.step->name();
        for (const auto& step : steps_) {
            const bool at_fault = step.get() == failure.step;
            const auto problem =
                at_fault
                    ? failure.problem
                    : host_.problem_at(step->key(), "untouched, because " + culprit + " is invalid")
                          .for_everybody();
            step->refuse(at_fault ? ReloadResult::Invalid : ReloadResult::HeldBack,
                         {.problem = problem}, at_fault ? "" : culprit);
            outcomes.push_back(
                step->outcome(at_fault ? ReloadResult::Invalid : ReloadResult::Unchanged, problem));
        }
        return outcomes;
    }

    void release(Step::Keep keep) {
        for (const auto& step : steps_)
            step->release(keep);
    }

    Steps steps_;
    const Interruptions& interruptions_;
    const TransactionHost& host_;
    WrittenFiles* const written_;
    bool moved_on_ = false;   // a file is not what was looked at
    bool unproven_ = false;   // a newer change is there
    bool cut_short_ = false;  // the daemon ends
    std::size_t applied_ = 0; // steps whose action was begun, the last one perhaps half-way
    std::vector<MemberOutcome> outcomes_;
};

// The result that matters most, of those that its services came to.
ReloadResult overall(const std::vector<MemberOutcome>& services) {
    constexpr std::array worst_first{ReloadResult::NeedsAttention,   ReloadResult::Failed,
                                     ReloadResult::RolledBack,       ReloadResult::Invalid,
                                     ReloadResult::StoppedMeanwhile, ReloadResult::Superseded,
                                     ReloadResult::Waiting};
    for (const auto result : worst_first)
        if (std::ranges::contains(services, result, &MemberOutcome::result))
            return result;
    const bool unchanged = std::ranges::all_of(services, [](const auto& each) {
        return each.result == ReloadResult::Unchanged || each.result == ReloadResult::Refused;
    });
    return unchanged ? ReloadResult::Unchanged : ReloadResult::Applied;
}

} // namespace

Task<Outcome> run_transaction(Transaction transaction, TransactionHost& host) {
    auto& [id, project, trigger, caller, plan, steps, interruptions, written] = transaction;
    Outcome outcome{.id = id, .project = project, .trigger = trigger, .caller = caller};
    if (plan.acts())
        host.started(id, plan);
    std::vector<std::unique_ptr<Group>> groups;
    std::vector<Task<std::vector<MemberOutcome>>> running;
    auto grouped = take_groups(steps, written ? Together::All : Together::Linked);
    std::map<std::string, MemberOutcome> ended;
    for (const auto& step : steps)
        ended[step->name()] = step->leave();
    for (auto& group : grouped) {
        groups.push_back(std::make_unique<Group>(std::move(group), interruptions, host, written));
        running.push_back(groups.back()->run());
    }
    for (auto& outcomes : co_await when_all(std::move(running)))
        for (auto& each : outcomes)
            ended[each.service] = std::move(each);
    for (const auto& planned : plan.services) {
        auto& each = ended.at(planned.service);
        if (each.problem && each.result != ReloadResult::Unchanged &&
            each.result != ReloadResult::Refused)
            outcome.problems.push_back(*each.problem);
        outcome.services.push_back(std::move(each));
    }
    outcome.result = overall(outcome.services);
    co_return outcome;
}

} // namespace hotreload
