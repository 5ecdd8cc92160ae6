// SPDX-License-Identifier: LGPL-2.1-or-later
// A project with members of a made-up kind: a note writes a line when its files change in meaning.
// Nothing but the kind itself knows of it.
#include "core/record_step.hpp"
#include "kinds/kinds.hpp"
#include "project_fixture.hpp"

#include <gtest/gtest.h>

namespace hotreload::project {

namespace {

struct Notebook {
    Lines lines;
    std::string refused;    // a line that cannot be written
    std::string impossible; // one that its check refuses
};

class NoteStep final : public RecordStep {
public:
    NoteStep(StepInput input, const Kind& kind, StepHost& host, Notebook& notebook)
        : RecordStep(std::move(input), kind, host), notebook_(notebook) {}

    Task<Verdict> check() override {
        if (view().wanted && line() == notebook_.impossible)
            co_return Verdict{.problem = problem("cannot be written", "line"), .note = {}};
        co_return co_await RecordStep::check();
    }
    Task<std::optional<Problem>> apply() override {
        if (plan().action != Action::Run)
            co_return std::nullopt;
        if (line() == notebook_.refused)
            co_return problem("the notebook is full");
        notebook_.lines.push_back(line());
        co_return std::nullopt;
    }

private:
    [[nodiscard]] std::string line() const {
        return *view().wanted->settings.find("line")->second.string();
    }

    Notebook& notebook_;
};

class NoteKind final : public Kind {
public:
    explicit NoteKind(Notebook& notebook) : notebook_(notebook) {}

    [[nodiscard]] std::string_view word() const override { return "note"; }
    [[nodiscard]] std::string_view table() const override { return "notes"; }
    [[nodiscard]] bool takes(std::string_view) const override { return false; }
    void check(Declaration&) const override {}

    [[nodiscard]] std::vector<Change> changes(const MemberView& view) const override {
        auto all = diff_definitions(view.record->definition, *view.wanted);
        std::ranges::move(diff_files(
                              *view.record, *view.wanted, *view.files, view.documents,
                              [](const std::string&) {
                                  return Effect(Strategy::Restart, "a note is written anew");
                              },
                              view.patterns),
                          std::back_inserter(all));
        return all;
    }
    [[nodiscard]] MemberPlan plan(const std::string& name, const MemberView& view,
                                  const PlanOptions& options) const override {
        const bool refused = view.record && same_as_refused(view) && !options.retry;
        if (!view.record || view.record->generation == 0)
            return {name, refused ? Action::Refused : Action::Run, {}, "new"};
        MemberPlan plan{name, Action::None, changes(view), ""};
        if (all_rewritten(plan.changes))
            return plan;
        plan.action = Action::Run;
        if (!view.record->wanted && !options.start)
            plan.action = Action::Record;
        else if (refused)
            plan.action = Action::Refused;
        return plan;
    }
    [[nodiscard]] State state(const std::string&, const std::string&, const MemberRecord*,
                              const UnitState&) const override {
        return {ServiceStatus::State::Done, std::nullopt};
    }
    [[nodiscard]] std::unique_ptr<Step> make_step(StepInput input, StepHost& host,
                                                  const KindPorts&) const override {
        return std::make_unique<NoteStep>(std::move(input), *this, host, notebook_);
    }

private:
    Notebook& notebook_;
};

class TwoKindsTest : public ProjectTest {
protected:
    TwoKindsTest() { kinds = &two; }

    MemberDefinition& note(const std::string& name, const std::string& file) {
        auto& definition = reader.definition.services[name].edit();
        definition.name = name;
        definition.kind = "note";
        definition.settings["line"] = Value{.data = name + " was here"};
        definition.watches = {{.files = {file}}};
        return definition;
    }

    Notebook notebook;
    NoteKind notes{notebook};
    Kinds two{{all_kinds().all().front(), &notes}};
};

} // namespace

TEST_F(TwoKindsTest, a_member_of_another_kind_is_kept_in_step_like_a_service) {
    note("log", "/etc/a");
    files.write("/etc/a", "1");
    open();
    EXPECT_EQ(notebook.lines, Lines{"log was here"});
    save("/etc/a", "1");
    EXPECT_EQ(notebook.lines.size(), 1U);
    save("/etc/a", "2");
    EXPECT_EQ(notebook.lines.size(), 2U);
    const auto status = project->service_status("log");
    EXPECT_EQ(status.kind, "note");
    EXPECT_EQ(status.state, ServiceStatus::State::Done);
    EXPECT_EQ(status.generation, 2U);
    EXPECT_EQ(status.last_strategy, "run");
    EXPECT_EQ(units.calls, Lines{});
    EXPECT_EQ(store.services.at("log").definition.kind, "note");
}

// Was: what was refused before anything was on record was taken for a service that had become a
// note, stopped as one, and new again, for ever.
TEST_F(TwoKindsTest, a_new_member_that_cannot_be_had_is_refused_once) {
    note("log", "/etc/a");
    files.write("/etc/a", "1");
    notebook.refused = "log was here";
    open();
    EXPECT_EQ(project->service_status("log").state, ServiceStatus::State::Failed);
    EXPECT_EQ(store.services.at("log").definition.kind, "note");
    notebook.refused.clear();
    notebook.impossible = "log was here";
    save("/etc/a", "2");
    EXPECT_EQ(project->service_status("log").state, ServiceStatus::State::Invalid);
    notebook.impossible.clear();
    save("/etc/a", "3");
    EXPECT_EQ(notebook.lines, Lines{"log was here"});
}

TEST_F(TwoKindsTest, a_rule_names_the_kind_that_it_is_of) {
    note("log", "/etc/a").strategy = Strategy::Restart;
    files.write("/etc/a", "1");
    open();
    save("/etc/a", "2");
    const auto status = project->service_status("log");
    ASSERT_EQ(status.last_changes.size(), 1U);
    EXPECT_EQ(status.last_changes[0].reason, "strategy of the note");
}

TEST_F(TwoKindsTest, kinds_stand_and_fall_together_where_links_connect_them) {
    note("log", "/etc/a");
    service("web", "/etc/a").after = {"log"};
    files.write("/etc/a", "1");
    open();
    notebook.refused = "log was here";
    save("/etc/a", "2");
    EXPECT_EQ(units.calls, Lines{}) << "web comes after it";
    EXPECT_EQ(project->service_status("log").state, ServiceStatus::State::Failed);
    EXPECT_EQ(project->service_status("web").state, ServiceStatus::State::HeldBack);
    notebook.refused.clear();
    save("/etc/a", "3");
    EXPECT_EQ(notebook.lines.size(), 2U);
    EXPECT_EQ(project->service_status("web").state, ServiceStatus::State::Running);
}

TEST_F(TwoKindsTest, what_a_check_refuses_names_the_key_in_the_table_of_the_kind) {
    note("log", "/etc/a");
    reader.definition.source_map.add("notes.log.line", {7, 3});
    files.write("/etc/a", "1");
    open();
    notebook.impossible = "log was here";
    save("/etc/a", "2");
    const auto status = project->service_status("log");
    EXPECT_EQ(status.state, ServiceStatus::State::Invalid);
    ASSERT_EQ(status.problems.size(), 1U);
    EXPECT_EQ(status.problems[0].line, 7U);
}

TEST_F(TwoKindsTest, a_stop_that_was_asked_for_holds_for_every_kind) {
    note("log", "/etc/a");
    files.write("/etc/a", "1");
    open();
    EXPECT_EQ(
        ask({.kind = Request::Kind::Stop, .id = {0, 1}, .service = "log"}).services.at(0).result,
        ReloadResult::Stopped);
    save("/etc/a", "2");
    EXPECT_EQ(notebook.lines.size(), 1U);
    EXPECT_EQ(
        ask({.id = {0, 2}, .service = "log", .options = {.retry = true, .start = true}}).result,
        ReloadResult::Unchanged);
    save("/etc/a", "3");
    EXPECT_EQ(notebook.lines.size(), 2U);
}

TEST_F(TwoKindsTest, a_member_that_becomes_another_kind_leaves_as_what_it_was) {
    service("web", "/etc/a");
    files.write("/etc/a", "1");
    open();
    reader.definition.services.clear();
    note("web", "/etc/a");
    save("/srv/hotreload.toml", "a note");
    EXPECT_TRUE(std::ranges::contains(units.calls, "stop hotreload-shop.web@1.service"))
        << testing::PrintToString(units.calls);
    EXPECT_EQ(notebook.lines, Lines{"web was here"});
    EXPECT_EQ(project->service_status("web").kind, "note");
    EXPECT_EQ(store.services.at("web").unit, "");
}

// Was: the kind that it was to become said that it had stopped, and its unit ran on.
TEST_F(TwoKindsTest, a_member_that_is_to_become_another_kind_is_stopped_as_what_it_is) {
    service("web", "/etc/a");
    files.write("/etc/a", "1");
    open();
    project->pause("web", {.time = {}, .reason = "", .caller = {}});
    reader.definition.services.clear();
    note("web", "/etc/a");
    save("/srv/hotreload.toml", "a note");
    EXPECT_EQ(
        ask({.kind = Request::Kind::Stop, .id = {0, 1}, .service = "web"}).services.at(0).result,
        ReloadResult::Stopped);
    EXPECT_TRUE(std::ranges::contains(units.calls, "stop hotreload-shop.web@1.service"))
        << testing::PrintToString(units.calls);
}

} // namespace hotreload::project
