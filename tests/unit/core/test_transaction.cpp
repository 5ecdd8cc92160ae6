// SPDX-License-Identifier: LGPL-2.1-or-later
// What a transaction does with steps, of whatever kind: here of one that writes down what is asked
// of it.
#include "core/transaction.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace hotreload {
namespace {

using Lines = std::vector<std::string>;

struct Script {
    Lines lines;
    std::set<std::string> fails; // "check a", "prepare a", "apply a", "prove a"

    std::optional<Problem> at(const std::string& what) {
        lines.push_back(what);
        return fails.contains(what) ? std::optional(Problem{.message = what + " failed"})
                                    : std::nullopt;
    }
};

class NotedStep final : public Step {
public:
    NotedStep(Script& script, MemberPlan plan, Links links)
        : script_(script),
          plan_(std::move(plan)),
          links_(std::move(links)),
          key_("noted." + plan_.service) {}

    [[nodiscard]] const MemberPlan& plan() const override { return plan_; }
    [[nodiscard]] const std::string& key() const override { return key_; }
    [[nodiscard]] bool acts() const override { return plan_.action != Action::None; }
    [[nodiscard]] Links links() const override { return links_; }
    [[nodiscard]] bool ends() const override { return plan_.action == Action::Stop; }
    [[nodiscard]] bool may_be_handed_over() const override { return false; }
    MemberOutcome leave() override { return outcome(ReloadResult::Unchanged, {}); }
    Task<Verdict> check() override { co_return Verdict{.problem = note("check"), .note = {}}; }
    Task<Verdict> prepare() override { co_return Verdict{.problem = note("prepare"), .note = {}}; }
    void reserve() override { note("reserve"); }
    Task<std::optional<Problem>> apply() override { co_return note("apply"); }
    [[nodiscard]] bool has_proof() const override { return !ends(); }
    Task<std::optional<Problem>> prove(Cancellation&) override { co_return note("prove"); }
    Task<bool> gives_way() override { co_return false; }
    MemberOutcome commit() override {
        note("commit");
        return outcome(ReloadResult::Applied, {});
    }
    Task<> finish() override {
        note("finish");
        co_return;
    }
    [[nodiscard]] bool is_done_for_good() const override { return false; }
    void remember_failure() override {}
    Task<Ending> undo(const Failed& failed, bool begun) override {
        note(begun ? "undo" : "pass");
        co_return Ending{.result = begun ? ReloadResult::RolledBack : ReloadResult::Unchanged,
                         .problem = failed.problem};
    }
    Task<Ending> prove_undone(Ending ending, Cancellation&) override { co_return ending; }
    Task<Problem> explain_failure(Problem problem) override {
        problem.message += ", explained";
        co_return problem;
    }
    void refuse(ReloadResult result, const Ending&, const std::string& because) override {
        note("refuse " + std::string(to_string(result)) +
             (because.empty() ? "" : " because of " + because) + " for");
    }
    void hand_over() override { note("hand over"); }
    [[nodiscard]] MemberOutcome outcome(ReloadResult result,
                                        std::optional<Problem> problem) const override {
        return {.service = plan_.service,
                .action = plan_.action,
                .result = result,
                .unit = {},
                .changes = {},
                .problem = std::move(problem),
                .note = {}};
    }
    void release(Keep keep) override { note(keep == Keep::Wanted ? "release old" : "release new"); }

private:
    std::optional<Problem> note(const std::string& what) {
        return script_.at(what + " " + plan_.service);
    }

    Script& script_;
    MemberPlan plan_;
    Links links_;
    std::string key_;
};

class Host final : public TransactionHost {
public:
    int begun = 0;
    void started(const ReloadId&, const Plan&) override { ++begun; }
    [[nodiscard]] Problem problem_at(const std::string&, std::string message) const override {
        return {.message = std::move(message)};
    }
};

class TransactionTest : public testing::Test {
protected:
    Script script;
    Host host;
    Transaction transaction{.id = {0, 1},
                            .project = "shop",
                            .trigger = Trigger::File,
                            .caller = {},
                            .plan = {},
                            .steps = {},
                            .interruptions = {}};

    void have(const std::string& name, Action action, Links links = {}) {
        MemberPlan plan;
        plan.service = name;
        plan.action = action;
        transaction.plan.services.push_back(plan);
        transaction.steps.push_back(std::make_unique<NotedStep>(script, plan, std::move(links)));
    }
    Outcome run() {
        auto task = run_transaction(std::move(transaction), host);
        task.start();
        EXPECT_TRUE(task.done());
        return task.take();
    }
    Lines lines_of(const std::string& word) const {
        Lines found;
        for (const auto& line : script.lines)
            if (line.starts_with(word + " "))
                found.push_back(line);
        return found;
    }
};

TEST_F(TransactionTest, steps_that_links_connect_go_through_each_stage_together) {
    have("a", Action::Restart);
    have("b", Action::Restart, {.after = {"a"}, .required = {}, .part_of = {}});
    EXPECT_EQ(run().result, ReloadResult::Applied);
    EXPECT_EQ(script.lines,
              (Lines{"check a", "check b", "prepare a", "prepare b", "reserve a", "apply a",
                     "reserve b", "apply b", "prove a", "prove b", "commit a", "commit b",
                     "finish a", "finish b", "release old a", "release old b"}));
    EXPECT_EQ(host.begun, 1);
}

TEST_F(TransactionTest, a_failure_is_undone_backwards_and_touches_no_other_group) {
    have("a", Action::Restart);
    have("b", Action::Restart, {.after = {"a"}, .required = {}, .part_of = {}});
    have("c", Action::Restart, {.after = {"b"}, .required = {}, .part_of = {}});
    have("other", Action::Restart);
    script.fails = {"apply b"};
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::RolledBack);
    EXPECT_EQ(lines_of("undo"), (Lines{"undo b", "undo a"}));
    EXPECT_EQ(lines_of("pass"), Lines{"pass c"});
    EXPECT_EQ(lines_of("commit"), Lines{"commit other"});
    EXPECT_EQ(lines_of("refuse"),
              (Lines{"refuse rolled-back because of b for a", "refuse rolled-back for b",
                     "refuse held-back because of b for c"}));
    EXPECT_EQ(outcome.services[1].problem->message, "apply b failed, explained");
}

TEST_F(TransactionTest, what_is_invalid_disturbs_nothing_of_its_group) {
    have("a", Action::Restart);
    have("b", Action::Restart, {.after = {"a"}, .required = {}, .part_of = {}});
    script.fails = {"check b"};
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Invalid);
    EXPECT_EQ(outcome.services[0].result, ReloadResult::Unchanged);
    EXPECT_TRUE(lines_of("apply").empty());
    EXPECT_EQ(lines_of("refuse"),
              (Lines{"refuse held-back because of b for a", "refuse invalid for b"}));
}

TEST_F(TransactionTest, what_could_not_be_prepared_lets_go_of_what_was) {
    have("a", Action::Restart);
    have("b", Action::Restart, {.after = {"a"}, .required = {}, .part_of = {}});
    script.fails = {"prepare b"};
    EXPECT_EQ(run().result, ReloadResult::Invalid);
    EXPECT_EQ(lines_of("release"), (Lines{"release new a", "release new b"}));
    EXPECT_TRUE(lines_of("reserve").empty());
}

TEST_F(TransactionTest, a_proof_that_fails_is_a_failure_of_its_step) {
    have("a", Action::Restart);
    script.fails = {"prove a"};
    EXPECT_EQ(run().result, ReloadResult::RolledBack);
    EXPECT_EQ(lines_of("undo"), Lines{"undo a"});
}

TEST_F(TransactionTest, what_ends_goes_first_and_backwards) {
    have("a", Action::Stop);
    have("b", Action::Stop, {.after = {"a"}, .required = {}, .part_of = {}});
    have("c", Action::Start, {.after = {"b"}, .required = {}, .part_of = {}});
    (void)run();
    EXPECT_EQ(lines_of("apply"), (Lines{"apply b", "apply a", "apply c"}));
}

TEST_F(TransactionTest, a_step_that_does_not_act_connects_nothing) {
    have("a", Action::Restart);
    have("b", Action::None, {.after = {"a"}, .required = {}, .part_of = {}});
    have("c", Action::Restart, {.after = {"b"}, .required = {}, .part_of = {}});
    script.fails = {"check a"};
    const auto outcome = run();
    EXPECT_EQ(outcome.services[1].result, ReloadResult::Unchanged);
    EXPECT_EQ(outcome.services[2].result, ReloadResult::Applied);
}

} // namespace
} // namespace hotreload
