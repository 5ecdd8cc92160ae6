// SPDX-License-Identifier: LGPL-2.1-or-later
// Services in transactions.
#include "../core/fake_means.hpp"
#include "core/rehearsal.hpp"
#include "core/transaction.hpp"
#include "kinds/service/kind.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

using namespace hotreload;

namespace {

class FakeHost final : public TransactionHost, public StepHost {
public:
    std::map<std::string, std::optional<MemberRecord>> committed;
    std::map<std::string, std::vector<std::optional<MemberRecord>>> history; // of that
    int starts = 0;
    std::vector<std::string> acted;

    void started(const ReloadId&, const Plan&) override { ++starts; }
    void acting(const ReloadId&, const MemberPlan& plan) override { acted.push_back(plan.service); }
    void commit(const std::string& service, std::optional<MemberRecord> record) override {
        history[service].push_back(record);
        committed[service] = std::move(record);
    }
    std::optional<std::string> content(const ContentId&) const override { return std::nullopt; }
    Problem problem_at(const std::string&, std::string message) const override {
        return {"/shop/hotreload.toml", 7, 1, std::move(message)};
    }
    std::string distrust; // of every service's command
    Task<std::optional<Problem>> distrusted(const MemberDefinition& service,
                                            bool new_process) const override {
        if (distrust.empty() || !new_process)
            co_return std::nullopt;
        co_return problem_at("services." + service.name, distrust);
    }
    bool has_moved_on = false; // since it was checked
    Task<bool> moved_on(std::string) override { return finished(bool{has_moved_on}); }
    std::uint64_t realtime_usec() const override { return 42; }
};

class ServiceStepTest : public testing::Test {
protected:
    // A service that runs as generation 1.
    void have(const std::string& name, std::vector<std::string> after = {}) {
        auto& view = input.views[name];
        view.kind = &service::kind;
        MemberDefinition definition;
        definition.name = name;
        definition.command = {"/bin/" + name};
        definition.after = std::move(after);
        definition.watches = {{.files = {"/etc/" + name}}};
        view.wanted = definition;
        view.files = Snapshot{.files = {{"/etc/" + name, {1, 1, 1}}}};
        view.record = MemberRecord{.generation = 1,
                                   .last_used = 1,
                                   .unit = unit(name, 1),
                                   .definition = definition,
                                   .files = view.files->files};
        units.run(unit(name, 1));
        view.unit = units.state(unit(name, 1));
        input.order.push_back(name);
        input.project = "shop";
    }

    static std::string unit(const std::string& name, int generation) {
        return "hotreload-shop." + name + "@" + std::to_string(generation) + ".service";
    }

    // The same with a port, and a way to tell when it is ready.
    void have_port(const std::string& name) {
        have(name);
        auto& view = input.views[name];
        view.wanted->type = ServiceType::Notify;
        view.wanted->ports = {{.name = "http", .address = "127.0.0.1:80", .user = "", .group = ""}};
        view.record->definition = *view.wanted;
        sockets.opened[name] = {"127.0.0.1:80"};
    }

    // An installed unit that runs, with a pinned watch; as it is when it was never applied.
    void have_installed(const std::string& name) {
        have(name);
        auto& view = input.views[name];
        view.wanted->command.clear();
        view.wanted->unit = name + ".service";
        view.wanted->watches[0].pin = true;
        view.record.reset();
        units.run(name + ".service");
        view.unit = units.state(name + ".service");
        view.unit.can_reload = true;
    }

    // The same, when it is shown what was applied.
    void have_pinned(const std::string& name) {
        have_installed(name);
        auto& view = input.views[name];
        view.record = MemberRecord{.generation = 1,
                                   .last_used = 1,
                                   .unit = name + ".service",
                                   .view = unit(name, 1),
                                   .definition = *view.wanted,
                                   .files = view.files->files};
        views.shown[unit(name, 1)] = *view.files;
    }

    hotreload::Transaction transaction() { return transaction(kind_ports); }
    hotreload::Transaction transaction(const KindPorts& by) {
        hotreload::Transaction made{.id = {0, 5},
                                    .project = "shop",
                                    .trigger = Trigger::File,
                                    .caller = {},
                                    .plan = make_plan(input),
                                    .steps = {},
                                    .interruptions = interruptions};
        for (const auto& each : made.plan.services)
            made.steps.push_back(service::kind.make_step(
                {{0, 5}, "shop", each, input.views.at(each.service)}, host, by));
        return made;
    }

    Outcome run() {
        input.project = "shop";
        auto task = run_transaction(transaction(), host);
        task.start();
        EXPECT_TRUE(task.done());
        return task.take();
    }

    std::optional<Plan> rehearsed() {
        input.project = "shop";
        auto begun = transaction();
        auto task = rehearse(std::move(begun.plan), std::move(begun.steps), host);
        task.start();
        EXPECT_TRUE(task.done());
        return task.take();
    }

    const MemberOutcome& of(const Outcome& outcome, const std::string& name) {
        for (const auto& each : outcome.services)
            if (each.service == name)
                return each;
        throw std::out_of_range(name);
    }

    PlanInput input;
    Interruptions interruptions;
    test::FakeUnits units;
    test::FakeSockets sockets;
    test::FakeProbes probes;
    test::FakeViews views;
    Duration now{};
    const KindPorts kind_ports{units, sockets, probes, views,
                               [this] { return now += std::chrono::seconds(1); }};
    FakeHost host;
};

using Calls = std::vector<std::string>;

} // namespace

TEST_F(ServiceStepTest, without_a_change_touches_nothing_and_records_nothing) {
    have("web");
    EXPECT_EQ(run().result, ReloadResult::Unchanged);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_TRUE(host.committed.empty());
    EXPECT_EQ(host.starts, 0);
}

TEST_F(ServiceStepTest, restarts_as_a_new_unit_and_discards_the_old_one_after_the_commit) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Applied);
    EXPECT_EQ(units.calls, (Calls{"stop " + unit("web", 1), "start " + unit("web", 2),
                                  "discard " + unit("web", 1)}));
    const auto& record = *host.committed.at("web");
    EXPECT_EQ(record.generation, 2U);
    EXPECT_EQ(record.unit, unit("web", 2));
    EXPECT_EQ(record.definition, *input.views["web"].wanted);
    EXPECT_FALSE(record.underway);
}

TEST_F(ServiceStepTest, leaves_a_service_that_is_not_in_the_plan_alone) {
    have("web");
    have("db");
    input.views["web"].wanted->env["A"] = "b";
    run();
    for (const auto& call : units.calls)
        EXPECT_FALSE(call.contains("db")) << call;
}

TEST_F(ServiceStepTest, goes_back_to_the_generation_before_when_the_new_one_does_not_start) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.start_errors[unit("web", 2)] = "exit code 3";
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::RolledBack);
    EXPECT_EQ(units.calls, (Calls{"stop " + unit("web", 1), "start " + unit("web", 2),
                                  "discard " + unit("web", 2), "start " + unit("web", 1)}));
    const auto& record = *host.committed.at("web");
    EXPECT_EQ(record.generation, 1U);
    EXPECT_EQ(record.last_used, 2U);
    EXPECT_EQ(record.definition.env.count("A"), 0U);
    ASSERT_TRUE(record.refusal);
    EXPECT_EQ(record.refusal->problem.message, "exit code 3");
    EXPECT_TRUE(units.state(unit("web", 1)).running());
}

TEST_F(ServiceStepTest, goes_back_when_the_new_one_dies_while_it_is_watched) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.dies[unit("web", 2)] = "killed by SIGSEGV";
    EXPECT_EQ(run().result, ReloadResult::RolledBack);
    EXPECT_TRUE(units.state(unit("web", 1)).running());
}

TEST_F(ServiceStepTest, touches_nothing_when_a_validator_says_no) {
    have("web");
    input.views["web"].wanted->validate = {"/bin/check"};
    input.views["web"].wanted->env["A"] = "b";
    units.commands["/bin/check"] = {
        .reason = "exit code 1",
        .output = "nginx: [emerg] unknown directive in /etc/nginx/nginx.conf:12\n"};
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Invalid);
    EXPECT_TRUE(units.calls.empty());
    ASSERT_EQ(outcome.problems.size(), 1U);
    EXPECT_EQ(outcome.problems[0].path, "/etc/nginx/nginx.conf");
    EXPECT_EQ(outcome.problems[0].line, 12U);
    EXPECT_EQ(host.committed.at("web")->refusal->result, ReloadResult::Invalid);
    EXPECT_EQ(host.committed.at("web")->generation, 1U);
}

TEST_F(ServiceStepTest, runs_nothing_that_others_could_have_changed) {
    have("web");
    input.views["web"].wanted->validate = {"/bin/check"};
    input.views["web"].wanted->env["A"] = "b";
    host.distrust = "/srv can be changed by dev";
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Invalid);
    EXPECT_TRUE(units.calls.empty());
    ASSERT_EQ(outcome.problems.size(), 1U);
    EXPECT_EQ(outcome.problems[0].message, host.distrust);
}

TEST_F(ServiceStepTest, a_reload_runs_no_new_process_whose_program_could_have_been_changed) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload = view.record->definition.reload = {"/bin/reload"};
    view.files->files["/etc/web"] = {2, 2, 2};
    host.distrust = "/srv can be changed by dev";
    EXPECT_EQ(run().result, ReloadResult::Applied);
}

TEST_F(ServiceStepTest, tells_a_validator_which_files_changed) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->validate = view.record->definition.validate = {"/bin/check"};
    view.files->files["/etc/web"] = {2, 2, 2};
    run();
    ASSERT_EQ(units.requests.size(), 1U);
    EXPECT_EQ(units.requests[0].env.at("HOTRELOAD_CHANGED"), "/etc/web");
}

TEST_F(ServiceStepTest, starts_what_is_depended_on_first_and_leaves_the_dependent_when_it_fails) {
    have("db");
    have("web", {"db"});
    for (auto& [name, view] : input.views)
        view.wanted->env["A"] = "b";
    units.start_errors[unit("db", 2)] = "no";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "db").result, ReloadResult::RolledBack);
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Unchanged);
    for (const auto& call : units.calls)
        EXPECT_FALSE(call.contains(".web@")) << call;
    EXPECT_TRUE(host.committed.at("web")->refusal) << "or it would be tried alone";
}

TEST_F(ServiceStepTest, puts_back_what_was_done_before_in_its_group) {
    have("db");
    have("web", {"db"});
    for (auto& [name, view] : input.views)
        view.wanted->env["A"] = "b";
    units.start_errors[unit("web", 2)] = "no";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "db").result, ReloadResult::RolledBack);
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::RolledBack);
    EXPECT_TRUE(units.state(unit("db", 1)).running());
    EXPECT_TRUE(units.state(unit("web", 1)).running());
}

TEST_F(ServiceStepTest, does_not_let_one_group_fail_another) {
    have("db");
    have("web");
    for (auto& [name, view] : input.views)
        view.wanted->env["A"] = "b";
    units.start_errors[unit("db", 2)] = "no";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "db").result, ReloadResult::RolledBack);
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Applied);
}

TEST_F(ServiceStepTest, keeps_the_process_when_its_reload_fails) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload = view.record->definition.reload = {"/bin/reload"};
    view.files->files["/etc/web"] = {2, 2, 2};
    units.reload_errors[unit("web", 1)] = "ExecReload= failed: exit code 1";
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Failed);
    EXPECT_EQ(units.calls, (Calls{"reload " + unit("web", 1)}));
    EXPECT_EQ(host.committed.at("web")->files.at("/etc/web"), (ContentId{1, 1, 1}));
}

TEST_F(ServiceStepTest, sends_the_signal_where_the_unit_has_no_reload_of_its_own) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload_signal = view.record->definition.reload_signal = SIGUSR1;
    view.files->files["/etc/web"] = {2, 2, 2};
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Applied);
    EXPECT_EQ(units.calls, (Calls{"signal " + unit("web", 1) + " " + std::to_string(SIGUSR1)}));
    EXPECT_EQ(host.committed.at("web")->generation, 2U);
    EXPECT_EQ(host.committed.at("web")->unit, unit("web", 1));
}

TEST_F(ServiceStepTest, sets_live_properties_before_a_reload_that_comes_with_them) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload = view.record->definition.reload = {"/bin/reload"};
    view.files->files["/etc/web"] = {2, 2, 2};
    view.wanted->properties["MemoryMax"] = {"1G"};
    run();
    EXPECT_EQ(units.calls,
              (Calls{"set " + unit("web", 1) + " MemoryMax", "reload " + unit("web", 1)}));
}

TEST_F(ServiceStepTest, refuses_what_systemd_would_not_take_with_the_place_in_the_project_file) {
    have("web");
    input.views["web"].wanted->properties["MemoryMax"] = {"lots"};
    units.refused_properties = {{"MemoryMax", 0, 0, "Invalid memory limit 'lots'"}};
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Invalid);
    EXPECT_EQ(outcome.problems.at(0).line, 7U);
    EXPECT_TRUE(units.calls.empty());
}

TEST_F(ServiceStepTest, forgets_the_error_when_the_applied_state_is_back) {
    have("web");
    auto other = *input.views["web"].wanted;
    other.env["A"] = "b";
    input.views["web"].record->refusal = Refusal{other, {}, ReloadResult::Failed, {}};
    EXPECT_EQ(run().result, ReloadResult::Unchanged);
    EXPECT_FALSE(host.committed.at("web")->refusal);
    EXPECT_TRUE(units.calls.empty());
}

TEST_F(ServiceStepTest,
       keeps_the_applied_content_of_a_file_that_is_gone_as_long_as_nothing_is_read) {
    have("web");
    auto& view = input.views["web"];
    view.files->files.clear();
    view.files->missing = {"/etc/web"};
    view.wanted->properties["MemoryMax"] = {"64M"};
    run();
    EXPECT_EQ(host.committed.at("web")->files.at("/etc/web"), (ContentId{1, 1, 1}));
}

TEST_F(ServiceStepTest, that_made_a_service_read_without_a_file_has_not_applied_that_file) {
    have("web");
    auto& view = input.views["web"];
    view.files->files["/etc/half"] = {2, 2, 2};
    view.files->writing = {"/etc/half"};
    view.files->files.erase("/etc/web");
    view.files->missing = {"/etc/web"};
    view.wanted->env["A"] = "b";
    run();
    EXPECT_TRUE(host.committed.at("web")->files.empty());
}

TEST_F(ServiceStepTest, stops_what_was_removed_and_forgets_it) {
    have("web");
    input.views["web"].wanted.reset();
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Stopped);
    EXPECT_EQ(units.calls, (Calls{"stop " + unit("web", 1), "discard " + unit("web", 1)}));
    EXPECT_FALSE(host.committed.at("web"));
}

TEST_F(ServiceStepTest, takes_away_a_first_generation_that_did_not_start) {
    have("web");
    input.views["web"].record.reset();
    units.units.clear();
    input.views["web"].unit = {};
    units.start_errors[unit("web", 1)] = "cannot execute";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Failed);
    EXPECT_EQ(units.calls, (Calls{"start " + unit("web", 1), "discard " + unit("web", 1)}));
    EXPECT_EQ(host.committed.at("web")->generation, 0U);
    EXPECT_TRUE(host.committed.at("web")->refusal);
}

TEST_F(ServiceStepTest, that_is_given_up_while_it_checks_touches_nothing_and_records_nothing) {
    have("web");
    input.views["web"].wanted->validate = {"/bin/hangs"};
    input.views["web"].wanted->env["A"] = "b";
    units.hanging.insert("/bin/hangs");
    auto task = run_transaction(transaction(), host);
    task.start();
    ASSERT_FALSE(task.done());
    interruptions.cancellation->request();
    ASSERT_TRUE(task.done());
    const auto outcome = task.take();
    EXPECT_EQ(outcome.result, ReloadResult::Superseded);
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Superseded);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_TRUE(host.committed.empty());
    EXPECT_TRUE(host.acted.empty());
}

TEST_F(ServiceStepTest, that_acts_already_is_not_given_up) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    auto task = run_transaction(transaction(), host);
    task.start();
    interruptions.cancellation->request();
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take().result, ReloadResult::Applied);
    EXPECT_EQ(host.acted, std::vector<std::string>{"web"});
}

TEST_F(ServiceStepTest, is_not_begun_any_more_when_the_daemon_ends_and_what_was_done_is_on_record) {
    have("db");
    have("web");
    input.views["web"].wanted->after = {"db"};
    input.views["db"].wanted->env["A"] = input.views["web"].wanted->env["A"] = "b";
    units.slow_starts = true;
    auto task = run_transaction(transaction(), host);
    task.start();
    interruptions.ending->request();
    units.finish_starts();
    ASSERT_TRUE(task.done());
    const auto outcome = task.take();
    EXPECT_EQ(outcome.result, ReloadResult::Superseded);
    EXPECT_EQ(units.calls, (Calls{"stop " + unit("db", 1), "start " + unit("db", 2)}));
    EXPECT_TRUE(host.committed.at("db")->underway);
    EXPECT_EQ(host.committed.at("db")->generation, 1U);
    EXPECT_FALSE(host.committed.contains("web"));
}

TEST_F(ServiceStepTest, swaps_what_has_ports_and_leaves_the_old_generation_to_be_drained) {
    have_port("web");
    input.views["web"].wanted->env["A"] = "b";
    input.views["web"].wanted->drain = std::chrono::seconds(5);
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").action, Action::Swap);
    EXPECT_EQ(of(outcome, "web").gap, Duration::zero());
    EXPECT_EQ(units.calls, Calls{"start " + unit("web", 2)});
    ASSERT_EQ(units.generations.front().sockets.size(), 1U);
    EXPECT_EQ(units.generations.front().sockets.front().name, "http");
    const auto& record = *host.committed.at("web");
    EXPECT_EQ(record.unit, unit("web", 2));
    EXPECT_EQ(record.draining, (std::vector{Draining{1, unit("web", 1), std::chrono::seconds(5)}}));
}

TEST_F(ServiceStepTest,
       removes_a_generation_that_never_gets_ready_and_has_not_touched_the_old_one) {
    have_port("web");
    input.views["web"].wanted->env["A"] = "b";
    units.start_errors[unit("web", 2)] = "timeout: not ready within 10s";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::RolledBack);
    EXPECT_EQ(units.calls, (Calls{"start " + unit("web", 2), "discard " + unit("web", 2)}));
    // Was: it was swapped once more when the file was mended.
    EXPECT_FALSE(host.committed.at("web")->refusal->attempted) << "it holds nothing of that";
    EXPECT_TRUE(host.committed.at("web")->draining.empty());
    EXPECT_EQ(host.committed.at("web")->unit, unit("web", 1));
    EXPECT_EQ(sockets.opened["web"].size(), 1U);
}

TEST_F(ServiceStepTest, asks_the_probe_before_it_swaps) {
    have_port("web");
    auto& wanted = *input.views["web"].wanted;
    wanted.type = ServiceType::Exec;
    wanted.ready = ReadyProbe{.http = "", .tcp = "127.0.0.1:80", .command = {}};
    input.views["web"].record->definition = wanted;
    wanted.env["A"] = "b";
    probes.not_ready[unit("web", 2)] = "not ready within 10s: connection refused";
    const auto outcome = run();
    EXPECT_EQ(probes.asked, Calls{unit("web", 2)});
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::RolledBack);
    EXPECT_TRUE(of(outcome, "web").problem->message.contains("connection refused"));
    EXPECT_TRUE(units.state(unit("web", 1)).running());
}

TEST_F(ServiceStepTest, a_port_that_is_taken_is_an_error_before_anything_is_touched) {
    have_port("web");
    input.views["web"].wanted->ports[0].address = "127.0.0.1:81";
    sockets.taken["127.0.0.1:81"] = "127.0.0.1:81 is in use by nginx (PID 7)";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Invalid);
    EXPECT_TRUE(of(outcome, "web").problem->message.contains("nginx (PID 7)"));
    EXPECT_TRUE(units.calls.empty());
    EXPECT_EQ(sockets.opened["web"], Calls{"127.0.0.1:80"});
}

TEST_F(ServiceStepTest, a_port_that_moves_is_closed_where_it_was_when_the_next_generation_serves) {
    have_port("web");
    input.views["web"].wanted->ports[0].address = "127.0.0.1:81";
    EXPECT_EQ(run().result, ReloadResult::Applied);
    EXPECT_EQ(sockets.opened["web"], Calls{"127.0.0.1:81"});
}

TEST_F(ServiceStepTest, a_port_that_was_to_move_is_closed_again_when_it_fails) {
    have_port("web");
    input.views["web"].wanted->ports[0].address = "127.0.0.1:81";
    units.start_errors[unit("web", 2)] = "exit code 1";
    EXPECT_EQ(run().result, ReloadResult::RolledBack);
    EXPECT_EQ(sockets.opened["web"], Calls{"127.0.0.1:80"});
}

TEST_F(ServiceStepTest, a_port_in_place_of_another_is_opened_when_the_old_generation_has_ended) {
    have_port("web");
    input.views["web"].wanted->ports[0].address = "[::]:80";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Applied);
    EXPECT_EQ(of(outcome, "web").action, Action::Restart);
    EXPECT_EQ(units.calls, (Calls{"stop " + unit("web", 1), "discard " + unit("web", 1),
                                  "start " + unit("web", 2), "discard " + unit("web", 1)}));
    EXPECT_EQ(sockets.opened["web"], Calls{"[::]:80"});
}

TEST_F(ServiceStepTest, a_port_in_place_of_another_gives_it_back_when_it_fails) {
    have_port("web");
    input.views["web"].wanted->ports[0].address = "[::]:80";
    units.start_errors[unit("web", 2)] = "exit code 1";
    EXPECT_EQ(run().result, ReloadResult::RolledBack);
    EXPECT_EQ(units.calls.back(), "start " + unit("web", 1));
    EXPECT_EQ(sockets.opened["web"], Calls{"127.0.0.1:80"});
}

TEST_F(ServiceStepTest, a_port_beside_one_in_place_of_another_is_tried_before_anything_is_touched) {
    have_port("web");
    auto& ports = input.views["web"].wanted->ports;
    ports[0].address = "[::]:80";
    ports.push_back({.name = "admin", .address = "[::]:81", .user = "", .group = ""});
    sockets.taken["[::]:81"] = "in use";
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Invalid);
    EXPECT_TRUE(units.calls.empty());
}

TEST_F(ServiceStepTest, measures_how_long_nobody_served) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    EXPECT_EQ(of(run(), "web").gap, std::chrono::seconds(1));
}

TEST_F(ServiceStepTest, that_cannot_be_undone_needs_attention) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.start_errors[unit("web", 1)] = "no such file";
    units.start_errors[unit("web", 2)] = "exit code 1";
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::NeedsAttention);
    const auto& problem = *of(outcome, "web").problem;
    EXPECT_TRUE(problem.message.contains("exit code 1")) << problem.message;
    EXPECT_TRUE(problem.message.contains("no such file")) << problem.message;
    EXPECT_EQ(host.committed.at("web")->refusal->result, ReloadResult::NeedsAttention);
}

TEST_F(ServiceStepTest, what_was_put_back_is_not_in_order_before_it_was_seen_to_live) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.start_errors[unit("web", 2)] = "exit code 1";
    units.dies[unit("web", 1)] = "killed by SIGSEGV";
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::NeedsAttention);
    const auto& problem = *of(outcome, "web").problem;
    EXPECT_TRUE(problem.message.contains("exit code 1")) << problem.message;
    EXPECT_TRUE(problem.message.contains("killed by SIGSEGV")) << problem.message;
}

TEST_F(ServiceStepTest, is_superseded_when_a_file_is_not_any_more_what_was_looked_at) {
    have("web");
    input.views["web"].wanted->validate = {"/bin/check"};
    input.views["web"].wanted->env["A"] = "b";
    views.moved_on = true;
    EXPECT_EQ(run().result, ReloadResult::Superseded);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_TRUE(host.committed.empty());
}

TEST_F(ServiceStepTest, is_superseded_when_a_file_changes_while_its_validator_runs) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload_signal = view.record->definition.reload_signal = SIGHUP;
    view.wanted->validate = view.record->definition.validate = {"/bin/check"};
    view.files->files["/etc/web"] = {2, 2, 2};
    host.has_moved_on = true;
    EXPECT_EQ(run().result, ReloadResult::Superseded);
    EXPECT_EQ(units.requests.size(), 1U); // the validator's
    EXPECT_TRUE(host.acted.empty());
    EXPECT_TRUE(host.committed.empty());
    view.wanted->validate.clear(); // nothing was checked
    EXPECT_EQ(run().result, ReloadResult::Applied);
}

TEST_F(ServiceStepTest, shows_a_validator_the_snapshot_at_the_live_paths) {
    have("web");
    input.views["web"].wanted->validate = {"/bin/check"};
    input.views["web"].wanted->env["A"] = "b";
    run();
    const auto& request = units.requests.front();
    EXPECT_EQ(request.binds,
              (std::vector{Bind{"/views/" + request.unit + "/etc", "/etc/app", true}}));
    EXPECT_EQ(request.env.at("HOTRELOAD_SNAPSHOT"), "/views/" + request.unit);
    EXPECT_TRUE(views.shown.empty()) << "the view is gone with the validator";
}

TEST_F(ServiceStepTest, says_when_a_validator_saw_the_live_files) {
    have("web");
    input.views["web"].wanted->validate = {"/bin/check"};
    input.views["web"].wanted->env["A"] = "b";
    units.commands["/bin/check"] = {.reason = "226", .no_namespace = true};
    run();
    ASSERT_EQ(units.requests.size(), 2U);
    EXPECT_TRUE(units.requests.back().binds.empty());
}

TEST_F(ServiceStepTest, a_pinned_service_is_shown_what_it_is_made_to_read) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->watches[0].pin = true;
    view.wanted->reload_signal = SIGHUP;
    view.record->definition = *view.wanted;
    views.shown[unit("web", 1)] = *view.files;
    view.files->files["/etc/web"] = {2, 2, 2};
    EXPECT_EQ(of(run(), "web").action, Action::Reload);
    EXPECT_EQ(views.shown[unit("web", 1)].files.at("/etc/web"), (ContentId{2, 2, 2}));
}

TEST_F(ServiceStepTest, a_pinned_service_is_shown_what_was_applied_when_its_reload_fails) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->watches[0].pin = true;
    view.wanted->reload = {"/bin/reload"};
    view.record->definition = *view.wanted;
    views.shown[unit("web", 1)] = *view.files;
    view.files->files["/etc/web"] = {2, 2, 2};
    units.reload_errors[unit("web", 1)] = "exit code 1";
    EXPECT_EQ(of(run(), "web").result, ReloadResult::RolledBack);
    EXPECT_EQ(views.shown[unit("web", 1)].files.at("/etc/web"), (ContentId{1, 1, 1}));
}

TEST_F(ServiceStepTest, has_on_record_what_it_is_about_to_do) {
    have("web");
    have("old");
    input.views["web"].wanted->properties["MemoryMax"] = {"512M"};
    input.views["old"].wanted.reset();
    run();
    ASSERT_EQ(host.history["web"].size(), 2U);
    const auto& given = host.history["web"].front()->refusal;
    ASSERT_TRUE(given);
    EXPECT_TRUE(given->interrupted());
    EXPECT_EQ(given->definition, *input.views["web"].wanted);
    EXPECT_FALSE(host.committed["web"]->refusal);
    ASSERT_EQ(host.history["old"].size(), 2U);
    EXPECT_TRUE(host.history["old"].front()->underway);
    EXPECT_FALSE(host.committed["old"]);
}

TEST_F(ServiceStepTest, a_start_of_what_was_cut_short_goes_back_to_what_was_applied) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->env["A"] = "b";
    view.record->underway = view.interrupted = true;
    units.stop_unit(unit("web", 1)).start();
    view.unit = units.state(unit("web", 1));
    units.start_errors[unit("web", 2)] = "exit code 3";
    EXPECT_EQ(run().result, ReloadResult::RolledBack);
    EXPECT_EQ(units.calls.back(), "start " + unit("web", 1));
    EXPECT_EQ(host.committed["web"]->unit, unit("web", 1));
}

// Was: it was told to be rolled back, as if the generation before served again.
TEST_F(ServiceStepTest, a_start_that_fails_leaves_a_stopped_service_down_and_says_so) {
    have("web");
    auto& view = input.views["web"];
    units.stop_unit(unit("web", 1)).start();
    view.unit = units.state(unit("web", 1));
    view.options = PlanOptions{.start = true};
    units.start_errors[unit("web", 2)] = "exit code 3";
    EXPECT_EQ(run().result, ReloadResult::Failed);
    EXPECT_FALSE(units.state(unit("web", 1)).running());
}

// Was: a death in the middle of a start was taken for one in the middle of a stop, which was
// finished.
TEST_F(ServiceStepTest, a_service_that_is_started_is_wanted_from_the_beginning) {
    have("web");
    auto& view = input.views["web"];
    units.stop_unit(unit("web", 1)).start();
    view.unit = units.state(unit("web", 1));
    view.record->wanted = false;
    view.options = PlanOptions{.start = true};
    units.start_errors[unit("web", 2)] = "exit code 3";
    EXPECT_EQ(run().result, ReloadResult::Failed);
    EXPECT_TRUE(host.history["web"].front()->wanted);
    EXPECT_TRUE(host.history["web"].front()->underway);
    EXPECT_FALSE(host.committed["web"]->wanted); // it could not be had
}

// Was: it was told to be rolled back, while the other instances ran with the new content.
TEST_F(ServiceStepTest, an_instance_that_does_not_start_again_leaves_the_others_as_they_are) {
    have_pinned("web");
    auto& view = input.views["web"];
    view.wanted->unit = view.record->unit = "web@*.service";
    view.wanted->watches[0].pin = false;
    view.wanted->strategy = Strategy::Restart;
    view.record->definition = *view.wanted;
    view.record->view = "";
    units.run("web@*.service");
    view.unit = units.state("web@*.service");
    view.files->files["/etc/web"] = {2, 2, 2};
    units.dies["web@*.service"] = "web@b.service: exit code 3";
    EXPECT_NE(run().result, ReloadResult::RolledBack);
}

TEST_F(ServiceStepTest, restarts_what_follows_a_service_that_is_restarted) {
    have("db");
    have("web");
    have("log");
    input.views["web"].wanted->part_of = {"db"};
    input.views["web"].record->definition = *input.views["web"].wanted;
    input.views["db"].wanted->env["A"] = "b";
    EXPECT_EQ(run().result, ReloadResult::Applied);
    EXPECT_EQ(units.calls, (Calls{"stop " + unit("db", 1), "start " + unit("db", 2),
                                  "stop " + unit("web", 1), "start " + unit("web", 2),
                                  "discard " + unit("db", 1), "discard " + unit("web", 1)}));
}

TEST_F(ServiceStepTest, an_installed_unit_is_restarted_to_be_shown_what_is_pinned) {
    have_installed("web");
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Applied);
    EXPECT_EQ(units.calls, (Calls{"show web.service", "restart web.service"}));
    EXPECT_EQ(units.shown["web.service"], (Calls{"/views/" + unit("web", 1) + "/etc at /etc/app"}));
    EXPECT_EQ(host.committed["web"]->view, unit("web", 1));
    EXPECT_TRUE(views.shown.contains(unit("web", 1)));
}

TEST_F(ServiceStepTest, an_installed_unit_that_does_not_run_is_shown_it_from_its_next_start_on) {
    have_installed("web");
    units.units["web.service"].active_state = "inactive";
    input.views["web"].unit = units.state("web.service");
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Recorded);
    EXPECT_EQ(units.calls, (Calls{"show web.service"}));
    EXPECT_EQ(host.committed["web"]->view, unit("web", 1));
}

TEST_F(ServiceStepTest, an_installed_unit_that_does_not_start_with_what_is_pinned_goes_on_without) {
    have_installed("web");
    units.next_start_errors["web.service"] = "exit code 1";
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Failed);
    EXPECT_EQ(units.calls, (Calls{"show web.service", "restart web.service", "unshow web.service",
                                  "restart web.service"}));
    EXPECT_TRUE(views.shown.empty());
    EXPECT_EQ(host.committed["web"]->view, "");
}

TEST_F(ServiceStepTest, an_installed_unit_whose_restart_is_refused_has_lost_nothing) {
    have_installed("web");
    units.refuses["web.service"] = "Unit web.service is masked";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Failed);
    EXPECT_EQ(of(outcome, "web").problem->message, "Unit web.service is masked");
    EXPECT_EQ(of(outcome, "web").gap, Duration::zero());
    EXPECT_EQ(units.calls,
              (Calls{"show web.service", "restart web.service", "unshow web.service"}));
    EXPECT_TRUE(views.shown.empty());
}

TEST_F(ServiceStepTest, a_pinned_installed_unit_keeps_its_view_while_its_files_change) {
    have_pinned("web");
    input.views["web"].files->files["/etc/web"] = {2, 2, 2};
    EXPECT_EQ(of(run(), "web").action, Action::Reload);
    EXPECT_EQ(units.calls, (Calls{"reload web.service"}));
    EXPECT_EQ(views.shown[unit("web", 1)].files.at("/etc/web"), (ContentId{2, 2, 2}));
    EXPECT_EQ(host.committed["web"]->view, unit("web", 1));
}

TEST_F(ServiceStepTest, a_pinned_installed_unit_that_fails_is_restarted_with_what_was_applied) {
    have_pinned("web");
    auto& view = input.views["web"];
    view.files->files["/etc/web"] = {2, 2, 2};
    view.wanted->strategy = Strategy::Restart;
    view.record->definition = *view.wanted;
    units.next_start_errors["web.service"] = "exit code 1";
    EXPECT_EQ(of(run(), "web").result, ReloadResult::RolledBack);
    EXPECT_EQ(units.calls, (Calls{"restart web.service", "restart web.service"}));
    EXPECT_EQ(views.shown[unit("web", 1)].files.at("/etc/web"), (ContentId{1, 1, 1}));
    // Was: it was restarted once more when the file was mended.
    EXPECT_FALSE(host.committed.at("web")->refusal->attempted) << "it holds nothing of that";
}

TEST_F(ServiceStepTest, what_cannot_be_shown_to_an_installed_unit_is_refused_before_it_is_touched) {
    have_installed("web");
    views.target = "/etc/\"app\"";
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Invalid);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_TRUE(views.shown.empty());
}

TEST_F(ServiceStepTest, other_pinned_watches_are_shown_beside_the_old_view_until_the_commit) {
    have_pinned("web");
    auto& view = input.views["web"];
    view.wanted->watches.push_back({.files = {"/etc/more"}, .pin = true});
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Applied);
    EXPECT_EQ(units.calls, (Calls{"show web.service", "restart web.service"}));
    EXPECT_EQ(host.committed["web"]->view, unit("web", 2));
    EXPECT_EQ(views.names(), (Calls{unit("web", 2)}));
}

TEST_F(ServiceStepTest, what_else_changes_of_a_pinned_watch_disturbs_nobody) {
    have_pinned("web");
    input.views["web"].wanted->watches[0].debounce = std::chrono::seconds(3);
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Recorded);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_EQ(host.committed["web"]->view, unit("web", 1));
    EXPECT_EQ(views.names(), (Calls{unit("web", 1)}));
}

TEST_F(ServiceStepTest, other_pinned_watches_that_fail_leave_the_old_view) {
    have_pinned("web");
    auto& view = input.views["web"];
    view.wanted->watches.push_back({.files = {"/etc/more"}, .pin = true});
    units.next_start_errors["web.service"] = "exit code 1";
    EXPECT_EQ(of(run(), "web").result, ReloadResult::RolledBack);
    EXPECT_EQ(units.shown["web.service"], (Calls{"/views/" + unit("web", 1) + "/etc at /etc/app"}));
    EXPECT_EQ(host.committed["web"]->view, unit("web", 1));
    EXPECT_EQ(views.names(), (Calls{unit("web", 1)}));
}

TEST_F(ServiceStepTest,
       an_installed_unit_that_is_pinned_no_longer_reads_the_disk_in_a_new_process) {
    have_pinned("web");
    input.views["web"].wanted->watches[0].pin = false;
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Applied);
    EXPECT_EQ(units.calls, (Calls{"unshow web.service", "restart web.service"}));
    EXPECT_TRUE(views.shown.empty());
    EXPECT_EQ(host.committed["web"]->view, "");
}

TEST_F(ServiceStepTest, a_pinned_installed_unit_is_let_go_of_in_a_new_process) {
    have_pinned("web");
    input.views["web"].wanted.reset();
    EXPECT_EQ(of(run(), "web").result, ReloadResult::LetGo);
    EXPECT_EQ(units.calls, (Calls{"unshow web.service", "restart web.service"}));
    EXPECT_TRUE(views.shown.empty());
    EXPECT_FALSE(host.committed["web"]);
}

TEST_F(ServiceStepTest, a_pinned_installed_unit_whose_files_have_moved_on_is_not_let_go_of) {
    have_pinned("web");
    input.views["web"].wanted.reset();
    views.moved_on = true;
    EXPECT_EQ(of(run(), "web").result, ReloadResult::RolledBack);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_EQ(views.names(), (Calls{unit("web", 1)}));
    input.views["web"].record = host.committed["web"];
    EXPECT_EQ(of(run(), "web").action, Action::Refused) << "it is not tried again and again";
    input.options.retry = true;
    EXPECT_EQ(of(run(), "web").action, Action::Stop);
}

TEST_F(ServiceStepTest, a_pinned_installed_unit_that_cannot_read_the_disk_is_not_let_go_of) {
    have_pinned("web");
    input.views["web"].wanted.reset();
    units.next_start_errors["web.service"] = "exit code 1";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::RolledBack);
    EXPECT_NE(of(outcome, "web").problem->message.find("put those on disk right"),
              std::string::npos);
    EXPECT_EQ(units.calls, (Calls{"unshow web.service", "restart web.service", "show web.service",
                                  "start_unit web.service"}));
    EXPECT_EQ(views.names(), (Calls{unit("web", 1)}));
}

TEST_F(ServiceStepTest, a_service_that_dies_of_its_reload_signal_has_failed_and_is_started_again) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload_signal = view.record->definition.reload_signal = SIGHUP;
    view.files->files["/etc/web"] = {2, 2, 2};
    // The manager has it as a clean exit.
    units.ended_by_signal[unit("web", 1)] = {.load_state = "loaded",
                                             .active_state = "inactive",
                                             .exec_main_code = CLD_KILLED,
                                             .exec_main_status = SIGHUP,
                                             .end = UnitEnd::ByItself};
    const auto outcome = run();
    EXPECT_EQ(outcome.result, ReloadResult::Failed);
    EXPECT_EQ(units.calls.back(), "start " + unit("web", 1));
    EXPECT_EQ(host.committed.at("web")->generation, 1U);
    const auto& message = of(outcome, "web").problem->message;
    EXPECT_TRUE(message.contains("killed by SIGHUP")) << message;
    EXPECT_TRUE(message.contains("generation 1 was started again")) << message;
}

TEST_F(ServiceStepTest, a_restart_by_the_manager_is_no_reload) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload_signal = view.record->definition.reload_signal = SIGHUP;
    view.files->files["/etc/web"] = {2, 2, 2};
    units.ended_by_signal[unit("web", 1)] = {
        .load_state = "loaded", .active_state = "active", .main_pid = 7, .restarts = 1};
    EXPECT_EQ(run().result, ReloadResult::Failed);
    EXPECT_EQ(units.calls.size(), 1U) << "it runs: nothing is to be put back";
}

TEST_F(ServiceStepTest, gives_a_reload_that_proves_nothing_a_moment_to_fail) {
    have("signalled");
    have("told");
    have("asked");
    auto& seen = input.views;
    seen["signalled"].wanted->reload_signal = SIGHUP;
    seen["told"].wanted->type = ServiceType::NotifyReload;
    seen["asked"].wanted->reload_signal = SIGHUP;
    seen["asked"].wanted->verify = std::chrono::seconds(3);
    for (auto& [name, view] : seen) {
        view.record->definition = *view.wanted;
        view.files->files["/etc/" + name] = {2, 2, 2};
    }
    EXPECT_EQ(run().result, ReloadResult::Applied);
    EXPECT_EQ(units.verified,
              (std::vector<Duration>{std::chrono::seconds(3), std::chrono::milliseconds(100),
                                     Duration::zero()}));
}

TEST_F(ServiceStepTest, what_somebody_stops_while_it_is_reloaded_stays_stopped) {
    for (const std::string when : {"reload", "verify"}) {
        have("web");
        auto& view = input.views["web"];
        view.wanted->reload = view.record->definition.reload = {"/bin/reload"};
        view.files->files["/etc/web"] = {2, 2, 2};
        units.stopped_by_others_in[unit("web", 1)] = when;
        const auto outcome = run();
        EXPECT_EQ(outcome.result, ReloadResult::StoppedMeanwhile);
        ASSERT_TRUE(of(outcome, "web").problem);
        EXPECT_EQ(units.calls, (Calls{"reload " + unit("web", 1)})) << when;
        const auto& record = *host.committed.at("web");
        EXPECT_EQ(record.definition, *view.wanted);
        EXPECT_FALSE(record.refusal);
        EXPECT_FALSE(record.underway);
        units.calls.clear();
        input.order.clear();
    }
}

TEST_F(ServiceStepTest,
       what_somebody_stops_while_its_change_is_checked_is_not_started_by_a_restart) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.units[unit("web", 1)].active_state = "inactive";
    units.units[unit("web", 1)].end = UnitEnd::Others;
    EXPECT_EQ(run().result, ReloadResult::StoppedMeanwhile);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_TRUE(host.acted.empty());
    EXPECT_EQ(host.committed.at("web")->unit, unit("web", 1));
}

TEST_F(ServiceStepTest, what_somebody_stops_after_its_restart_stays_stopped) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.stopped_by_others_in[unit("web", 2)] = "verify";
    EXPECT_EQ(run().result, ReloadResult::StoppedMeanwhile);
    EXPECT_EQ(host.committed.at("web")->unit, unit("web", 2));
    EXPECT_FALSE(units.state(unit("web", 2)).running());
    EXPECT_FALSE(units.state(unit("web", 1)).running());
}

TEST_F(ServiceStepTest, an_installed_unit_that_somebody_stops_while_it_is_restarted_stays_stopped) {
    have_pinned("web");
    auto& view = input.views["web"];
    view.files->files["/etc/web"] = {2, 2, 2};
    view.wanted->strategy = Strategy::Restart;
    view.record->definition = *view.wanted;
    units.stopped_by_others_in["web.service"] = "restart";
    EXPECT_EQ(run().result, ReloadResult::StoppedMeanwhile);
    EXPECT_EQ(units.calls, (Calls{"restart web.service"}));
    EXPECT_EQ(views.shown[unit("web", 1)].files.at("/etc/web"), (ContentId{2, 2, 2}));
}

TEST_F(ServiceStepTest,
       a_service_that_somebody_stops_while_it_is_swapped_does_not_go_on_elsewhere) {
    have_port("web");
    input.views["web"].wanted->env["A"] = "b";
    struct StopsTheOld : Probes {
        test::FakeUnits& units;
        std::string old;
        StopsTheOld(test::FakeUnits& of, std::string unit) : units(of), old(std::move(unit)) {}
        Task<Result<>> until_ready(ReadyProbe, ProbedUnit) override {
            units.units[old].active_state = "inactive";
            units.units[old].end = UnitEnd::Others;
            co_return Result<>{};
        }
    } stops(units, unit("web", 1));
    input.views["web"].wanted->ready = ReadyProbe{.http = "", .tcp = "127.0.0.1:80", .command = {}};
    input.project = "shop";
    const KindPorts means{units, sockets, stops, views, [] { return Duration::zero(); }};
    auto task = run_transaction(transaction(means), host);
    task.start();
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take().result, ReloadResult::StoppedMeanwhile);
    EXPECT_EQ(units.calls, (Calls{"start " + unit("web", 2), "discard " + unit("web", 2)}));
    EXPECT_EQ(host.committed.at("web")->unit, unit("web", 1));
    EXPECT_TRUE(host.committed.at("web")->draining.empty());
}

TEST_F(ServiceStepTest, a_reload_that_cannot_be_taken_back_is_not_told_as_put_back) {
    have("db");
    have("web", {"db"});
    for (auto& [name, view] : input.views) {
        view.wanted->reload = view.record->definition.reload = {"/bin/reload"};
        view.files->files["/etc/" + name] = {2, 2, 2};
    }
    units.reload_errors[unit("web", 1)] = "exit code 1";
    const auto outcome = run();
    const auto& db = of(outcome, "db");
    EXPECT_EQ(db.result, ReloadResult::Failed);
    EXPECT_TRUE(db.problem->message.contains("it holds the new content of /etc/db"))
        << db.problem->message;
    EXPECT_TRUE(host.committed.at("db")->refusal->attempted);
    EXPECT_EQ(host.committed.at("db")->files.at("/etc/db"), (ContentId{1, 1, 1}));
}

TEST_F(ServiceStepTest, a_service_in_order_is_held_back_and_not_invalid_because_of_another) {
    have("db");
    have("web", {"db"});
    for (auto& [name, view] : input.views)
        view.wanted->env["A"] = "b";
    input.views["db"].wanted->validate = {"/bin/check"};
    units.commands["/bin/check"] = {.reason = "exit code 1"};
    EXPECT_EQ(of(run(), "web").result, ReloadResult::Unchanged);
    const auto& refusal = *host.committed.at("web")->refusal;
    EXPECT_EQ(refusal.result, ReloadResult::HeldBack);
    EXPECT_EQ(refusal.because, "db");
    // The next look at both: "db" is as it was before, and so is what held "web" back.
    input.views["web"].record = host.committed.at("web");
    input.views["db"].record = host.committed.at("db");
    input.views["db"].wanted = input.views["db"].record->definition;
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "db").result, ReloadResult::Unchanged);
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::Applied);
}

TEST_F(ServiceStepTest, a_program_that_has_done_its_work_is_not_put_back_because_another_failed) {
    have("css");
    have("web", {"css"});
    for (auto& [name, view] : input.views)
        view.files->files["/etc/" + name] = {2, 2, 2};
    auto& css = input.views["css"];
    css.wanted->type = css.record->definition.type = ServiceType::Oneshot;
    css.unit = units.units[unit("css", 1)] = {.load_state = "loaded"};
    input.views["web"].wanted->env["A"] = "b";
    units.start_errors[unit("web", 2)] = "exit code 1";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "css").result, ReloadResult::Applied);
    EXPECT_EQ(of(outcome, "css").gap, Duration::zero());
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::RolledBack);
    EXPECT_EQ(host.committed.at("css")->generation, 2U);
    EXPECT_EQ(std::ranges::count(units.calls, "start " + unit("css", 1)), 0);
}

TEST_F(ServiceStepTest, files_that_it_failed_with_and_would_read_again_are_not_tried_twice) {
    have("web");
    auto& view = input.views["web"];
    view.files->files["/etc/web"] = {2, 2, 2};
    units.start_errors[unit("web", 2)] = "exit code 1";
    const auto outcome = run();
    EXPECT_EQ(of(outcome, "web").result, ReloadResult::NeedsAttention);
    EXPECT_EQ(units.calls, (Calls{"stop " + unit("web", 1), "start " + unit("web", 2),
                                  "discard " + unit("web", 2)}));
    EXPECT_TRUE(of(outcome, "web").problem->message.contains("waits for the next change"));
    // Mended, it is started though its unit is only stopped.
    view.record = host.committed.at("web");
    view.unit = units.state(unit("web", 1));
    view.unit.end = UnitEnd::Ours;
    view.files->files["/etc/web"] = {3, 3, 3};
    EXPECT_EQ(run().result, ReloadResult::Applied);
}

TEST_F(ServiceStepTest, an_installed_unit_is_not_started_twice_with_the_same_files_either) {
    have_pinned("web");
    auto& view = input.views["web"];
    view.wanted->watches[0].pin = false;
    view.wanted->strategy = Strategy::Restart;
    view.record->definition = *view.wanted;
    view.record->view = "";
    view.files->files["/etc/web"] = {2, 2, 2};
    units.start_errors["web.service"] = "exit code 1";
    EXPECT_EQ(run().result, ReloadResult::NeedsAttention);
    EXPECT_EQ(units.calls, (Calls{"restart web.service"}));
}

TEST_F(ServiceStepTest, a_unit_is_restarted_as_its_files_on_disk_say) {
    have_pinned("web");
    auto& view = input.views["web"];
    view.wanted->strategy = Strategy::Restart;
    view.record->definition = *view.wanted;
    view.files->files["/etc/web"] = {2, 2, 2};
    units.stale = {"web.service"};
    EXPECT_EQ(run().result, ReloadResult::Applied);
    EXPECT_EQ(units.calls, (Calls{"load anew web.service", "restart web.service"}));
}

TEST_F(ServiceStepTest, a_failure_is_told_in_the_services_own_words) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.start_errors[unit("web", 2)] = "exit code 1";
    units.invocations[unit("web", 2)] = "abc";
    units.commands["/bin/sh"] = {.ok = true,
                                 .reason = {},
                                 .output = "starting\n"
                                           "Traceback (most recent call last):\n"
                                           "  File \"/srv/app.py\", line 3, in <module>\n"
                                           "KeyError: 'PORT'\n"};
    const auto outcome = run();
    const auto& problem = *of(outcome, "web").problem;
    EXPECT_TRUE(problem.message.contains("KeyError: 'PORT' (exit code 1")) << problem.message;
    EXPECT_EQ(problem.audience, Audience::Inspectors);
    EXPECT_EQ(units.requests.back().command.back(), "_SYSTEMD_INVOCATION_ID=abc");
    EXPECT_EQ(host.committed.at("web")->refusal->problem, problem);
}

TEST_F(ServiceStepTest, a_place_that_the_service_names_is_the_place_of_the_problem) {
    have("web");
    input.views["web"].wanted->env["A"] = "b";
    units.start_errors[unit("web", 2)] = "exit code 1";
    units.invocations[unit("web", 2)] = "abc";
    units.commands["/bin/sh"] = {
        .ok = true, .reason = {}, .output = "starting\nbad value in /etc/web:12\nbye\n"};
    const auto outcome = run();
    const auto& problem = *of(outcome, "web").problem;
    EXPECT_EQ(problem.path, "/etc/web");
    EXPECT_EQ(problem.line, 12U);
}

TEST_F(ServiceStepTest, a_program_that_ends_well_where_it_was_to_stay_gets_a_hint) {
    have("css");
    input.views["css"].wanted->env["A"] = "b";
    units.dies[unit("css", 2)] = "it ended: exit code 0";
    units.dead_state = {
        .load_state = "loaded", .active_state = "inactive", .exec_main_code = CLD_EXITED};
    const auto outcome = run();
    const auto& message = of(outcome, "css").problem->message;
    EXPECT_TRUE(message.contains("type = \"oneshot\"")) << message;
}

TEST_F(ServiceStepTest, a_project_that_does_not_go_down_remembers_what_was_refused_before) {
    have_pinned("web");
    auto& view = input.views["web"];
    const Refusal before{
        *view.wanted, {{"/etc/web", {9, 9, 9}}}, ReloadResult::RolledBack, {}, true};
    view.record->refusal = before;
    view.wanted.reset();
    view.goes_down = true;
    views.moved_on = true;
    EXPECT_EQ(of(run(), "web").result, ReloadResult::RolledBack);
    EXPECT_EQ(host.committed.at("web")->refusal, before);
}

TEST_F(ServiceStepTest, a_newer_change_does_not_wait_until_a_reload_has_had_its_moment_to_fail) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->reload_signal = view.record->definition.reload_signal = SIGHUP;
    view.files->files["/etc/web"] = {2, 2, 2};
    units.patient = true;
    auto task = run_transaction(transaction(), host);
    task.start();
    ASSERT_FALSE(task.done());
    interruptions.hurry->request();
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take().result, ReloadResult::Applied);
    EXPECT_EQ(units.verified,
              (std::vector<Duration>{std::chrono::milliseconds(100), Duration::zero()}));
}

TEST_F(ServiceStepTest, that_is_only_planned_runs_the_validator_and_touches_nothing) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->validate = {"check"};
    view.files->files["/etc/web"] = {2, 2, 2};
    units.commands["check"] = {.ok = false, .output = "/etc/web:3: no such word"};
    const auto plan = rehearsed().value();
    ASSERT_TRUE(plan.services.front().refusal);
    EXPECT_EQ(plan.services.front().action, Action::Restart);
    EXPECT_EQ(plan.services.front().refusal->line, 3);
    EXPECT_EQ(units.requests.size(), 1U);
    EXPECT_TRUE(units.calls.empty());
    EXPECT_TRUE(host.committed.empty());
    EXPECT_EQ(host.starts, 0);
    EXPECT_TRUE(views.shown.empty());
}

TEST_F(ServiceStepTest, that_is_only_planned_tells_who_would_be_held_back_with_what_is_invalid) {
    have("db");
    have("web", {"db"});
    have("mail");
    for (const auto* name : {"db", "web", "mail"})
        input.views[name].files->files[std::string("/etc/") + name] = {2, 2, 2};
    input.views["db"].wanted->validate = input.views["mail"].wanted->validate = {"check"};
    units.commands["check"] = {.ok = false, .output = "no"};
    input.views["mail"].wanted->validate = {"true"};
    const auto plan = rehearsed().value();
    EXPECT_EQ(plan.services[1].refusal->message, "untouched, because db is invalid");
    EXPECT_TRUE(plan.services[0].refusal);
    EXPECT_FALSE(plan.services[2].refusal);
}

TEST_F(ServiceStepTest, that_is_only_planned_runs_no_validator_for_what_does_not_differ) {
    have("web");
    input.views["web"].wanted->validate = {"check"};
    input.views["web"].record->definition.validate = {"check"};
    EXPECT_FALSE(rehearsed().value().services.front().refusal);
    EXPECT_TRUE(units.requests.empty());
}

TEST_F(ServiceStepTest, that_is_only_planned_is_planned_anew_when_a_file_has_moved_on) {
    have("web");
    auto& view = input.views["web"];
    view.wanted->validate = {"check"};
    view.files->files["/etc/web"] = {2, 2, 2};
    views.moved_on = true;
    EXPECT_EQ(rehearsed(), std::nullopt);
}

// The proof of a restart that a file asked for, when a newer file is there.
class ServiceProofTest : public ServiceStepTest {
protected:
    ServiceProofTest() { units.proofs_take_time = true; }

    // nullopt: it goes on, although there is a newer change.
    std::optional<ReloadResult> run_until_newer() {
        auto task = run_transaction(transaction(), host);
        task.start();
        EXPECT_FALSE(task.done());
        interruptions.newer->request();
        if (!task.done()) { // nothing of it is to be ended
            units.proofs_take_time = false;
            return std::nullopt;
        }
        return task.take().result;
    }
    void save(const std::string& name, std::uint64_t content) {
        input.views[name].files->files["/etc/" + name] = {content, content, content};
    }
};

TEST_F(ServiceProofTest, of_a_restart_for_files_ends_when_a_newer_change_is_there) {
    have("web");
    save("web", 2);
    EXPECT_EQ(run_until_newer(), ReloadResult::Superseded);
    const auto record = *host.committed["web"];
    EXPECT_EQ(record.generation, 1U) << "nothing else was proved";
    EXPECT_EQ(record.files, input.views["web"].record->files);
    EXPECT_EQ(record.unit, unit("web", 2));
    EXPECT_EQ(record.last_used, 2U);
    EXPECT_FALSE(record.underway);
    ASSERT_TRUE(record.refusal && record.refusal->interrupted()) << "it holds what is not proved";
    EXPECT_TRUE(std::ranges::contains(units.calls, "discard " + unit("web", 1)));
    EXPECT_FALSE(std::ranges::contains(units.calls, "discard " + unit("web", 2)));
}

TEST_F(ServiceProofTest, that_was_ended_leaves_what_was_proved_last_to_go_back_to) {
    have("web");
    save("web", 2);
    EXPECT_EQ(run_until_newer(), ReloadResult::Superseded);
    units.proofs_take_time = false;
    interruptions.newer = std::make_shared<Cancellation>();
    auto& view = input.views["web"];
    view.record = *host.committed["web"];
    view.unit = units.state(view.record->unit);
    const auto unproved = view;

    save("web", 3);
    units.dies[unit("web", 3)] = "exit code 1";
    const auto failed = run();
    EXPECT_EQ(of(failed, "web").result, ReloadResult::NeedsAttention)
        << "no start would read other files";
    EXPECT_EQ(of(failed, "web").generation, 1U);
    EXPECT_EQ(units.calls.back(), "discard " + unit("web", 3));
    EXPECT_EQ(host.committed["web"]->generation, 1U);

    units.dies.clear();
    view = unproved;
    save("web", 4);
    const auto applied = run();
    EXPECT_EQ(of(applied, "web").generation, 3U);
    EXPECT_FALSE(host.committed["web"]->refusal);

    // The state that was proved is there again, but the process has read the other.
    view = unproved;
    save("web", 1);
    EXPECT_EQ(of(run(), "web").action, Action::Restart);
}

TEST_F(ServiceProofTest, of_a_restart_goes_on_when_its_failure_could_not_be_taken_back_later) {
    have("web");
    save("web", 2);
    input.views["web"].wanted->env["A"] = "b";
    EXPECT_EQ(run_until_newer(), std::nullopt) << "another definition";
}

TEST_F(ServiceProofTest, of_two_services_that_depend_on_each_other_goes_on) {
    have("db");
    have("web", {"db"});
    save("db", 2);
    save("web", 2);
    EXPECT_EQ(run_until_newer(), std::nullopt);
}

TEST_F(ServiceProofTest, is_not_begun_when_the_newer_change_was_there_before) {
    have("web");
    save("web", 2);
    interruptions.newer->request();
    auto task = run_transaction(transaction(), host);
    task.start();
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take().result, ReloadResult::Superseded);
}
