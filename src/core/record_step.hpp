// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A step that keeps the record of its member, and does nothing else. The step of a kind is one that
// adds what the kind does: apply(), and of the rest what it has.

#include "core/kind.hpp"
#include "core/step.hpp"
#include "core/step_host.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace hotreload {

class RecordStep : public Step {
public:
    // `kind` is the member's. It and `host` outlive the step.
    RecordStep(StepInput input, const Kind& kind, StepHost& host);

    [[nodiscard]] const MemberPlan& plan() const override { return input_.plan; }
    [[nodiscard]] const std::string& key() const override { return key_; }
    [[nodiscard]] bool acts() const override;
    [[nodiscard]] Links links() const override;
    [[nodiscard]] bool ends() const override { return plan().action == Action::Stop; }
    [[nodiscard]] bool may_be_handed_over() const override { return false; }

    // When what was refused is gone, so is its error.
    MemberOutcome leave() override;
    // Refuses documents that cannot be parsed, or do not meet their schema.
    Task<Verdict> check() override;
    Task<Verdict> prepare() override { co_return Verdict(); }
    // Records what the member is to be given, before it may hold it, and tells that its action
    // begins.
    void reserve() override;
    [[nodiscard]] bool has_proof() const override { return false; }
    Task<std::optional<Problem>> prove(Cancellation& /*hurry*/) override { co_return std::nullopt; }
    Task<bool> gives_way() override { co_return false; }
    MemberOutcome commit() override;
    Task<> finish() override { co_return; }
    [[nodiscard]] bool is_done_for_good() const override { return false; }
    void remember_failure() override {}
    // Puts nothing back: what was begun may be done by half, and what was done stays done.
    Task<Ending> undo(const Failed& failed, bool begun) override;
    Task<Ending> prove_undone(Ending ending, Cancellation& /*hurry*/) override { co_return ending; }
    Task<Problem> explain_failure(Problem problem) override { co_return problem; }
    // Records the refusal. An earlier attempt may have left something in the member: a state that
    // was only checked does not take that away.
    void refuse(ReloadResult result, const Ending& ending, const std::string& because) override;
    void hand_over() override {}
    [[nodiscard]] MemberOutcome outcome(ReloadResult result,
                                        std::optional<Problem> problem) const override;
    void release(Keep /*keep*/) override {}

protected:
    [[nodiscard]] const MemberView& view() const { return input_.view; }
    [[nodiscard]] const StepInput& input() const { return input_; }
    // The record as it is now, or an empty one of the member's kind.
    [[nodiscard]] MemberRecord record() const;
    // The number of the next applied state.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] StepHost& host() const { return host_; }
    // A problem of the member, at `sub_key` of it ("ports"; "": of the member itself).
    [[nodiscard]] Problem problem(std::string message, std::string_view sub_key = "") const;
    // The record of the wanted state. `read`: the member was made to read its files for it.
    [[nodiscard]] MemberRecord applied(bool read, std::string strategy) const;
    // The files that a member has read which was made to read them: not those that were missing, or
    // half written. They are new to it when they are whole.
    [[nodiscard]] std::map<std::string, ContentId> files_read() const;
    // The refusal that stands for a state which the member may have from now on, whatever its
    // record says.
    [[nodiscard]] Refusal interrupted(std::map<std::string, ContentId> files) const;

private:
    StepInput input_;
    std::string key_;
    StepHost& host_;
    std::uint64_t generation_;
};

} // namespace hotreload
