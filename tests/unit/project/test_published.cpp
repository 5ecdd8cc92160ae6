// SPDX-License-Identifier: LGPL-2.1-or-later
// Published documents as files: when they are written, and for whom.
#include "project_fixture.hpp"

#include <chrono>

namespace hotreload::project {
namespace {

using namespace std::chrono_literals;

class PublishedTest : public ProjectTest {
protected:
    PublishedTest() { app(); }

    void open_with(const std::string& document) {
        files.write("/etc/app.toml", document);
        open();
    }
    // Publishes a document, with nothing else said of it.
    ConfigDefinition& app() {
        auto& config = reader.definition.configs["app"];
        config = {.name = "app",
                  .file = "/etc/app.toml",
                  .watch = {.files = {"/etc/app.toml"}},
                  .readers = {}};
        return config;
    }
};

TEST_F(PublishedTest, a_service_starts_when_the_documents_are_written) {
    comparisons.emplace(clock);
    service("web", "/etc/web");
    open_with("one");
    EXPECT_EQ(calls_at_open, Lines{});
    EXPECT_EQ(published.lines, Lines{});
    answer_comparison();
    EXPECT_EQ(published.lines, Lines{"app 1 valid {}:"});
    EXPECT_NE(units.calls, Lines{});
}

// Was: each turn that it waited looked at all documents, and their looks brought the next turn.
TEST_F(PublishedTest, a_request_that_waits_looks_at_no_document_before_it_begins) {
    comparisons.emplace(clock);
    service("web", "/etc/web");
    open_with("one");
    answer_comparison();
    units.slow_starts = true;
    save("/etc/web", "new"); // its start is under way
    const auto looks = files.looks_at("/etc/app.toml");
    std::optional<ReloadResult> answer;
    Request request{.id = {0, 7}};
    request.done = [&](const Outcome& outcome) { answer = outcome.result; };
    project->submit(std::move(request));
    clock.run();
    EXPECT_EQ(comparisons->paths, Lines{});
    EXPECT_EQ(files.looks_at("/etc/app.toml"), looks);
    files.write("/etc/app.toml", "two");
    units.finish_starts();
    clock.run();
    EXPECT_EQ(files.looks_at("/etc/app.toml"), looks + 1);
    ASSERT_EQ(comparisons->paths, Lines{"/etc/app.toml"});
    EXPECT_FALSE(answer) << "it waits for what the document says";
    answer_comparison();
    EXPECT_TRUE(answer);
    EXPECT_EQ(files.looks_at("/etc/app.toml"), looks + 1);
}

// Was: it was back at the next start.
TEST_F(PublishedTest, what_goes_down_is_not_on_record_again_when_a_document_is_known) {
    comparisons.emplace(clock);
    service("web", "/etc/web");
    open_with("one");
    answer_comparison();
    save("/etc/app.toml", "two");
    ASSERT_EQ(comparisons->paths.size(), 1U);
    EXPECT_EQ(ask({.kind = Request::Kind::Remove}).result, ReloadResult::Applied);
    ASSERT_TRUE(store.remove("shop"));
    comparisons->kept.clear();
    answer_comparison();
    EXPECT_FALSE(store.project);
    EXPECT_EQ(comparisons->kept, Lines{});
    save("/etc/app.toml", "three");
    EXPECT_EQ(comparisons->paths, Lines{}) << "nothing is looked at any more";
}

// Was: everybody who asked for metrics had all values copied.
TEST_F(PublishedTest, who_asks_for_the_state_of_a_document_copies_no_value) {
    open_with("one");
    const auto one = project->config_statuses(), other = project->config_statuses();
    EXPECT_EQ(one.at(0).value.view(), "{}");
    EXPECT_EQ(one.at(0).value.view().data(), other.at(0).value.view().data());
}

// The document has not settled, and the service's watch has.
TEST_F(PublishedTest, what_a_service_is_restarted_for_is_written_before) {
    service("web", "/etc/web").watches[0].files.push_back("/etc/app.toml");
    open_with("one");
    files.write("/etc/app.toml", "two");
    save("/etc/web", "new");
    EXPECT_EQ(events.lines.back(), "finished web=applied");
    EXPECT_EQ(published.lines, (Lines{"app 1 valid {}:", "app 2 valid {}:"}));
}

// Was: the end of a look that was overtaken counted as its being published.
TEST_F(PublishedTest, a_look_that_is_overtaken_is_no_reason_to_start) {
    comparisons.emplace(clock);
    service("web", "/etc/web");
    open_with("one");
    save("/etc/app.toml", "two");
    ASSERT_EQ(comparisons->paths.size(), 2U);
    answer_comparison();
    EXPECT_EQ(units.calls, Lines{}) << "of \"one\"";
    answer_comparison();
    EXPECT_NE(units.calls, Lines{});
}

TEST_F(PublishedTest, a_service_waits_for_no_document_that_it_does_not_have) {
    comparisons.emplace(clock);
    service("web", "/etc/web");
    open_with("one");
    answer_comparison();
    save("/etc/app.toml", "two");
    save("/etc/web", "new");
    EXPECT_EQ(events.lines.back(), "finished web=applied");
}

TEST_F(PublishedTest, a_stop_waits_for_no_document) {
    comparisons.emplace(clock);
    service("web", "/etc/web");
    open_with("one");
    answer_comparison();
    units.calls.clear();
    save("/etc/app.toml", "two");
    ASSERT_EQ(comparisons->paths.size(), 1U) << "it is not known yet";
    const auto outcome = ask({.kind = Request::Kind::Stop, .service = "web"});
    EXPECT_EQ(outcome.result, ReloadResult::Applied);
}

TEST_F(PublishedTest,
       the_users_of_the_services_read_a_document_and_named_readers_alone_where_there_are_some) {
    service("web", "/etc/web").user = "www-data";
    service("db", "/etc/db").user = "postgres";
    service("cron", "/etc/cron");
    open_with("one");
    EXPECT_EQ(published.files["app"], "app 1 valid {}: postgres www-data");
    service("db", "/etc/db").user = "mysql";
    save("/srv/hotreload.toml", "1");
    EXPECT_EQ(published.files["app"], "app 1 valid {}: mysql www-data");
    app().readers = {"@adm"};
    save("/srv/hotreload.toml", "2");
    EXPECT_TRUE(published.files["app"].ends_with(": @adm")) << published.files["app"];
    app().readers = std::vector<std::string>();
    save("/srv/hotreload.toml", "3");
    EXPECT_TRUE(published.files["app"].ends_with("{}:")) << published.files["app"];
}

TEST_F(PublishedTest, a_document_that_is_published_no_more_has_no_file) {
    open_with("one");
    ASSERT_TRUE(published.files.contains("app"));
    reader.definition.configs.clear();
    save("/srv/hotreload.toml", "1");
    EXPECT_FALSE(published.files.contains("app"));
}

TEST_F(PublishedTest, a_project_that_goes_down_leaves_no_file) {
    service("web", "/etc/web");
    open_with("one");
    ask({.kind = Request::Kind::Remove});
    EXPECT_TRUE(published.files.empty());
    save("/etc/app.toml", "two");
    EXPECT_TRUE(published.files.empty());
}

TEST_F(PublishedTest, an_invalid_document_keeps_its_value_and_says_so) {
    comparisons.emplace(clock);
    open_with("one");
    answer_comparison();
    save("/etc/app.toml", "bad");
    answer_comparison({.problems = {{.message = "bad"}}});
    EXPECT_EQ(published.lines.back(), "app 1 invalid {}:");
}

// Was, for a moment: no value, at each start while the file was away.
TEST_F(PublishedTest, at_a_start_without_the_document_the_value_on_record_is_what_is_written) {
    record.configs["app"] = {app(), test::FakeFiles::id_of("one"), 7};
    open();
    EXPECT_EQ(published.lines, Lines{"app 7 missing {}:"});
}

TEST_F(PublishedTest, a_project_file_that_is_invalid_at_a_start_takes_no_document_away) {
    record.configs["app"] = {app(), test::FakeFiles::id_of("one"), 7};
    files.write("/etc/app.toml", "one");
    reader.problem = Problem{.message = "unclosed"};
    open();
    EXPECT_EQ(published.lines, Lines{"app 8 valid {}:"});
    EXPECT_EQ(store.project->configs.at("app").definition, app());
}

// Was: the number of a value that the disk had not taken before a death was given to another one.
TEST_F(PublishedTest, no_number_is_given_twice_though_the_disk_has_forgotten_it) {
    record.configs["app"] = {app(), test::FakeFiles::id_of("one"), 3};
    published.in_file = 5;
    comparisons.emplace(clock);
    files.write("/etc/app.toml", "bad");
    open();
    answer_comparison({.problems = {{.message = "bad"}}});
    EXPECT_EQ(published.lines, Lines{}) << "its value is newer than ours";
    save("/etc/app.toml", "two");
    answer_comparison({.compared = true});
    EXPECT_EQ(published.lines.back(), "app 6 valid {}:");
}

// Was: another value had a number that there had been, and for a while there was none.
TEST_F(PublishedTest, a_document_of_another_file_goes_on_with_its_value_and_its_numbers) {
    open_with("one");
    auto& other = app();
    other.file = "/etc/other.toml";
    other.watch.files = {other.file};
    save("/srv/hotreload.toml", "1");
    EXPECT_EQ(published.lines.back(), "app 1 missing {}:");
    save("/etc/other.toml", "two");
    EXPECT_EQ(published.lines.back(), "app 2 valid {}:");
    EXPECT_EQ(store.project->configs.at("app").definition.file, other.file);
}

TEST_F(PublishedTest, a_file_that_cannot_be_written_is_told_and_written_later) {
    published.full = true;
    open_with("one");
    auto status = project->config_statuses().at(0);
    EXPECT_EQ(status.state, ConfigStatus::State::Valid);
    ASSERT_EQ(status.problems.size(), 1U);
    EXPECT_TRUE(status.problems[0].message.starts_with("no space left on device"));
    published.full = false;
    clock.advance(10s);
    EXPECT_EQ(published.lines, Lines{"app 1 valid {}:"});
    EXPECT_EQ(project->config_statuses().at(0).problems.size(), 0U);
    EXPECT_EQ(events.lines.back(), "config app valid {}");
}

// Was: the document had been told of, and what it has to meet did not count.
TEST_F(PublishedTest, that_a_schema_makes_a_document_invalid_is_told_once) {
    comparisons.emplace(clock);
    app().watch.schema = "/etc/app.schema.json";
    files.write("/etc/app.schema.json", "{}");
    open_with("one");
    answer_comparison();
    events.lines.clear();
    save("/etc/app.schema.json", "{\"required\":[\"x\"]}");
    answer_comparison({.problems = {{.message = "x is missing"}}});
    EXPECT_EQ(events.lines, (Lines{"invalid configs.app: x is missing", "config app invalid {}"}));
    events.lines.clear();
    save("/etc/app.schema.json", "{\"required\": [\"x\"]}");
    answer_comparison({.problems = {{.message = "x is missing"}}});
    EXPECT_EQ(events.lines, Lines{});
}

} // namespace
} // namespace hotreload::project
