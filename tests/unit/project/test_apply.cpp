// SPDX-License-Identifier: LGPL-2.1-or-later
// Contents that somebody hands over: checked, written, put into effect; put back where they do not
// hold, or where nobody confirms them.
#include "core/names.hpp"
#include "project_fixture.hpp"

#include <algorithm>

namespace hotreload::project {
namespace {

using namespace std::chrono_literals;

class ApplyTest : public ProjectTest {
protected:
    static HandedFile content(const std::string& text) {
        return {test::FakeFiles::id_of(text), SharedBytes(text)};
    }
    Request request(HandedFiles handed, Duration confirm = {}) {
        return {.id = {7, ++last_id},
                .service = "web",
                .options = {.retry = true},
                .apply = Request::Apply{std::move(handed), confirm},
                .caller = 1000};
    }
    void open_with(const std::string& text) {
        files.write("/etc/web", text);
        open();
    }
    [[nodiscard]] bool nothing_is_pending() const {
        return !store.project || store.project->candidates.empty();
    }
    // It fails when it is put into effect, and then the files cannot be written any more.
    Outcome ask_and_fill_the_disk(HandedFiles handed) {
        for (unsigned generation = 2; generation < 9; ++generation)
            units.start_errors[generation_unit("shop", "web", generation)] = "it does not start";
        events.on_started = [this] { files.write_error = "the disk is full"; };
        const auto outcome = ask(request(std::move(handed)));
        events.on_started = {};
        return outcome;
    }
    using News = Events::CandidateNews;
    [[nodiscard]] std::ptrdiff_t times_told(News news) const {
        return std::ranges::count(events.candidates, news, &std::pair<News, std::string>::first);
    }
    [[nodiscard]] bool has_problem(const std::string& words) const {
        return std::ranges::any_of(
            events.services.at("web").problems,
            [&](const std::string& message) { return message.contains(words); }, &Problem::message);
    }
    // A candidate that a death has left: written or not, it is not known.
    void leave_candidate(Candidate candidate) {
        if (!store.project)
            store.project = ProjectRecord{
                .name = "shop", .path = "/srv/hotreload.toml", .manager_id = "manager"};
        const auto& applied = store.services.at("web");
        candidate.id = {7, 7};
        candidate.services = {"web"};
        candidate.goals = {
            {"web", {.generation = 1, .definition = applied.definition, .files = applied.files}}};
        store.project->candidates.push_back(std::move(candidate));
    }
    static Candidate::File change(const std::string& before, const std::string& now) {
        return {test::FakeFiles::id_of(before), test::FakeFiles::id_of(now)};
    }
    // The daemon dies, and its next run takes the project up from what is on record.
    void die() {
        auto left = store.project.value_or(record);
        left.services = store.services;
        project.reset();
        record = std::move(left);
        open();
    }
};

TEST_F(ApplyTest, what_is_handed_over_is_written_and_put_into_effect) {
    service("web", "/etc/web");
    open_with("old");
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    EXPECT_EQ(outcome.result, ReloadResult::Applied);
    EXPECT_EQ(files.stamp("/etc/web"), "new");
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("new"));
    EXPECT_TRUE(nothing_is_pending());
}

// Was: the watcher saw what we had written ourselves as news.
TEST_F(ApplyTest, it_is_one_transaction) {
    service("web", "/etc/web");
    open_with("old");
    ask(request({{"/etc/web", content("new")}}));
    files.settle("/etc/web");
    clock.run();
    EXPECT_EQ(std::ranges::count(events.lines, "finished web=applied"), 1);
    EXPECT_EQ(store.services.at("web").generation, 2U);
}

TEST_F(ApplyTest, what_is_invalid_is_not_written_and_is_no_refusal_of_the_service) {
    service("web", "/etc/web").validate = {"/bin/check"};
    open_with("old");
    units.commands["/bin/check"] = {.ok = false, .output = "no"};
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    EXPECT_EQ(outcome.result, ReloadResult::Invalid);
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_FALSE(store.services.at("web").refusal);
    EXPECT_TRUE(nothing_is_pending());
}

TEST_F(ApplyTest, when_the_service_fails_the_files_are_put_back_before_it_is) {
    service("web", "/etc/web");
    open_with("old");
    units.start_errors[generation_unit("shop", "web", 2)] = "it does not start";
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    EXPECT_EQ(outcome.result, ReloadResult::RolledBack);
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_EQ(store.services.at("web").generation, 1U);
    EXPECT_FALSE(store.services.at("web").refusal);
    EXPECT_TRUE(nothing_is_pending());
    EXPECT_TRUE(units.state(generation_unit("shop", "web", 1)).running());
}

TEST_F(ApplyTest, a_file_that_was_not_there_goes_again) {
    service("web", "/etc/web");
    open();
    units.start_errors[generation_unit("shop", "web", 2)] = "it does not start";
    ask(request({{"/etc/web", content("new")}}));
    EXPECT_FALSE(files.exists("/etc/web"));
}

// Links do not matter: what is handed over at once stands and falls together.
TEST_F(ApplyTest, services_of_one_apply_fall_together) {
    service("app", "/etc/app");
    service("web", "/etc/web");
    files.write("/etc/app", "old");
    open_with("old");
    units.start_errors[generation_unit("shop", "web", 2)] = "it does not start";
    auto both = request({{"/etc/app", content("new")}, {"/etc/web", content("new")}});
    both.service.reset();
    const auto outcome = ask(std::move(both));
    EXPECT_EQ(files.stamp("/etc/app"), "old");
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_EQ(store.services.at("app").generation, 1U);
    EXPECT_EQ(store.services.at("web").generation, 1U);
}

TEST_F(ApplyTest, another_service_that_watches_the_file_is_a_part_of_it) {
    service("app", "/etc/web");
    service("web", "/etc/web");
    open_with("old");
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    ASSERT_EQ(outcome.services.size(), 2U);
    EXPECT_EQ(store.services.at("app").generation, 2U);
}

TEST_F(ApplyTest, paths_that_the_target_does_not_watch_are_refused_by_name) {
    service("web", "/etc/web");
    service("app", "/etc/app");
    open_with("old");
    const auto can = project->can_apply("web", {{"/etc/app", content("new")}});
    ASSERT_FALSE(can);
    EXPECT_EQ(can.error().code, ErrorCode::Invalid);
    EXPECT_TRUE(can.error().message.contains("/etc/app")) << can.error().message;
    EXPECT_TRUE(project->can_apply(std::nullopt, {{"/etc/app", content("new")}}));
}

TEST_F(ApplyTest, what_is_confirmed_stays) {
    service("web", "/etc/web");
    open_with("old");
    const auto outcome = ask(request({{"/etc/web", content("new")}}, 30s));
    EXPECT_EQ(outcome.confirm_until_usec, clock.realtime_usec() + 30'000'000);
    EXPECT_EQ(events.services.at("web").confirm_until_usec, outcome.confirm_until_usec);
    EXPECT_TRUE(project->confirm("web", 1000));
    EXPECT_EQ(events.services.at("web").confirm_until_usec, 0U);
    clock.advance(1min);
    clock.run();
    EXPECT_EQ(files.stamp("/etc/web"), "new");
    EXPECT_EQ(project->confirm("web", 1000).error().code, ErrorCode::NotFound);
}

TEST_F(ApplyTest, what_nobody_confirms_is_put_back_with_its_files) {
    service("web", "/etc/web");
    open_with("old");
    const auto applied = ask(request({{"/etc/web", content("new")}}, 30s));
    clock.advance(31s);
    clock.run();
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("old"));
    EXPECT_EQ(events.outcomes.back().unconfirmed, applied.id);
    EXPECT_EQ(events.outcomes.back().trigger, Trigger::Unconfirmed);
    EXPECT_EQ(store.histories.at("web").front().trigger, Trigger::Unconfirmed);
    EXPECT_EQ(project->service_status("web").last_trigger, Trigger::Unconfirmed);
    EXPECT_TRUE(nothing_is_pending());
}

// Was: it stayed in force until somebody mended the project file.
TEST_F(ApplyTest, what_nobody_confirms_is_put_back_though_the_project_file_is_invalid) {
    service("web", "/etc/web");
    open_with("old");
    ask(request({{"/etc/web", content("new")}}, 30s));
    reader.problem = Problem{.message = "unclosed"};
    save("/srv/hotreload.toml", "1");
    clock.advance(31s);
    clock.run();
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("old"));
}

// Was: it was told each time that putting back was tried.
TEST_F(ApplyTest, that_nobody_confirmed_it_is_told_once_though_putting_back_fails) {
    service("web", "/etc/web");
    open_with("old");
    contents.contents[test::FakeFiles::id_of("old")] = "old";
    ask(request({{"/etc/web", content("new")}}, 30s));
    files.write_error = "the disk is full";
    clock.advance(3min);
    EXPECT_EQ(times_told(News::Unconfirmed), 1);
    EXPECT_EQ(times_told(News::NotPutBack), 1);
    files.write_error = "the disk is gone";
    clock.advance(1min);
    EXPECT_EQ(times_told(News::Unconfirmed), 1);
    EXPECT_EQ(times_told(News::NotPutBack), 2);
    files.write_error.clear();
    clock.advance(31s);
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_TRUE(nothing_is_pending());
}

// Was: a transaction that had failed was told, every 30 seconds, as somebody's request.
TEST_F(ApplyTest, putting_back_that_fails_again_is_no_transaction) {
    service("web", "/etc/web");
    open_with("old");
    contents.contents[test::FakeFiles::id_of("old")] = "old";
    ask(request({{"/etc/web", content("new")}}, 30s));
    const auto before = events.outcomes.size();
    files.write_error = "the disk is full";
    clock.advance(3min);
    ASSERT_EQ(events.outcomes.size(), before + 1);
    EXPECT_EQ(events.outcomes.back().trigger, Trigger::Unconfirmed);
    files.write_error = "the disk is gone";
    clock.advance(1min);
    EXPECT_EQ(events.outcomes.size(), before + 2);
}

TEST_F(ApplyTest, putting_back_what_was_never_in_force_is_no_transaction_each_time) {
    service("web", "/etc/web");
    open_with("old");
    contents.contents[test::FakeFiles::id_of("old")] = "old";
    ask_and_fill_the_disk({{"/etc/web", content("new")}});
    const auto before = events.outcomes.size();
    clock.advance(3min);
    EXPECT_EQ(events.outcomes.size(), before);
    files.write_error = "the disk is gone";
    clock.advance(31s);
    EXPECT_EQ(events.outcomes.size(), before + 1);
    files.write_error.clear();
    clock.advance(31s);
    EXPECT_EQ(events.outcomes.size(), before + 2);
}

TEST_F(ApplyTest, a_save_meanwhile_is_applied_and_goes_with_the_rest) {
    service("web", "/etc/web");
    open_with("old");
    ask(request({{"/etc/web", content("new")}}, 30s));
    save("/etc/web", "by hand");
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    clock.advance(31s);
    clock.run();
    EXPECT_EQ(files.stamp("/etc/web"), "old");
}

TEST_F(ApplyTest, while_it_waits_to_be_confirmed_no_other_is_taken) {
    service("web", "/etc/web");
    open_with("old");
    ask(request({{"/etc/web", content("new")}}, 30s));
    const auto can = project->can_apply("web", {{"/etc/web", content("newer")}});
    ASSERT_FALSE(can);
    EXPECT_EQ(can.error().code, ErrorCode::Busy);
    EXPECT_TRUE(can.error().message.contains("hotreloadctl confirm shop/web"));
}

TEST_F(ApplyTest, the_time_goes_on_over_a_death) {
    service("web", "/etc/web");
    open_with("old");
    ask(request({{"/etc/web", content("new")}}, 30s));
    die();
    EXPECT_EQ(files.stamp("/etc/web"), "new");
    clock.advance(31s);
    clock.run();
    EXPECT_EQ(files.stamp("/etc/web"), "old");
}

// The record is there before the first file is written, and so a death in between is gone on from.
TEST_F(ApplyTest, a_death_between_record_and_files_is_followed_by_the_same) {
    service("web", "/etc/web");
    open_with("old");
    contents.contents[test::FakeFiles::id_of("old")] = "old";
    contents.contents[test::FakeFiles::id_of("new")] = "new";
    leave_candidate({.caller = 1000, .files = {{"/etc/web", change("old", "new")}}});
    die();
    EXPECT_EQ(files.stamp("/etc/web"), "new");
    EXPECT_EQ(store.services.at("web").generation, 2U);
    EXPECT_TRUE(nothing_is_pending());
}

// Was: what somebody had saved while we were away was overwritten, and nobody had a copy.
TEST_F(ApplyTest, what_was_saved_while_we_were_away_stays_and_the_rest_is_put_back) {
    service("web", "/etc/web").watches = {{.files = {"/etc/web", "/etc/more"}}};
    files.write("/etc/more", "old");
    open_with("old");
    for (const auto* const text : {"old", "new"})
        contents.contents[test::FakeFiles::id_of(text)] = text;
    files.write("/etc/web", "by hand");
    files.write("/etc/more", "new");
    leave_candidate(
        {.files = {{"/etc/web", change("old", "new")}, {"/etc/more", change("old", "new")}}});
    die();
    EXPECT_EQ(files.stamp("/etc/web"), "by hand");
    EXPECT_EQ(files.stamp("/etc/more"), "old");
    EXPECT_TRUE(nothing_is_pending());
    EXPECT_EQ(store.services.at("web").files.at("/etc/web"), test::FakeFiles::id_of("by hand"));
    const auto given_up = std::ranges::find(events.outcomes, ReloadId{7, 7}, &Outcome::id);
    ASSERT_NE(given_up, events.outcomes.end());
    ASSERT_EQ(given_up->result, ReloadResult::Failed);
    EXPECT_TRUE(given_up->problems.front().message.contains("somebody else has saved"));
}

// Was: it was overwritten, for nobody looked again before the files were written.
TEST_F(ApplyTest, a_save_right_before_the_writing_is_what_is_gone_back_to) {
    service("web", "/etc/web");
    open_with("old");
    background.meanwhile = [this] {
        if (!store.project->candidates.empty() && files.stamp("/etc/web") == "old")
            files.write("/etc/web", "by hand");
    };
    for (unsigned generation = 2; generation < 9; ++generation)
        units.start_errors[generation_unit("shop", "web", generation)] = "it does not start";
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    EXPECT_EQ(outcome.result, ReloadResult::RolledBack);
    EXPECT_EQ(files.stamp("/etc/web"), "by hand");
    EXPECT_TRUE(nothing_is_pending());
}

// Was: it was forgotten, and the files stayed as they were handed over.
TEST_F(ApplyTest, files_that_cannot_be_put_back_are_told_and_tried_again) {
    service("web", "/etc/web");
    open_with("old");
    const auto outcome = ask_and_fill_the_disk({{"/etc/web", content("new")}});
    ASSERT_FALSE(outcome.problems.empty());
    EXPECT_TRUE(outcome.problems.back().message.contains("the disk is full"));
    EXPECT_EQ(files.stamp("/etc/web"), "new");
    EXPECT_TRUE(has_problem("the disk is full"));
    clock.advance(2min);
    ASSERT_EQ(times_told(News::NotPutBack), 1);
    files.write_error = "the disk is gone";
    clock.advance(31s);
    EXPECT_EQ(events.candidates.back(),
              std::pair(News::NotPutBack, std::string("the disk is gone")));
    files.write_error.clear();
    clock.advance(31s);
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_TRUE(nothing_is_pending());
    EXPECT_FALSE(has_problem("the disk"));
}

// Was: the next start applied it, though it had not held.
TEST_F(ApplyTest, what_could_not_be_put_back_is_after_a_death) {
    service("web", "/etc/web");
    open_with("old");
    contents.contents[test::FakeFiles::id_of("old")] = "old";
    ask_and_fill_the_disk({{"/etc/web", content("new")}});
    files.write_error.clear();
    die();
    clock.advance(1s);
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_TRUE(nothing_is_pending());
}

TEST_F(ApplyTest, what_cannot_be_put_back_is_kept_when_somebody_says_so) {
    service("web", "/etc/web");
    open_with("old");
    ask_and_fill_the_disk({{"/etc/web", content("new")}});
    const auto can = project->can_apply("web", {{"/etc/web", content("newer")}});
    ASSERT_FALSE(can);
    EXPECT_TRUE(can.error().message.contains("the disk is full")) << can.error().message;
    EXPECT_TRUE(project->confirm("web", 1000));
    EXPECT_TRUE(nothing_is_pending());
    files.write_error.clear();
    clock.advance(1min);
    EXPECT_EQ(files.stamp("/etc/web"), "new");
}

// Was: it was forgotten in silence. A file that somebody else has saved needs no copy.
TEST_F(ApplyTest, a_copy_that_is_gone_is_told_and_needed_no_more_once_the_file_is_saved) {
    service("web", "/etc/web");
    open_with("old");
    contents.contents.clear();
    contents.contents[test::FakeFiles::id_of("new")] = "new";
    files.write("/etc/web", "new");
    leave_candidate({.files = {{"/etc/web", change("old", "new")}}});
    units.start_errors[generation_unit("shop", "web", 2)] = "it does not start";
    die();
    ASSERT_EQ(times_told(News::NotPutBack), 1);
    EXPECT_TRUE(events.candidates.back().second.contains("/etc/web"));
    EXPECT_FALSE(nothing_is_pending());
    save("/etc/web", "by hand");
    clock.advance(31s);
    EXPECT_TRUE(nothing_is_pending());
    EXPECT_EQ(files.stamp("/etc/web"), "by hand");
}

// Was: an empty content was taken for it, and what was written stayed.
TEST_F(ApplyTest, what_is_lost_is_told_with_its_file_and_the_rest_put_back) {
    service("web", "/etc/web").watches = {{.files = {"/etc/web", "/etc/more"}}};
    files.write("/etc/more", "old");
    open_with("old");
    for (const auto* const text : {"old", "newer"})
        contents.contents[test::FakeFiles::id_of(text)] = text;
    files.write("/etc/web", "new");
    files.write("/etc/more", "newer");
    leave_candidate(
        {.files = {{"/etc/web", change("old", "new")}, {"/etc/more", change("old", "newer")}}});
    die();
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_EQ(files.stamp("/etc/more"), "old");
    EXPECT_EQ(store.services.at("web").generation, 1U);
    EXPECT_TRUE(nothing_is_pending());
    const auto given_up = std::ranges::find(events.outcomes, ReloadId{7, 7}, &Outcome::id);
    ASSERT_NE(given_up, events.outcomes.end());
    EXPECT_EQ(given_up->problems.front().path, "/etc/web");
}

// Was: what the death had left was forgotten with the error.
TEST_F(ApplyTest, what_cannot_be_gone_on_with_is_put_back) {
    service("web", "/etc/web").watches = {{.files = {"/etc/web", "/etc/more"}}};
    files.write("/etc/more", "old");
    open_with("old");
    for (const auto* const text : {"old", "new"})
        contents.contents[test::FakeFiles::id_of(text)] = text;
    files.write("/etc/web", "new"); // of two, one was written
    leave_candidate(
        {.files = {{"/etc/web", change("old", "new")}, {"/etc/more", change("old", "new")}}});
    files.write_error = "the disk is full";
    die();
    EXPECT_EQ(files.stamp("/etc/web"), "new");
    files.write_error.clear();
    clock.advance(31s);
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_EQ(files.stamp("/etc/more"), "old");
    EXPECT_TRUE(nothing_is_pending());
}

// Was: the copies were trimmed, and so there was no way back, and none on after a death.
TEST_F(ApplyTest, copies_stay_though_those_of_another_file_are_kept_before_it_is_on_record) {
    service("web", "/etc/web");
    open_with("old");
    project->pause("web", {});
    save("/etc/web", "by hand");
    background.meanwhile = [&] {
        (void)contents.keep("shop", "/etc/other", test::FakeFiles::id_of("x"), "x", 0, *in_use);
    };
    units.start_errors[generation_unit("shop", "web", 2)] = "it does not start";
    ask(request({{"/etc/web", content("new")}}));
    EXPECT_EQ(files.stamp("/etc/web"), "by hand");
    const auto without_copy = ask(request({{"/etc/web", content("newer")}}, 30s));
    ASSERT_FALSE(without_copy.problems.empty());
    EXPECT_TRUE(without_copy.problems.front().message.contains("no whole copy"))
        << without_copy.problems.front().message;
    contents.contents[test::FakeFiles::id_of("old")] = "old"; // which is applied
    ask(request({{"/etc/web", content("newer")}}, 30s));
    EXPECT_TRUE(contents.contents.contains(test::FakeFiles::id_of("newer")));
}

// Was: what was handed over was written and put back, again and again, until all others rested.
TEST_F(ApplyTest, a_save_of_another_file_meanwhile_lets_what_was_written_stay) {
    service("web", "/etc/web").watches = {{.files = {"/etc/web", "/etc/more"}}};
    files.write("/etc/more", "old");
    open_with("old");
    unsigned times_written = 0;
    background.meanwhile = [&] {
        if (nothing_is_pending() || files.stamp("/etc/web") == "new")
            return;
        ++times_written;
        files.write("/etc/more", "by hand"); // after the last look
    };
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    EXPECT_EQ(outcome.result, ReloadResult::Applied);
    EXPECT_EQ(times_written, 1U);
    ASSERT_EQ(outcome.files.size(), 1U);
    EXPECT_EQ(outcome.files.front().kind, "written");
    EXPECT_EQ(store.services.at("web").files.at("/etc/more"), test::FakeFiles::id_of("by hand"));
    EXPECT_TRUE(nothing_is_pending());
}

// Was: it was to be asked for again, and yet the next start applied it.
TEST_F(ApplyTest, what_the_next_start_goes_on_with_is_not_to_be_asked_for_again) {
    service("web", "/etc/web");
    open_with("old");
    background.meanwhile = [this] {
        if (!store.project->candidates.empty() && files.write_error.empty()) {
            files.write_error = "the disk is full";
            tasks.spawn(project->wind_up());
        }
    };
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    ASSERT_FALSE(outcome.problems.empty());
    EXPECT_TRUE(outcome.problems.front().message.contains("its next start goes on with this"))
        << outcome.problems.front().message;
    EXPECT_FALSE(nothing_is_pending());
    background.meanwhile = {};
    files.write_error.clear();
    die();
    EXPECT_EQ(files.stamp("/etc/web"), "new");
}

// Was: "no file was written" was said whatever had become of the files.
TEST_F(ApplyTest, what_became_of_the_files_is_told_by_who_has_written_them) {
    service("web", "/etc/web");
    open_with("old");
    files.write_error = "the disk is full; what was changed and could not be put back: /etc/web";
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    ASSERT_FALSE(outcome.problems.empty());
    EXPECT_EQ(outcome.problems.front().message, files.write_error);
    files.write_error.clear();
    store.full = true;
    const auto unrecorded = ask(request({{"/etc/web", content("newer")}}));
    ASSERT_FALSE(unrecorded.problems.empty());
    EXPECT_TRUE(unrecorded.problems.front().message.ends_with("; no file was changed"))
        << unrecorded.problems.front().message;
}

// Was: each file of the services was read and kept whole, however large, and nobody was answered.
TEST_F(ApplyTest, what_is_too_large_for_a_copy_is_refused_by_name) {
    service("web", "/etc/web").watches = {{.files = {"/etc/web", "/etc/geo"}}};
    files.write("/etc/geo", std::string((16 << 20) + 1, 'g'));
    open_with("old");
    const auto outcome = ask(request({{"/etc/web", content("new")}}, 30s));
    ASSERT_FALSE(outcome.problems.empty());
    EXPECT_TRUE(outcome.problems.front().message.contains("/etc/geo holds more than the 16 MiB"))
        << outcome.problems.front().message;
    EXPECT_EQ(files.stamp("/etc/web"), "old");
    EXPECT_TRUE(contents.on_disk.empty());
    EXPECT_EQ(ask(request({{"/etc/web", content("new")}})).result, ReloadResult::Applied);
    EXPECT_NE(ask(request({{"/etc/geo", content("new")}})).result, ReloadResult::Applied);
}

// Was: copies that were there already were on no disk, and so nothing could be put back.
TEST_F(ApplyTest, a_cut_of_the_power_leaves_all_that_is_gone_back_to) {
    service("web", "/etc/web").watches = {{.files = {"/etc/web", "/etc/more"}}};
    files.write("/etc/more", "more");
    open_with("old");
    for (const auto* const text : {"old", "more"})
        contents.contents[test::FakeFiles::id_of(text)] = text;
    ask(request({{"/etc/web", content("new")}}, 30s));
    for (const auto* const text : {"old", "more", "new"})
        EXPECT_TRUE(contents.on_disk.contains(test::FakeFiles::id_of(text))) << text;
}

TEST_F(ApplyTest, a_record_that_cannot_be_written_leaves_the_files_alone) {
    service("web", "/etc/web");
    open_with("old");
    store.full = true;
    const auto outcome = ask(request({{"/etc/web", content("new")}}));
    EXPECT_FALSE(outcome.problems.empty());
    EXPECT_EQ(files.stamp("/etc/web"), "old");
}

} // namespace
} // namespace hotreload::project
