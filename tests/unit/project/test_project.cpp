// SPDX-License-Identifier: LGPL-2.1-or-later
// From a save to what is done and told.
#include "core/names.hpp"
#include "project_fixture.hpp"

#include <algorithm>

namespace hotreload::project {
namespace {

using namespace std::chrono_literals;

TEST_F(ProjectTest, a_save_restarts_the_service_that_watches_the_file_and_no_other) {
    service("web", "/etc/web");
    service("app", "/etc/app");
    open();
    save("/etc/web", "new");
    EXPECT_EQ(events.lines, (Lines{"created /etc/web", "finished web=applied"}));
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("new"));
    EXPECT_EQ(store.services.at("app").generation, 1U);
}

TEST_F(ProjectTest, a_rollback_writes_files_back_in_the_background) {
    service("web", "/etc/web");
    open();
    save("/etc/web", "old");
    save("/etc/web", "new");
    contents.contents[test::FakeFiles::id_of("old")] = "old";
    const auto outcome =
        ask({.service = "web", .rollback = Request::Rollback{.restore_files = true}});
    ASSERT_EQ(outcome.files.size(), 1U);
    EXPECT_EQ(outcome.files[0].path, "/etc/web");
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_EQ(background.done, 1U);
}

// Was: each by itself, in the order of the alphabet, the second even when the first had failed.
TEST_F(ProjectTest, two_services_that_watch_one_file_are_one_transaction_in_their_order) {
    service("app", "/etc/shared").after = {"db"};
    service("db", "/etc/shared");
    open();
    save("/etc/shared", "new");
    ASSERT_EQ(events.outcomes.back().services.size(), 2U);
    EXPECT_EQ(events.lines.back(), "finished db=applied app=applied");
}

TEST_F(ProjectTest, when_the_first_of_two_on_one_file_fails_the_second_is_left_alone) {
    service("app", "/etc/shared").after = {"db"};
    service("db", "/etc/shared");
    open();
    units.start_errors[generation_unit("shop", "db", 2)] = "it does not start";
    save("/etc/shared", "new");
    EXPECT_EQ(events.lines.back(), "finished db=needs-attention app=unchanged");
    EXPECT_EQ(store.services.at("app").generation, 1U);
}

TEST_F(ProjectTest, a_service_waits_for_one_that_it_is_linked_with_and_that_has_not_settled) {
    service("app", "/etc/app").after = {"db"};
    service("db", "/etc/db");
    open();
    files.write("/etc/db", "new"); // not settled
    save("/etc/app", "new");
    EXPECT_EQ(events.lines, Lines{});
    files.settle("/etc/db");
    clock.run();
    EXPECT_EQ(events.lines.back(), "finished db=applied app=applied");
}

TEST_F(ProjectTest, a_service_waits_no_longer_than_a_burst_of_the_other_may_last) {
    service("app", "/etc/app").after = {"db"};
    service("db", "/etc/db");
    open();
    files.write("/etc/db", "new");
    save("/etc/app", "new");
    clock.advance(WatchDefinition().debounce_max);
    EXPECT_EQ(events.lines.back(), "finished app=applied");
}

// Was: every service was looked at.
TEST_F(ProjectTest, a_save_of_the_project_file_is_a_look_at_the_services_that_it_concerns) {
    service("web", "/etc/web");
    service("app", "/etc/app");
    open();
    const auto looks = files.looks_at("/etc/app");
    service("web", "/etc/web").env["LEVEL"] = "1";
    service("new", "/etc/new");
    save("/srv/hotreload.toml", "other");
    EXPECT_EQ(store.services.at("web").generation, 2U);
    EXPECT_EQ(store.services.at("new").generation, 1U);
    EXPECT_EQ(files.looks_at("/etc/app"), looks);
    reader.definition.services.erase("app");
    save("/srv/hotreload.toml", "another");
    EXPECT_FALSE(store.services.contains("app"));
}

// Was: its status told of the stop with which the one before it had left.
TEST_F(ProjectTest, a_service_that_left_has_no_past_when_its_name_comes_back) {
    service("web", "/etc/web");
    service("app", "/etc/app");
    open();
    const auto before = reader.definition;
    reader.definition.services.erase("app");
    save("/srv/hotreload.toml", "without");
    EXPECT_EQ(events.lines.back(), "finished app=stopped");
    project->pause(std::nullopt, {.time = {}, .reason = "", .caller = {}});
    reader.definition = before;
    save("/srv/hotreload.toml", "with");
    EXPECT_FALSE(project->service_status("app").last_result);
}

TEST_F(ProjectTest, every_service_is_looked_at_when_a_project_is_enabled_again) {
    service("web", "/etc/web");
    open();
    reader.definition.enabled = false;
    save("/srv/hotreload.toml", "disabled");
    EXPECT_EQ(events.services.at("web"), project->service_status("web")) << "it is not watched";
    save("/etc/web", "new");
    EXPECT_EQ(store.services.at("web").generation, 1U);
    reader.definition.enabled = true;
    save("/srv/hotreload.toml", "enabled");
    EXPECT_EQ(store.services.at("web").generation, 2U);
}

// Was: when a file had changed was known only when it had settled. Where the next action came
// first, the change counted as nobody's, and what the service had written before was forgotten.
TEST_F(ProjectTest, a_service_is_suspected_of_what_changes_while_it_is_acted_on) {
    service("web", "/etc/web");
    open();
    unsigned rounds = 0;
    events.on_started = [&] {
        if (++rounds < 8)
            files.write("/etc/web", std::to_string(rounds)); // it does not settle
    };
    clock.advance(10s);
    save("/etc/web", "begin");
    EXPECT_EQ(rounds, 8U);
    EXPECT_TRUE(std::ranges::contains(writers.looked_for, "/etc/web"));
}

// Was: nobody read it again, for it was in the snapshot as it had been read last.
TEST_F(ProjectTest,
       a_file_that_could_not_be_read_when_the_service_read_its_files_is_read_when_it_can) {
    service("web", "/etc/a").watches.push_back({.files = {"/etc/b"}});
    files.write("/etc/b", "old");
    open();
    files.make_readable("/etc/b", false);
    files.settle("/etc/b");
    clock.run();
    EXPECT_EQ(store.services.at("web").generation, 1U) << "it is no change";
    save("/etc/a", "new");
    EXPECT_EQ(store.services.at("web").generation, 2U);
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    const auto told = events.lines.size();
    save("/etc/other", "no one's");
    EXPECT_EQ(events.lines.size(), told) << "nothing is done for it until it can be read";
    files.make_readable("/etc/b", true);
    files.settle("/etc/b");
    clock.run();
    EXPECT_EQ(store.services.at("web").generation, 3U);
}

TEST_F(ProjectTest, files_that_take_long_to_read_keep_no_other_service_waiting) {
    service("web", "/etc/web");
    service("app", "/etc/app");
    open();
    files.slow = &clock;
    save("/etc/web", "large");
    files.slow = nullptr;
    save("/etc/app", "new");
    EXPECT_EQ(events.lines.back(), "finished app=applied");
    finish_reading();
    EXPECT_EQ(events.lines.back(), "finished web=applied");
}

// Was: it was read in one go, and everybody waited.
TEST_F(ProjectTest, a_file_that_is_written_while_it_is_applied_is_read_in_slices) {
    service("web", "/etc/web");
    service("app", "/etc/app");
    open();
    units.slow_starts = true;
    save("/etc/web", "new"); // its start is under way
    files.write("/etc/web", "large");
    files.slow = &clock;
    units.finish_starts();
    clock.run();
    files.slow = nullptr;
    save("/etc/app", "new");
    EXPECT_EQ(events.lines.back(), "finished app=applied");
    finish_reading();
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    EXPECT_EQ(store.services.at("web").generation, 3U) << "which of the two it read is not known";
}

// Was: it was read in one go, and everybody waited.
TEST_F(ProjectTest, a_file_that_is_written_while_it_is_checked_is_read_in_slices) {
    service("web", "/etc/web").validate = {"/bin/check"};
    service("app", "/etc/app");
    open();
    units.on_command = [this] {
        files.write("/etc/web", "large");
        files.slow = &clock;
    };
    const auto told = events.outcomes.size();
    save("/etc/web", "new");
    units.on_command = {};
    files.slow = nullptr;
    EXPECT_EQ(events.outcomes.size(), told) << "it is being read";
    save("/etc/app", "new");
    EXPECT_EQ(events.lines.back(), "finished app=applied");
    finish_reading();
    EXPECT_EQ(events.lines.back(), "finished web=superseded");
    clock.advance(10s);
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("large"));
    EXPECT_EQ(store.services.at("web").generation, 2U) << "nothing was applied unchecked";
}

TEST_F(ProjectTest, a_file_that_goes_while_files_are_read_is_seen_to_be_gone) {
    service("web", "/etc/web");
    files.write("/etc/web", "old");
    open();
    files.slow = &clock;
    save("/etc/web", "large");
    files.slow = nullptr;
    files.remove("/etc/web");
    finish_reading();
    EXPECT_EQ(events.lines, (Lines{"deleted /etc/web", "finished web=applied"}));
}

TEST_F(ProjectTest, other_files_may_be_watched_by_the_time_that_they_were_read) {
    service("web", "/etc/web");
    open();
    files.slow = &clock;
    save("/etc/web", "large");
    files.slow = nullptr;
    service("web", "/etc/other");
    save("/srv/hotreload.toml", "other");
    finish_reading();
    save("/etc/other", "new");
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    EXPECT_TRUE(store.services.at("web").files.contains("/etc/other"));
    EXPECT_FALSE(store.services.at("web").files.contains("/etc/web"));
}

TEST_F(ProjectTest, a_stop_does_not_wait_for_files_that_are_read) {
    service("web", "/etc/web");
    open();
    files.slow = &clock;
    save("/etc/web", "large");
    EXPECT_EQ(ask({.kind = Request::Kind::Stop, .id = {0, 7}, .service = "web"}).result,
              ReloadResult::Applied);
    finish_reading();
    EXPECT_FALSE(store.services.at("web").wanted);
}

TEST_F(ProjectTest, a_project_may_be_gone_before_its_files_were_read) {
    service("web", "/etc/web");
    open();
    files.slow = &clock;
    save("/etc/web", "large");
    project.reset();
    finish_reading();
    EXPECT_EQ(files.watched_sets(), 0U);
}

TEST_F(ProjectTest, an_invalid_project_file_is_told_and_disturbs_nothing) {
    service("web", "/etc/web");
    open();
    reader.problem = Problem{"/srv/hotreload.toml", 3, 1, "is no TOML"};
    save("/srv/hotreload.toml", "bad");
    EXPECT_EQ(events.lines, Lines{"invalid : is no TOML"});
    EXPECT_EQ(units.calls, Lines{});
    EXPECT_EQ(events.project->state, ProjectStatus::State::Invalid);
}

TEST_F(ProjectTest, what_a_person_asks_for_is_answered_once_by_what_it_came_to) {
    service("web", "/etc/web");
    open();
    EXPECT_EQ(ask({.kind = Request::Kind::Stop, .id = {0, 7}, .service = "web"}).result,
              ReloadResult::Applied);
    EXPECT_FALSE(store.services.at("web").wanted);
    EXPECT_EQ(ask({.id = {0, 8}, .service = "web", .options = {.start = true}}).result,
              ReloadResult::Applied);
    EXPECT_TRUE(store.services.at("web").wanted);
    EXPECT_EQ(ask({.id = {0, 9}, .service = "no such"}).result, ReloadResult::Failed);
}

TEST_F(ProjectTest, what_needs_the_project_file_waits_while_accounts_it_names_are_looked_up) {
    service("web", "/etc/web");
    open();
    Completion<bool> looked_up(clock);
    reader.unknown = &looked_up;
    save("/srv/hotreload.toml", "[services.web]");
    EXPECT_EQ(project->status().problems, std::vector<Problem>());
    std::vector<std::string> ended;
    const auto submit = [&](std::uint64_t id, Request::Kind kind, std::string name) {
        Request request{.kind = kind, .id = {0, id}, .service = "web"};
        request.done = [&ended, name](const Outcome&) { ended.push_back(name); };
        project->submit(std::move(request));
    };
    submit(1, Request::Kind::Reload, "reload");
    submit(2, Request::Kind::Stop, "stop");
    clock.run();
    EXPECT_EQ(ended, Lines()) << "a stop comes after what was asked before it";
    const auto reads = reader.reads;
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(reader.reads, reads);
    reader.unknown = nullptr;
    reader.problem = Problem{"/srv/hotreload.toml", 2, 1, "user \"x\" could not be looked up"};
    looked_up.resolver()(true);
    clock.run();
    EXPECT_EQ(ended, (Lines{"reload", "stop"}));
    EXPECT_EQ(project->status().problems, std::vector{*reader.problem});
}

TEST_F(ProjectTest, a_look_up_that_hangs_for_good_holds_up_no_request) {
    service("web", "/etc/web");
    open();
    reader.hangs = true;
    reader.problem = Problem{"/srv/hotreload.toml", 2, 1, "user \"x\" could not be looked up"};
    const auto outcome = ask({.id = {0, 1}, .service = "web"});
    EXPECT_EQ(outcome.result, ReloadResult::Invalid);
    EXPECT_EQ(outcome.problems, std::vector{*reader.problem});
}

// Was: it was read for each that waited, at each turn.
TEST_F(ProjectTest, the_project_file_is_read_once_for_all_who_wait) {
    service("web", "/etc/web");
    open();
    units.slow_starts = true;
    save("/etc/web", "new"); // its start is under way
    const auto before = reader.reads;
    for (std::uint64_t id = 1; id <= 3; ++id)
        project->submit({.id = {0, id}, .service = "web"});
    clock.run();
    EXPECT_EQ(reader.reads, before + 1);
    units.finish_starts();
    clock.run();
    EXPECT_EQ(
        std::ranges::count(events.outcomes, std::optional(Trigger::Request), &Outcome::trigger), 3);
}

// Was: it began again for each newer change, and for ever with a service that writes into what it
// watches when it starts.
TEST_F(ProjectTest, a_request_waits_for_the_proof_whatever_changes_meanwhile) {
    service("web", "/etc/web");
    open();
    units.proofs_take_time = true;
    project->submit({.id = {0, 7}, .options = {.restart = true}});
    clock.run();
    const auto calls = units.calls;
    EXPECT_NE(calls, Lines{});
    save("/etc/web", "new");
    EXPECT_EQ(units.calls, calls);
}

// Was: a cut of the power took back what somebody had been told.
TEST_F(ProjectTest, what_a_person_is_told_is_on_the_disk_before) {
    service("web", "/etc/web");
    open();
    const auto on_disk = [&] { return store.services_on_disk["web"].wanted; };
    const auto ask_for = [&](Request::Kind kind, PlanOptions options) {
        std::optional<bool> then;
        project->submit({.kind = kind,
                         .id = {0, 1},
                         .service = "web",
                         .options = options,
                         .done = [&](const Outcome&) { then = on_disk(); }});
        clock.run();
        return then.value_or(!on_disk());
    };
    EXPECT_FALSE(ask_for(Request::Kind::Stop, {}));
    EXPECT_TRUE(ask_for(Request::Kind::Reload, {.start = true}));
}

TEST_F(ProjectTest, what_files_ask_for_is_on_the_disk_soon_after_and_not_waited_for) {
    service("web", "/etc/web");
    open();
    clock.advance(1s);
    store.saves.clear();
    save("/etc/web", "new");
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    EXPECT_FALSE(std::ranges::contains(store.saves, "flush"));
    clock.advance(1s);
    EXPECT_EQ(std::ranges::count(store.saves, "flush"), 1);
    EXPECT_EQ(store.services_on_disk.at("web").generation, 2U);
    clock.advance(1min);
    EXPECT_EQ(std::ranges::count(store.saves, "flush"), 1);
}

TEST_F(ProjectTest, at_the_end_of_the_daemon_what_is_under_way_ends_and_nothing_new_begins) {
    service("web", "/etc/web");
    open();
    units.proofs_take_time = false;
    units.slow_starts = true;
    save("/etc/web", "new"); // its start is under way
    bool ended = false;
    auto winding_up = [&]() -> Task<> {
        co_await project->wind_up();
        ended = true;
    };
    tasks.spawn(winding_up());
    save("/etc/web", "newer");
    EXPECT_EQ(ask({.id = {0, 5}}).result, ReloadResult::Failed);
    EXPECT_FALSE(ended);
    units.finish_starts();
    clock.run();
    EXPECT_TRUE(ended);
    EXPECT_EQ(store.services.at("web").generation, 2U);
    EXPECT_FALSE(store.services.at("web").underway);
    EXPECT_TRUE(store.services.at("web").files.empty()); // it was written meanwhile: not sure
}

TEST_F(ProjectTest, what_goes_down_turns_away_who_comes_later) {
    service("web", "/etc/web");
    open();
    EXPECT_EQ(ask({.kind = Request::Kind::Remove, .id = {0, 1}}).result, ReloadResult::Applied);
    EXPECT_TRUE(project->gone());
    EXPECT_EQ(ask({.id = {0, 2}}).result, ReloadResult::Failed);
    EXPECT_TRUE(store.services.empty());
}

TEST_F(ProjectTest, a_pause_holds_changes_and_its_end_applies_the_newest_once) {
    service("web", "/etc/web");
    open();
    project->pause("web", {.time = 10s, .reason = "a migration", .caller = {}});
    save("/etc/web", "one");
    save("/etc/web", "two");
    EXPECT_EQ(units.calls, Lines{});
    EXPECT_EQ(events.services.at("web").held, Lines{"/etc/web"});
    EXPECT_EQ(events.services.at("web").state, ServiceStatus::State::Paused);
    clock.advance(10s);
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("two"));
    EXPECT_EQ(store.services.at("web").generation, 2U);
}

// Was: it stayed refused until somebody saved it, or asked.
TEST_F(ProjectTest, a_file_that_is_refused_is_read_again_from_time_to_time) {
    service("web", "/etc/web");
    open();
    reader.problem = Problem{"/srv/hotreload.toml", 3, 1, "there is no program \"web\""};
    save("/srv/hotreload.toml", "new");
    EXPECT_EQ(events.project->state, ProjectStatus::State::Invalid);
    reader.problem.reset(); // it was installed
    clock.advance(1min);
    EXPECT_EQ(events.project->state, ProjectStatus::State::Running);
}

// Was: it went on with its old process, whatever came of it later.
TEST_F(ProjectTest, what_was_paused_while_what_it_requires_was_restarted_gets_a_new_process_later) {
    service("web", "/etc/web").required = {"db"};
    service("db", "/etc/db");
    open();
    units.units[generation_unit("shop", "web", 1)].invocation = "the first";
    project->pause("web", {.time = {}, .reason = "", .caller = {}});
    save("/etc/db", "new");
    EXPECT_EQ(events.lines.back(), "finished db=applied");
    project->resume("web", {});
    clock.run();
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    EXPECT_EQ(store.services.at("web").generation, 2U);
}

TEST_F(ProjectTest, a_process_that_somebody_started_since_is_left_alone) {
    service("web", "/etc/web").required = {"db"};
    service("db", "/etc/db");
    open();
    auto& web = units.units[generation_unit("shop", "web", 1)];
    web.invocation = "the first";
    project->pause("web", {.time = {}, .reason = "", .caller = {}});
    save("/etc/db", "new");
    web.invocation = "the second";
    project->resume("web", {});
    clock.run();
    EXPECT_EQ(store.services.at("web").generation, 1U);
}

TEST_F(ProjectTest, a_disk_that_is_full_undoes_nothing_and_is_told) {
    service("web", "/etc/web");
    open();
    store.full = true;
    save("/etc/web", "new");
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    ASSERT_EQ(events.project->problems.size(), 1U);
    store.full = false;
    clock.advance(5s);
    EXPECT_TRUE(events.project->problems.empty());
    EXPECT_EQ(store.services.at("web").generation, 2U);
}

TEST_F(ProjectTest, that_ended_the_daemon_twice_is_set_aside_until_its_file_changes) {
    service("web", "/etc/web");
    deaths.aside = {"shop"};
    open();
    EXPECT_EQ(events.project->state, ProjectStatus::State::Failed);
    EXPECT_EQ(ask({.kind = Request::Kind::Stop, .id = {0, 1}}).result, ReloadResult::Unchanged);
    deaths.aside = {"shop"};
    save("/srv/hotreload.toml", "mended");
    EXPECT_EQ(events.project->state, ProjectStatus::State::Running);
    EXPECT_EQ(store.services.at("web").generation, 1U);
}

TEST_F(ProjectTest, a_document_that_takes_long_keeps_no_other_service_waiting) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    service("app", "/etc/app");
    open();
    save("/etc/web.toml", "large");
    save("/etc/app", "new");
    EXPECT_EQ(events.lines, (Lines{"created /etc/app", "finished app=applied"}));
    EXPECT_EQ(comparisons->paths, Lines{"/etc/web.toml"});
    answer_comparison();
    EXPECT_EQ(events.lines.back(), "finished web=applied");
}

TEST_F(ProjectTest, a_file_that_changes_while_it_is_compared_is_looked_at_again_first) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    save("/etc/web.toml", "one");
    save("/etc/web.toml", "two");
    EXPECT_EQ(comparisons->paths.size(), 1U) << "one look at a time";
    answer_comparison();
    EXPECT_EQ(events.lines, Lines{});
    answer_comparison();
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    EXPECT_EQ(store.services.at("web").files.at("/etc/web.toml"), test::FakeFiles::id_of("two"));
    EXPECT_EQ(store.services.at("web").generation, 2U);
}

// Was: it waited for the end of the comparison.
TEST_F(ProjectTest, a_stop_gives_up_a_comparison_and_does_not_wait_for_it) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    save("/etc/web.toml", "large");
    ASSERT_EQ(comparisons->paths.size(), 1U);
    EXPECT_EQ(ask({.kind = Request::Kind::Stop, .id = {0, 7}, .service = "web"}).result,
              ReloadResult::Applied);
    EXPECT_FALSE(store.services.at("web").wanted);
}

// Was: the look of a request was waited for, whatever else was asked for meanwhile.
TEST_F(ProjectTest, a_stop_gives_up_the_look_of_a_request_which_begins_again) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    files.write("/etc/web.toml", "large"); // not settled
    unsigned answers = 0;
    project->submit(
        {.id = {0, 6}, .service = "web", .options = {.retry = true}, .done = [&](const Outcome&) {
             ++answers;
         }});
    clock.run();
    ASSERT_EQ(comparisons->paths.size(), 1U);
    EXPECT_EQ(ask({.kind = Request::Kind::Stop, .id = {0, 7}, .service = "web"}).result,
              ReloadResult::Applied);
    EXPECT_FALSE(store.services.at("web").wanted);
    ASSERT_EQ(comparisons->paths.size(), 2U) << "it begins again";
    answer_comparison(); // the one that was given up
    EXPECT_EQ(answers, 0U);
    answer_comparison();
    EXPECT_EQ(answers, 1U);
}

// Was: the restart came after the stop, which had been told as done, and started it again.
TEST_F(ProjectTest, a_restart_that_gave_way_to_a_stop_does_not_start_what_was_stopped) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    files.write("/etc/web.toml", "large"); // not settled
    unsigned answers = 0;
    project->submit({.id = {0, 6},
                     .service = "web",
                     .options = {.retry = true, .restart = true, .start = true},
                     .done = [&](const Outcome&) { ++answers; }});
    clock.run();
    EXPECT_EQ(ask({.kind = Request::Kind::Stop, .id = {0, 7}, .service = "web"}).result,
              ReloadResult::Applied);
    ASSERT_EQ(comparisons->paths.size(), 2U);
    answer_comparison(); // the one that was given up
    answer_comparison();
    EXPECT_EQ(answers, 1U);
    EXPECT_FALSE(store.services.at("web").wanted);
}

// Was: the look had not begun when the stop looked for what was in its way.
TEST_F(ProjectTest, a_stop_gives_up_the_look_of_a_request_that_begins_in_the_same_turn) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    files.write("/etc/web.toml", "large");
    project->submit({.id = {0, 6}, .service = "web", .options = {.retry = true}, .done = {}});
    EXPECT_EQ(ask({.kind = Request::Kind::Stop, .id = {0, 7}, .service = "web"}).result,
              ReloadResult::Applied);
    EXPECT_FALSE(store.services.at("web").wanted);
}

TEST_F(ProjectTest, the_end_of_the_daemon_gives_up_the_look_of_a_request) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    files.write("/etc/web.toml", "large");
    std::optional<Outcome> answer;
    project->submit({.id = {0, 6},
                     .service = "web",
                     .options = {.retry = true},
                     .done = [&](const Outcome& outcome) { answer = outcome; }});
    clock.run();
    bool ended = false;
    tasks.spawn([](Project& ending, bool& over) -> Task<> {
        co_await ending.wind_up();
        over = true;
    }(*project, ended));
    clock.run();
    EXPECT_TRUE(ended);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->problems.at(0).message.contains("about to end"));
}

// Was: what was compared when the pause was answered was applied after it.
TEST_F(ProjectTest, a_pause_holds_what_is_being_compared) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    save("/etc/web.toml", "new");
    project->pause("web", {.time = {}, .reason = "", .caller = {}});
    answer_comparison();
    ASSERT_EQ(comparisons->paths.size(), 1U) << "what is held is looked at";
    answer_comparison();
    EXPECT_EQ(events.lines, Lines{});
    EXPECT_EQ(events.services.at("web").held, Lines{"/etc/web.toml"});
    project->resume("web", {});
    clock.run();
    answer_comparison();
    EXPECT_EQ(events.lines.back(), "finished web=applied");
}

// Was: it was told as held when the service was paused the next time.
TEST_F(ProjectTest, what_was_compared_while_a_pause_ended_is_not_held) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    project->pause("web", {.time = {}, .reason = "", .caller = {}});
    save("/etc/web.toml", "new");
    project->resume("web", {});
    clock.run();
    answer_comparison(); // of what was held
    answer_comparison();
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    project->pause("web", {.time = {}, .reason = "", .caller = {}});
    clock.run();
    EXPECT_EQ(events.services.at("web").held, Lines{});
}

TEST_F(ProjectTest, files_that_change_faster_than_they_are_compared_are_applied_all_the_same) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    save("/etc/web.toml", "0");
    for (int i = 1; i <= 4; ++i) {
        EXPECT_EQ(events.lines, Lines{});
        save("/etc/web.toml", std::to_string(i));
        answer_comparison();
    }
    EXPECT_EQ(events.lines, (Lines{"created /etc/web.toml", "finished web=applied"}));
    answer_comparison();
    EXPECT_EQ(store.services.at("web").files.at("/etc/web.toml"), test::FakeFiles::id_of("4"));
}

TEST_F(ProjectTest, nothing_is_settled_while_a_document_is_compared) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    save("/etc/web.toml", "new");
    bool settled = false;
    tasks.spawn([](Project& of, bool& done) -> Task<> {
        co_await of.settled();
        done = true;
    }(*project, settled));
    clock.run();
    EXPECT_FALSE(settled);
    answer_comparison();
    EXPECT_TRUE(settled);
}

TEST_F(ProjectTest, who_asks_for_a_plan_may_outlive_the_project) {
    comparisons.emplace(clock);
    service("web", "/etc/web.toml");
    open();
    files.write("/etc/web.toml", "new");
    std::optional<Result<Looks::Draft>> draft;
    tasks.spawn([](Task<Result<Looks::Draft>> asked, auto& answer) -> Task<> {
        answer = co_await std::move(asked);
    }(project->draft({}, {}), draft));
    ASSERT_EQ(comparisons->paths, Lines{"/etc/web.toml"});
    project.reset();
    answer_comparison({.problems = {{.message = "bad"}}});
    ASSERT_TRUE(draft && *draft);
    EXPECT_EQ((*draft)->input.views.at("web").documents.at("/etc/web.toml").problems.size(), 1U);
}

// Was: a plan was told that no reload would carry out.
TEST_F(ProjectTest, a_plan_of_a_project_file_that_cannot_be_in_force_says_so) {
    service("web", "/etc/web");
    open();
    reader.definition.name = "other";
    std::optional<Result<Looks::Draft>> draft;
    tasks.spawn([](Task<Result<Looks::Draft>> asked, auto& answer) -> Task<> {
        answer = co_await std::move(asked);
    }(project->draft({}, {}), draft));
    ASSERT_TRUE(draft);
    ASSERT_FALSE(*draft);
    EXPECT_TRUE(draft->error().message.contains("hotreloadctl down shop"));
}

TEST_F(ProjectTest, a_config_that_goes_while_it_is_compared_is_missing) {
    comparisons.emplace(clock);
    reader.definition.configs["app"] = {
        .name = "app", .file = "/etc/app.toml", .watch = {.files = {"/etc/app.toml"}}};
    files.write("/etc/app.toml", "one");
    open();
    files.remove("/etc/app.toml");
    files.settle("/etc/app.toml");
    clock.run();
    answer_comparison();
    EXPECT_EQ(events.lines, Lines{"config app missing "});
}

// Was: it was valid, with "" as its value.
TEST_F(ProjectTest, a_config_that_cannot_be_rendered_is_not_published) {
    reader.definition.configs["app"] = {
        .name = "app", .file = "/etc/app.toml", .watch = {.files = {"/etc/app.toml"}}};
    unrenderable = Problem{.message = "it takes too long"};
    open();
    save("/etc/app.toml", "one");
    EXPECT_EQ(events.lines,
              (Lines{"invalid configs.app: it takes too long", "config app invalid "}));
    EXPECT_EQ(project->config_statuses().at(0).revision, 0U);
}

// Was: nobody was told that its changes would not be seen.
TEST_F(ProjectTest, a_config_whose_changes_cannot_be_seen_is_published_and_says_so) {
    reader.definition.configs["app"] = {
        .name = "app", .file = "/etc/app.toml", .watch = {.files = {"/etc/app.toml"}}};
    files.write("/etc/app.toml", "one");
    files.unseen = {"/etc/app.toml"};
    open();
    const auto status = project->config_statuses().at(0);
    EXPECT_EQ(status.state, ConfigStatus::State::Valid);
    EXPECT_EQ(status.revision, 1U);
    ASSERT_EQ(status.problems.size(), 1U);
    EXPECT_EQ(status.problems[0].message, "no space left");
}

// Was: it waited for ever.
TEST_F(ProjectTest, who_waits_for_configs_may_outlive_the_project) {
    comparisons.emplace(clock);
    reader.definition.configs["app"] = {
        .name = "app", .file = "/etc/app.toml", .watch = {.files = {"/etc/app.toml"}}};
    files.write("/etc/app.toml", "one");
    open();
    EXPECT_FALSE(tasks.idle());
    project.reset();
    clock.run();
    EXPECT_TRUE(tasks.idle());
}

TEST_F(ProjectTest, a_config_is_published_as_its_newest_look_has_it) {
    comparisons.emplace(clock);
    reader.definition.configs["app"] = {
        .name = "app", .file = "/etc/app.toml", .watch = {.files = {"/etc/app.toml"}}};
    files.write("/etc/app.toml", "one");
    open();
    save("/etc/app.toml", "two");
    ASSERT_EQ(comparisons->paths.size(), 2U);
    answer_comparison({.problems = {{.message = "bad"}}});
    EXPECT_EQ(events.lines, Lines{}) << "which counts no more";
    answer_comparison();
    EXPECT_EQ(events.lines, Lines{"config app valid {}"});
    EXPECT_EQ(store.project->configs.at("app").content, test::FakeFiles::id_of("two"));
}

} // namespace
} // namespace hotreload::project
