// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The step of a service: its action on a unit, and all that belongs to it: sockets, views, the
// proof, and the record.

#include "core/service_host.hpp"
#include "core/step.hpp"
#include "service/action.hpp"

#include <memory>
#include <string>

namespace hotreload::service {

class ServiceStep final : public Step {
public:
    ServiceStep(ActionContext context, ServiceHost& host);

    [[nodiscard]] const ServicePlan& plan() const override { return own_.plan; }
    [[nodiscard]] bool acts() const override;
    [[nodiscard]] Links links() const override;
    [[nodiscard]] bool ends() const override { return own_.plan.action == Action::Stop; }
    // A restart for the sake of files alone: what a newer change replaces is the process, and what
    // it would go back to is the same program as before.
    [[nodiscard]] bool may_be_handed_over() const override;

    ServiceOutcome leave() override;
    Task<Verdict> check() override;
    Verdict prepare() override;
    void reserve() override;
    Task<std::optional<Problem>> apply() override;
    [[nodiscard]] bool has_proof() const override;
    Task<std::optional<Problem>> prove(Cancellation& hurry) override;
    Task<bool> gives_way() override;
    ServiceOutcome commit() override;
    Task<> finish() override;
    [[nodiscard]] bool is_done_for_good() const override;
    void remember_failure() override;
    Task<Ending> undo(const Failed& failed, bool begun) override;
    Task<Ending> prove_undone(Ending ending, Cancellation& hurry) override;
    Task<Problem> explain_failure(Problem problem) override;
    void refuse(ReloadResult result, const Ending& ending, const std::string& because) override;
    void hand_over() override;
    [[nodiscard]] ServiceOutcome outcome(ReloadResult result,
                                         std::optional<Problem> problem) const override;
    void release(Keep keep) override;

private:
    [[nodiscard]] Views::Kept kept() const;
    [[nodiscard]] Problem at(std::string message) const;
    Task<Result<>> act();
    Task<Result<>> until_ready();
    [[nodiscard]] std::string hint() const;
    [[nodiscard]] const Change* change_on_disk() const;
    [[nodiscard]] std::string put_back_text(const std::string& culprit) const;
    [[nodiscard]] std::string given_way_text() const;

    ActionContext own_;
    ServiceHost& host_;
    const ActionHandler* handler_; // nullptr: no unit is touched
    std::string note_;             // of the check
    std::string failed_invocation_;
};

} // namespace hotreload::service
