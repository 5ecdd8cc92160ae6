// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../allocations.hpp"
#include "core/plan.hpp"
#include "core/unit_files.hpp"
#include "kinds/service/kind.hpp"

#include <gtest/gtest.h>

#include <format>

using namespace hotreload;

namespace {

MemberDefinition web() {
    MemberDefinition service;
    service.name = "web";
    service.command = {"/usr/bin/web"};
    service.watches = {{.files = {"/etc/web/*.conf"}}};
    return service;
}

// Applied as generation 3, running, and nothing has changed.
MemberView applied(MemberDefinition definition = web()) {
    MemberView view;
    view.kind = &service::kind;
    view.wanted = definition;
    view.files = Snapshot{.files = {{"/etc/web/a.conf", {1, 1, 1}}}};
    view.record = MemberRecord{.generation = 3,
                               .unit = "hotreload-shop.web@3.service",
                               .definition = definition,
                               .files = view.files->files};
    view.unit = {.load_state = "loaded", .active_state = "active"};
    return view;
}

MemberPlan plan_service(const std::string& name, MemberView view, const PlanOptions& options) {
    view.kind = &service::kind;
    return plan_member(name, view, options);
}

Action action_of(const MemberView& view, PlanOptions options = {}) {
    return plan_service("web", view, options).action;
}

} // namespace

TEST(Plan, leaves_alone_what_did_not_change) {
    EXPECT_EQ(action_of(applied()), Action::None);
}

TEST(Plan, starts_what_was_never_applied) {
    auto view = applied();
    view.record.reset();
    EXPECT_EQ(action_of(view), Action::Start);
}

TEST(Plan, has_nothing_to_do_for_what_came_and_left_before_it_was_applied) {
    EXPECT_EQ(action_of(MemberView{}), Action::None);
    EXPECT_EQ(action_of(MemberView{}, {.retry = true, .restart = true, .start = true}),
              Action::None);
}

TEST(Plan, stops_what_left_the_project_file) {
    auto view = applied();
    view.wanted.reset();
    EXPECT_EQ(action_of(view), Action::Stop);
}

TEST(Plan, restarts_for_an_environment_variable_and_does_not_show_its_value) {
    auto view = applied();
    view.wanted->env["TOKEN"] = "hunter2";
    view.wanted->reload_signal = view.record->definition.reload_signal = 1;
    const auto plan = plan_service("web", view, {});
    EXPECT_EQ(plan.action, Action::Restart);
    ASSERT_EQ(plan.changes.size(), 1U);
    EXPECT_EQ(plan.changes[0].subject, "env.TOKEN");
    EXPECT_EQ(plan.changes[0].before + plan.changes[0].after, "");
}

TEST(Plan, sets_a_memory_limit_live) {
    auto view = applied();
    view.wanted->properties["MemoryMax"] = {"512M"};
    EXPECT_EQ(action_of(view), Action::Live);
}

TEST(Plan, restarts_for_a_property_that_systemd_cannot_change_at_run_time) {
    auto view = applied();
    view.wanted->properties["Nice"] = {"5"};
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, takes_the_highest_strategy_of_all_changes) {
    auto view = applied();
    view.wanted->properties["MemoryMax"] = {"512M"};
    view.wanted->env["A"] = "b";
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, reloads_a_changed_file_where_the_service_can_reload) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    EXPECT_EQ(action_of(view), Action::Restart);
    view.wanted->reload_signal = view.record->definition.reload_signal = 1;
    EXPECT_EQ(action_of(view), Action::Reload);
}

TEST(Plan, starts_anew_what_ended_and_waits_for_the_manager_to_start_it) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.wanted->reload_signal = view.record->definition.reload_signal = 1;
    view.unit.active_state = "activating";
    view.unit.sub_state = "auto-restart";
    EXPECT_EQ(action_of(view), Action::Restart);
    view.unit.sub_state = "start"; // it is there, and soon ready
    EXPECT_EQ(action_of(view), Action::Reload);
}

TEST(Plan, sees_new_and_deleted_files_of_a_pattern) {
    auto view = applied();
    view.files->files["/etc/web/b.conf"] = {2, 2, 2};
    EXPECT_EQ(plan_service("web", view, {}).changes.at(0).kind, ChangeKind::Created);
    view.files->files.clear();
    EXPECT_EQ(plan_service("web", view, {}).changes.at(0).kind, ChangeKind::Deleted);
}

TEST(Plan, does_not_take_a_file_that_is_being_written_though_it_was_read_once) {
    auto view = applied();
    view.files->writing = {"/etc/web/a.conf"};
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    EXPECT_EQ(action_of(view), Action::None);
    view.record->files.clear(); // the service was made to read it as it was
    EXPECT_EQ(action_of(view), Action::None);
    view.files->writing.clear();
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, takes_a_missing_unreadable_or_half_written_file_for_no_change) {
    auto view = applied();
    view.files->files.clear();
    view.files->missing = {"/etc/web/a.conf"};
    EXPECT_EQ(action_of(view), Action::None);
    view.files->missing.clear();
    view.files->unreadable = {{"/etc/web/a.conf", 0, 0, "no"}};
    EXPECT_EQ(action_of(view), Action::None);
    view.files->files["/etc/web/a.conf"] = {2, 2, 2}; // as it was read last
    EXPECT_EQ(action_of(view), Action::None);
    view.files->files.clear();
    view.files->unreadable.clear();
    view.files->writing = {"/etc/web/a.conf"};
    EXPECT_EQ(action_of(view), Action::None);
}

// Was: a daemon that started while a directory could not be read took what is in it for deleted.
TEST(Plan, takes_no_file_of_a_directory_that_cannot_be_read_for_deleted) {
    auto view = applied();
    view.files->files.clear();
    view.files->unreadable = {{"/etc/web", 0, 0, "Permission denied"}};
    EXPECT_EQ(action_of(view), Action::None);
    view.files->unreadable = {{"/etc/we", 0, 0, "Permission denied"}};
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, does_not_take_a_new_watch_for_a_change_of_its_files) {
    auto view = applied();
    view.wanted->watches.push_back({.files = {"/srv/data/*"}});
    view.files->files["/srv/data/x"] = {2, 2, 2};
    EXPECT_EQ(action_of(view), Action::Record);
}

TEST(Plan, lets_on_change_of_a_watch_and_then_the_service_decide) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.wanted->strategy = view.record->definition.strategy = Strategy::None;
    EXPECT_EQ(action_of(view), Action::Record);
    auto& watch = view.wanted->watches[0];
    watch.on_change = Strategy::Restart;
    view.record->definition.watches = view.wanted->watches;
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, leaves_manual_changes_waiting_until_they_are_forced) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.wanted->strategy = view.record->definition.strategy = Strategy::Manual;
    EXPECT_EQ(action_of(view), Action::Wait);
    EXPECT_EQ(action_of(view, {.force = true}), Action::Restart);
}

TEST(Plan, records_changes_of_a_service_that_was_stopped) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.unit.active_state = "inactive";
    EXPECT_EQ(action_of(view), Action::Record);
    EXPECT_EQ(action_of(view, {.start = true}), Action::Start);
}

TEST(Plan, starts_a_failed_service_again_when_something_changed_and_not_otherwise) {
    auto view = applied();
    view.unit.active_state = "failed";
    EXPECT_EQ(action_of(view), Action::None);
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, does_not_try_again_what_was_refused_until_it_changes_or_somebody_asks) {
    auto view = applied();
    view.wanted->env["A"] = "b";
    view.record->refusal = Refusal{*view.wanted, view.files->files, ReloadResult::Failed, {}};
    EXPECT_EQ(action_of(view), Action::Refused);
    EXPECT_EQ(action_of(view, {.retry = true}), Action::Restart);
    view.wanted->env["A"] = "c";
    EXPECT_EQ(action_of(view), Action::Restart);
}

// Was: what a validator refused because it could not read a file either was never tried again.
TEST(Plan, tries_again_what_was_refused_when_a_file_can_be_read_again) {
    auto view = applied();
    view.wanted->env["A"] = "b";
    view.files->files["/etc/web/a.conf"] = {1, 1, 1};
    view.files->unreadable = {{"/etc/web/a.conf", 0, 0, "Permission denied"}};
    view.record->refusal =
        Refusal{*view.wanted, files_to_refuse(*view.files), ReloadResult::Invalid, {}};
    EXPECT_EQ(action_of(view), Action::Refused);
    view.files->unreadable.clear();
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, takes_the_applied_state_after_a_refused_one_for_unchanged) {
    auto view = applied();
    auto other = *view.wanted;
    other.env["A"] = "b";
    view.record->refusal = Refusal{other, view.files->files, ReloadResult::Failed, {}};
    EXPECT_EQ(action_of(view), Action::None);
}

TEST(Plan, gives_the_applied_file_again_to_a_service_that_may_have_read_a_refused_one) {
    auto view = applied();
    auto tried = view.files->files;
    tried["/etc/web/a.conf"] = {9, 9, 9};
    view.record->refusal = Refusal{*view.wanted, tried, ReloadResult::Invalid, {}};
    EXPECT_EQ(action_of(view), Action::None) << "it was only checked";
    view.record->refusal->attempted = true;
    EXPECT_EQ(action_of(view), Action::Restart);
}

TEST(Plan, takes_back_what_a_service_was_being_given_when_we_died) {
    auto view = applied();
    view.wanted->reload_signal = view.record->definition.reload_signal = 1;
    const auto interrupt = [&] {
        view.record->refusal =
            Refusal{*view.wanted, view.files->files, ReloadResult::Interrupted, {}, true};
    };
    const auto before = view;
    view.wanted->properties["MemoryMax"] = {"512M"};
    interrupt();
    EXPECT_EQ(action_of(view), Action::Live); // it is tried again
    view.wanted = before.wanted;
    EXPECT_EQ(action_of(view), Action::Live); // there was no limit before: the file says so again
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    interrupt();
    EXPECT_EQ(action_of(view), Action::Reload);
    view.files = before.files;
    EXPECT_EQ(action_of(view), Action::Reload);
    view.record->refusal.reset();
    EXPECT_EQ(action_of(view), Action::None);
}

TEST(Plan, brings_back_a_service_that_is_down_since_an_action_that_failed) {
    auto view = applied();
    auto tried = *view.wanted;
    tried.env["A"] = "b";
    view.unit.active_state = "failed";
    view.record->refusal = Refusal{tried, view.files->files, ReloadResult::Failed, {}, true};
    EXPECT_EQ(action_of(view), Action::Start);
    view.record->wanted = false;
    EXPECT_EQ(action_of(view), Action::None);
}

TEST(Plan, starts_what_was_interrupted_and_not_what_was_stopped) {
    auto view = applied();
    view.unit = {};
    view.interrupted = true;
    EXPECT_EQ(action_of(view), Action::Start);
    view.record->wanted = false;
    EXPECT_EQ(action_of(view), Action::None);
}

TEST(Plan, never_starts_an_installed_unit_but_for_who_asks) {
    MemberDefinition nginx;
    nginx.name = "web";
    nginx.unit = "nginx.service";
    auto view = applied(nginx);
    view.unit.active_state = "inactive";
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    EXPECT_NE(action_of(view), Action::Start);
    EXPECT_NE(action_of(view, {.start = true, .up = true}), Action::Start);
    EXPECT_EQ(action_of(view, {.start = true}), Action::Start);
}

namespace {

// Services that run and have not changed, each with what it follows, in the plan's order.
struct Followers {
    void add(const std::string& name, Action action, std::vector<std::string> required,
             std::vector<std::string> part_of = {}) {
        plan.services.push_back({name, action, {}, ""});
        auto& view = views[name];
        view.wanted = MemberDefinition{.name = name, .required = required, .part_of = part_of};
        view.unit = {.load_state = "loaded", .active_state = "active"};
    }

    std::string restarted() {
        restart_followers(plan, views);
        std::string names;
        for (const auto& each : plan.services)
            if (each.action == Action::Restart)
                names += each.service + " ";
        return names;
    }

    Plan plan{"shop", {}};
    std::map<std::string, MemberView> views;
};

} // namespace

TEST(Plan, acts_on_what_was_stopped_by_request_and_started_by_hand) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.record->wanted = false;
    EXPECT_EQ(action_of(view), Action::Restart);
    view.unit.active_state = "inactive";
    EXPECT_EQ(action_of(view), Action::Record);
}

TEST(Followers, of_a_service_with_two_that_are_restarted_stand_before_it_and_are_not_left_out) {
    Followers all;
    all.add("sidecar", Action::None, {}, {"app"});
    all.add("cache", Action::Restart, {});
    all.add("db", Action::Restart, {});
    all.add("app", Action::None, {"cache", "db"});
    EXPECT_EQ(all.restarted(), "sidecar cache db app ");
}

TEST(Followers, are_restarted_when_a_death_cut_the_restart_short_that_they_were_to_follow) {
    Followers services;
    services.add("db", Action::Start, {});
    services.add("api", Action::None, {"db"});
    services.add("web", Action::None, {}, {"api"});
    EXPECT_EQ(services.restarted(), ""); // it was down, and somebody starts it
    services.views["db"].record = MemberRecord{.underway = true};
    EXPECT_EQ(services.restarted(), ""); // it never ran
    services.views["db"].record->generation = 1;
    EXPECT_EQ(services.restarted(), "api web ");
}

TEST(Followers, are_followed_link_by_link_in_any_order) {
    Followers all;
    all.add("d", Action::None, {}, {"c"});
    all.add("c", Action::None, {"b"});
    all.add("b", Action::Reload, {}, {"a"});
    all.add("a", Action::Restart, {});
    EXPECT_EQ(all.restarted(), "d c b a ");
}

TEST(Followers, in_a_circle_are_restarted_once) {
    Followers all;
    all.add("a", Action::None, {"c"});
    all.add("b", Action::None, {}, {"a"});
    all.add("c", Action::Restart, {"b"});
    EXPECT_EQ(all.restarted(), "a b c ");
}

// Was: each of them was compared with all of the plan.
TEST(Followers, ten_times_as_many_take_ten_times_as_many_steps) {
    const auto steps = [](std::size_t count) {
        Followers all;
        all.add("s00000", Action::Restart, {});
        for (std::size_t i = 1; i < count; ++i)
            all.add(std::format("s{:05}", i), Action::None, {std::format("s{:05}", i - 1)});
        return hotreload::test::allocations_of(
            [&] { EXPECT_EQ(all.restarted().size(), 7 * count); });
    };
    EXPECT_LT(steps(5000), 11 * steps(500));
}

TEST(Followers, of_a_swap_are_not_interrupted) {
    Followers all;
    all.add("app", Action::None, {"db"});
    all.add("db", Action::Swap, {});
    EXPECT_EQ(all.restarted(), "");
}

TEST(Plan, starts_again_what_ended_by_itself_though_it_ended_well) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.unit.active_state = "inactive";
    view.unit.end = UnitEnd::ByItself;
    EXPECT_EQ(action_of(view), Action::Restart);
    view.unit.end = UnitEnd::Others; // systemctl stop
    EXPECT_EQ(action_of(view), Action::Record);
}

TEST(Plan, leaves_down_what_somebody_stopped_though_it_failed_in_that) {
    for (const std::string unit : {"", "nginx.service"}) {
        auto service = web();
        service.unit = unit;
        auto view = applied(service);
        view.unit.active_state = "failed";
        view.unit.end = UnitEnd::Others;
        auto tried = view.files->files;
        tried["/etc/web/a.conf"] = {9, 9, 9};
        view.files->files["/etc/web/a.conf"] = {2, 2, 2};
        EXPECT_EQ(action_of(view), Action::Record) << unit;
        view.record->refusal = Refusal{*view.wanted, tried, ReloadResult::Failed, {}, true};
        EXPECT_EQ(action_of(view), Action::Record) << unit;
    }
}

TEST(Plan, says_of_an_installed_unit_whether_it_is_taken_as_it_is) {
    MemberView view;
    view.wanted = web();
    view.wanted->unit = "nginx.service";
    view.files = Snapshot{};
    EXPECT_TRUE(plan_service("web", view, {}).takes_as_it_is);
    view = applied(*view.wanted);
    view.wanted->env["A"] = "b";
    EXPECT_FALSE(plan_service("web", view, {}).takes_as_it_is);
}

TEST(Plan, does_not_start_an_installed_unit_again_that_ended_by_itself_but_in_an_action_of_ours) {
    auto nginx = web();
    nginx.unit = "nginx.service";
    auto view = applied(nginx);
    view.unit.active_state = "inactive";
    view.unit.end = UnitEnd::ByItself;
    auto tried = view.files->files;
    tried["/etc/web/a.conf"] = {9, 9, 9};
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    EXPECT_EQ(action_of(view), Action::Record);
    view.record->refusal = Refusal{*view.wanted, tried, ReloadResult::Failed, {}, true};
    EXPECT_EQ(action_of(view), Action::Restart);
    // Was: it stayed down when its file was mended, after a restart that somebody had asked for and
    // that had failed.
    view.unit.end = UnitEnd::Ours;
    EXPECT_EQ(action_of(view), Action::Restart);
    view.unit.end = UnitEnd::Others;
    EXPECT_EQ(action_of(view), Action::Record);
}

TEST(Plan, brings_back_what_was_left_down_though_its_unit_is_only_stopped) {
    auto view = applied();
    auto tried = view.files->files;
    tried["/etc/web/a.conf"] = {9, 9, 9};
    view.record->refusal = Refusal{*view.wanted, tried, ReloadResult::NeedsAttention, {}, true};
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.unit.active_state = "inactive"; // another run of ours: nobody saw its end
    EXPECT_EQ(action_of(view), Action::Restart);
    view.unit.end = UnitEnd::Ours;
    EXPECT_EQ(action_of(view), Action::Restart);
    view.unit.end = UnitEnd::Others;
    EXPECT_EQ(action_of(view), Action::Record);
}

TEST(Plan, restarts_for_a_change_that_waits_for_a_restart_though_the_service_can_reload) {
    auto view = applied();
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    view.wanted->reload_signal = view.record->definition.reload_signal = 1;
    view.wanted->strategy = view.record->definition.strategy = Strategy::Manual;
    EXPECT_EQ(action_of(view, {.force = true}), Action::Reload);
    view.wanted->strategy = view.record->definition.strategy = Strategy::ManualRestart;
    EXPECT_EQ(action_of(view), Action::Wait);
    EXPECT_EQ(action_of(view, {.at_least = Strategy::Reload}), Action::Wait);
    EXPECT_EQ(action_of(view, {.force = true}), Action::Restart);
    EXPECT_EQ(action_of(view, {.restart = true}), Action::Restart);
}

TEST(Plan, does_more_than_a_reload_that_was_asked_for_where_the_service_cannot) {
    auto view = applied();
    EXPECT_EQ(action_of(view, {.at_least = Strategy::Reload}), Action::Restart);
    view.wanted->ports = view.record->definition.ports = {
        {.name = "http", .address = "127.0.0.1:80", .user = "", .group = ""}};
    view.wanted->type = view.record->definition.type = ServiceType::Notify;
    EXPECT_EQ(action_of(view, {.at_least = Strategy::Reload}), Action::Swap);
    view.wanted->reload_signal = view.record->definition.reload_signal = 1;
    EXPECT_EQ(action_of(view, {.at_least = Strategy::Reload}), Action::Reload);
}

TEST(Plan, restarts_a_oneshot_that_is_done_so_that_what_follows_it_is_restarted) {
    auto view = applied();
    view.unit.active_state = "inactive";
    view.unit.end = UnitEnd::ByItself;
    EXPECT_EQ(action_of(view, {.restart = true, .start = true}), Action::Start);
    view.wanted->type = view.record->definition.type = ServiceType::Oneshot;
    EXPECT_EQ(action_of(view, {.start = true}), Action::Start);
    EXPECT_EQ(action_of(view, {.restart = true, .start = true}), Action::Restart);
    view.record->wanted = false; // nothing that follows it runs
    EXPECT_EQ(action_of(view, {.restart = true, .start = true}), Action::Start);
}

TEST(Plan, restarts_a_unit_whose_own_file_has_changed_though_it_can_reload) {
    MemberDefinition foo;
    foo.name = "web";
    foo.unit = "foo@1.service";
    foo.watches = {{.files = {"/etc/systemd/system/foo@*"}}};
    for (const std::string path :
         {"/etc/systemd/system/foo@1.service.d/env.conf",
          "/etc/systemd/system/foo@.service.d/env.conf", "/etc/systemd/system/foo@.service"}) {
        auto view = applied(foo);
        view.unit.can_reload = true;
        view.wanted->watches[0].files = view.record->definition.watches[0].files = {path};
        view.record->files = {{path, {1, 1, 1}}};
        view.files->files = {{path, {2, 2, 2}}};
        EXPECT_EQ(action_of(view), Action::Restart) << path;
        view.wanted->watches[0].on_change = Strategy::Reload;
        view.record->definition = *view.wanted;
        EXPECT_EQ(action_of(view), Action::Reload) << path;
    }
}

TEST(Plan, does_nothing_to_a_unit_that_cannot_be_acted_on) {
    auto view = applied();
    view.barred = Problem{.message = "no such unit"};
    view.files->files["/etc/web/a.conf"] = {2, 2, 2};
    EXPECT_EQ(action_of(view, {.force = true, .retry = true, .start = true}), Action::Refused);
    EXPECT_TRUE(plan_service("web", view, {}).barred);
    view.wanted.reset(); // it can leave
    EXPECT_EQ(action_of(view), Action::Stop);
}

TEST(Plan, takes_up_what_was_held_back_when_what_was_at_fault_is_in_order) {
    Plan plan{"shop", {}};
    std::map<std::string, MemberView> views;
    views["web"] = applied();
    views["web"].wanted->env["A"] = "b";
    views["web"].record->refusal = Refusal{
        *views["web"].wanted, views["web"].files->files, ReloadResult::HeldBack, {}, false, "db"};
    views["db"] = applied();
    plan.services = {{"web", action_of(views["web"]), {}, ""}, {"db", Action::Refused, {}, ""}};
    ASSERT_EQ(plan.services[0].action, Action::Refused);
    take_up_held_back(plan, views, {});
    EXPECT_EQ(plan.services[0].action, Action::Refused);
    plan.services[1].action = Action::None; // its file is as it was before
    take_up_held_back(plan, views, {});
    EXPECT_EQ(plan.services[0].action, Action::Restart);
}

TEST(Plan, takes_up_all_of_a_chain_though_another_stays_refused) {
    Plan plan{"shop", {}};
    std::map<std::string, MemberView> views;
    const auto held = [&](const std::string& name, const std::string& because) {
        auto& view = views[name] = applied();
        view.wanted->env["A"] = "b";
        view.record->refusal =
            Refusal{*view.wanted, view.files->files, ReloadResult::HeldBack, {}, false, because};
        plan.services.push_back({name, Action::Refused, {}, ""});
    };
    held("a", "b");
    held("b", "c");
    held("d", "c");
    views["d"].barred = Problem{.message = "masked"};
    views["c"] = applied();
    plan.services.push_back({"c", Action::None, {}, ""});
    take_up_held_back(plan, views, {});
    EXPECT_EQ(plan.services[0].action, Action::Restart);
    EXPECT_EQ(plan.services[1].action, Action::Restart);
    EXPECT_EQ(plan.services[2].action, Action::Refused);
}

TEST(UnitFiles, are_those_of_the_unit_that_an_alias_names_too) {
    MemberDefinition sshd;
    sshd.unit = "sshd.service";
    sshd.watches = {{.files = {"/etc/systemd/system/*.d/*.conf"}}};
    auto view = applied(sshd);
    view.unit.can_reload = true;
    view.unit.id = "ssh.service";
    for (const auto* path : {"/etc/systemd/system/ssh.service.d/a.conf",
                             "/etc/systemd/system/sshd.service.d/a.conf"}) {
        view.files->files = {{path, {2, 2, 2}}};
        view.record->files = {{path, {1, 1, 1}}};
        EXPECT_EQ(action_of(view), Action::Restart) << path;
        EXPECT_TRUE(changes_unit_files(sshd, plan_service("web", view, {}), view.unit.id));
    }
    const char* const other = "/etc/systemd/system/other.service.d/a.conf";
    view.files->files = {{other, {2, 2, 2}}};
    view.record->files = {{other, {1, 1, 1}}};
    EXPECT_EQ(action_of(view), Action::Reload);
}

TEST(UnitFiles, are_told_by_their_names) {
    EXPECT_TRUE(is_file_of_unit("/etc/systemd/system/nginx.service", "nginx.service"));
    EXPECT_TRUE(is_file_of_unit("/run/systemd/system/nginx.service.d/x.conf", "nginx.service"));
    EXPECT_TRUE(is_file_of_unit("/etc/systemd/system/service.d/x.conf", "nginx.service"));
    EXPECT_TRUE(is_file_of_unit("/etc/systemd/system/a-.service.d/x.conf", "a-b.service"));
    EXPECT_FALSE(is_file_of_unit("/etc/systemd/system/a-.service.d/x.txt", "a-b.service"));
    EXPECT_FALSE(is_file_of_unit("/etc/nginx/nginx.conf", "nginx.service"));
    EXPECT_FALSE(is_file_of_unit("/etc/nginx/conf.d/x.conf", "nginx.service"));
    EXPECT_FALSE(is_file_of_unit("/etc/systemd/system/foo@2.service", "foo@1.service"));
    EXPECT_FALSE(is_file_of_unit("nginx.service", ""));
}
