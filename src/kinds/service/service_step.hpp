// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The step of a service: its action on a unit, and all that belongs to it: sockets, views, the
// proof, and the record.

#include "core/record_step.hpp"
#include "kinds/service/action.hpp"

#include <memory>
#include <string>

namespace hotreload::service {

class ServiceStep final : public RecordStep {
public:
    ServiceStep(StepInput input, StepHost& host, const KindPorts& ports);

    // A restart for the sake of files alone: what a newer change replaces is the process, and what
    // it would go back to is the same program as before.
    [[nodiscard]] bool may_be_handed_over() const override;

    Task<Verdict> check() override;
    Task<Verdict> prepare() override;
    void reserve() override;
    Task<std::optional<Problem>> apply() override;
    [[nodiscard]] bool has_proof() const override;
    Task<std::optional<Problem>> prove(Cancellation& hurry) override;
    Task<bool> gives_way() override;
    MemberOutcome commit() override;
    Task<> finish() override;
    [[nodiscard]] bool is_done_for_good() const override;
    void remember_failure() override;
    Task<Ending> undo(const Failed& failed, bool begun) override;
    Task<Ending> prove_undone(Ending ending, Cancellation& hurry) override;
    Task<Problem> explain_failure(Problem problem) override;
    void hand_over() override;
    [[nodiscard]] MemberOutcome outcome(ReloadResult result,
                                        std::optional<Problem> problem) const override;
    void release(Keep keep) override;

private:
    [[nodiscard]] Views::Kept kept() const;
    Task<Result<>> act();
    Task<Result<>> until_ready();
    [[nodiscard]] std::string hint() const;
    [[nodiscard]] const Change* change_on_disk() const;
    [[nodiscard]] bool stays_down() const;
    [[nodiscard]] std::string put_back_text(const std::string& culprit) const;
    [[nodiscard]] std::string given_way_text() const;

    ActionContext own_;
    const ActionHandler* handler_; // nullptr: no unit is touched
    std::string note_;             // of the check
    std::string failed_invocation_;
    std::uint64_t failed_usec_ = 0; // CLOCK_REALTIME
};

} // namespace hotreload::service
