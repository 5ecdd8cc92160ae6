// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/present/json.hpp"

#include <gtest/gtest.h>

namespace hotreload::ipc {
namespace {

using std::chrono::microseconds;

const Change kChange{.subject = "env.LOG_LEVEL",
                     .kind = ChangeKind::Definition,
                     .strategy = Strategy::Restart,
                     .reason = "a process keeps its environment"};

const std::string kChangeJson = R"({"subject":"env.LOG_LEVEL","kind":"definition","before":"",)"
                                R"("after":"","strategy":"restart",)"
                                R"("reason":"a process keeps its environment"})";

TEST(Json, a_plan_lists_services_with_their_changes) {
    const Plan plan{
        .project = "shop",
        .services = {{.service = "web", .action = Action::Restart, .changes = {kChange}},
                     {.service = "db", .action = Action::Start, .reason = "not running"}}};
    EXPECT_EQ(plan_json(plan, Audience::Inspectors),
              R"({"project":"shop","services":[{"service":"web","action":"restart","reason":"",)"
              R"("changes":[)" +
                  kChangeJson +
                  R"(]},{"service":"db","action":"start","reason":"not running","changes":[]}]})");
}

const Change kDocument{.subject = "/srv/web.toml",
                       .kind = ChangeKind::Modified,
                       .strategy = Strategy::Restart,
                       .reason = "the highest of its keys",
                       .keys = {{.operation = PatchOperation::Kind::Replace,
                                 .pointer = "/log/level",
                                 .key = "log.level",
                                 .before = R"("info")",
                                 .after = R"({"a":[1,1.10,1e400,null]})",
                                 .strategy = Strategy::Reload,
                                 .reason = "keys \"log.*\""},
                                {.operation = PatchOperation::Kind::Add,
                                 .pointer = "/big",
                                 .key = "big",
                                 .before = "",
                                 .after = "\"shortened…",
                                 .strategy = Strategy::Restart,
                                 .reason = "on_change"},
                                {.operation = PatchOperation::Kind::Remove,
                                 .pointer = "/gone",
                                 .key = "gone",
                                 .before = "false",
                                 .after = "",
                                 .strategy = Strategy::None,
                                 .reason = ""}}};

const std::string kDocumentJson =
    R"({"subject":"/srv/web.toml","kind":"modified","before":"","after":"","strategy":"restart",)"
    R"("reason":"the highest of its keys","keys":[{"op":"replace","path":"/log/level",)"
    R"("key":"log.level","old":"info","new":{"a":[1,1.10,1e400,null]},"strategy":"reload",)"
    R"("reason":"keys \"log.*\""},{"op":"add","path":"/big","key":"big","new":"\"shortened…",)"
    R"("strategy":"restart","reason":"on_change"},{"op":"remove","path":"/gone","key":"gone",)"
    R"("old":false,"strategy":"none","reason":""}]})";

TEST(Json, a_document_that_changed_has_its_keys_with_their_values_as_they_are_written) {
    EXPECT_EQ(changes_json({kDocument}, Audience::Inspectors), "[" + kDocumentJson + "]");
    EXPECT_EQ(changes_json({}, Audience::Inspectors), "[]");
}

TEST(Json, an_explanation_has_watches_and_plans) {
    const PathExplanation explanation{.path = "/srv/caf\xe9",
                                      .state = "missing",
                                      .watches = {{.project = "shop",
                                                   .target = "web",
                                                   .watch = "watch[0]",
                                                   .path = "/srv/link",
                                                   .pattern = "**",
                                                   .stopped = "inside .git",
                                                   .format = "toml",
                                                   .copies = {"/var/a"}}},
                                      .plans = {{.project = "shop", .services = {}}}};
    EXPECT_EQ(document(explanation).text(Audience::Inspectors),
              "{\"path\":\"/srv/caf\ufffd\",\"state\":\"missing\",\"watches\":[{\"project\":"
              "\"shop\",\"target\":\"web\",\"watch\":\"watch[0]\",\"path\":\"/srv/"
              "link\",\"pattern\":\"**\","
              "\"stopped\":\"inside .git\",\"format\":\"toml\",\"copies\":[\"/var/a\"]}],"
              "\"plans\":[{\"project\":\"shop\",\"services\":[]}]}");
}

TEST(Json, events_have_what_became_of_them) {
    const std::vector<WatcherEvent> events{{.realtime_usec = 7,
                                            .path = "/srv/a",
                                            .mask = "IN_MOVED_TO",
                                            .fate = "no pattern matches"}};
    EXPECT_EQ(document(events).text(Audience::Inspectors),
              R"({"events":[{"realtime_usec":7,"path":"/srv/a","mask":"IN_MOVED_TO",)"
              R"("fate":"no pattern matches"}]})");
}

TEST(Json, an_outcome_tells_of_each_service_and_has_a_problem_only_where_there_is_one) {
    const Outcome outcome{
        .id = {0, 3},
        .project = "shop",
        .result = ReloadResult::RolledBack,
        .trigger = Trigger::File,
        .services = {{.service = "web",
                      .action = Action::Restart,
                      .result = ReloadResult::RolledBack,
                      .generation = 7,
                      .unit = "hotreload-shop.web@7.service",
                      .changes = {kChange},
                      .problem = Problem{"/srv/web.toml", 3, 9, "exit code 1"},
                      .gap = microseconds(1500)},
                     {.service = "db", .action = Action::None, .result = ReloadResult::Unchanged}},
        .problems = {{"", 0, 0, "late"}}};
    EXPECT_EQ(
        detail_json(outcome, Audience::Inspectors),
        R"({"result":"rolled-back","trigger":"file","services":[{"service":"web",)"
        R"("action":"restart","result":"rolled-back","generation":7,)"
        R"("unit":"hotreload-shop.web@7.service","gap_usec":1500,"note":"","changes":[)" +
            kChangeJson +
            R"(],"problem":{"path":"/srv/web.toml","line":3,"column":9,"message":"exit code 1"}},)"
            R"({"service":"db","action":"none","result":"unchanged","generation":0,"unit":"",)"
            R"("gap_usec":0,"note":"","changes":[]}],"problems":[{"path":"","line":0,"column":0,)"
            R"("message":"late"}]})");
}

TEST(Json, a_status_holds_every_property) {
    const ProjectOverview view{.project = {.name = "shop",
                                           .path = "/srv/shop/hotreload.toml",
                                           .enabled = false,
                                           .state = ProjectStatus::State::Invalid,
                                           .problems = {{"/srv/shop/hotreload.toml", 1, 2, "no"}}},
                               .services = {{.name = "web",
                                             .project = "shop",
                                             .kind = "service",
                                             .unit = "nginx.service",
                                             .attached = true,
                                             .generation = 18446744073709551615U,
                                             .state = ServiceStatus::State::Running,
                                             .active_state = "active",
                                             .main_pid = 42,
                                             .last_strategy = "reload",
                                             .last_applied_usec = 5,
                                             .problems = {},
                                             .waiting = {"a"},
                                             .watching = {WatchState::Kind::Polling, "NFS"},
                                             .missing = {"b"},
                                             .writing = {"c"},
                                             .last_result = ReloadResult::Applied,
                                             .last_trigger = Trigger::File,
                                             .last_changes = {kChange}}},
                               .configs = {{.name = "app",
                                            .project = "shop",
                                            .path = "/srv/app.toml",
                                            .revision = 3,
                                            .value = R"({"pass":"secret"})",
                                            .state = ConfigStatus::State::Valid,
                                            .problems = {}}}};
    EXPECT_EQ(
        document("1.0", {view}).text(Audience::Inspectors),
        R"({"version":"1.0","projects":[{"name":"shop","path":"/srv/shop/hotreload.toml",)"
        R"("enabled":false,"state":"invalid","problems":[{"path":"/srv/shop/hotreload.toml",)"
        R"("line":1,"column":2,"message":"no"}],"services":[{"name":"web","project":"shop",)"
        R"("kind":"service","unit":"nginx.service","attached":true,"generation":18446744073709551615,)"
        R"("state":"running","activeState":"active","mainPID":42,"lastStrategy":"reload",)"
        R"("lastAppliedUSec":5,"problems":[],"waiting":["a"],"watching":"polling: NFS",)"
        R"("missing":["b"],"writing":["c"],"lastResult":"applied",)"
        R"("lastTrigger":"file","lastChanges":[)" +
            kChangeJson +
            R"(],"paused":false,"pausedUntilUSec":0,"pauseReason":"","held":[],"draining":[],"lastGapUSec":0,"confirmUntilUSec":0,"confirmId":""}],"configs":[{"name":"app","project":"shop","path":"/srv/app.toml",)"
            R"("revision":3,"state":"valid","problems":[]}]}]})");
}

// A marker in each value, and in each text that may quote one.
const Change kTelling{.subject = "/srv/web.toml",
                      .kind = ChangeKind::Modified,
                      .before = "MARKER",
                      .after = "MARKER",
                      .keys = {{.operation = PatchOperation::Kind::Replace,
                                .pointer = "/log/level",
                                .key = "log.level",
                                .before = "\"MARKER\"",
                                .after = "\"MARKER\"",
                                .strategy = Strategy::Reload,
                                .reason = "keys"}}};
const Change kInvalid{.subject = "/srv/bad.toml",
                      .problem = Problem{"/srv/bad.toml", 3, 9, "MARKER"}};
const Problem kQuoting{"/srv/bad.toml", 3, 9, "MARKER"};

TEST(Json, what_everybody_reads_has_names_and_places_and_no_value) {
    const Plan plan{.project = "shop",
                    .services = {{.service = "web", .changes = {kTelling, kInvalid}}}};
    const Outcome outcome{.project = "shop",
                          .services = {{.service = "web",
                                        .changes = {kTelling, kInvalid},
                                        .problem = kQuoting,
                                        .note = "MARKER"}},
                          .problems = {kQuoting}};
    const ProjectOverview view{
        .project = {.name = "shop", .problems = {kQuoting}},
        .services = {{.name = "web", .problems = {kQuoting}, .last_changes = {kTelling, kInvalid}}},
        .configs = {{.name = "app", .value = "\"MARKER\"", .problems = {kQuoting}}}};
    const auto all = [&](Audience reader) {
        return std::vector{plan_json(plan, reader), detail_json(outcome, reader),
                           changes_json({kTelling, kInvalid}, reader),
                           document("1.0", {view}).text(reader)};
    };
    for (const auto& text : all(Audience::Everybody)) {
        EXPECT_FALSE(text.contains("MARKER")) << text;
        EXPECT_TRUE(text.contains("log.level")) << text;
        EXPECT_TRUE(text.contains("/srv/bad.toml:3:9") || text.contains("\"line\":3")) << text;
    }
    for (const auto& text : all(Audience::Inspectors))
        EXPECT_TRUE(text.contains("MARKER")) << text;
}

TEST(Json, a_problem_that_quotes_nothing_is_told_to_everybody) {
    const Outcome outcome{.problems = {Problem{"/x", 0, 0, "is missing"}.for_everybody()}};
    EXPECT_TRUE(detail_json(outcome, Audience::Everybody).contains("is missing"));
}

TEST(Json, details_are_made_when_they_are_asked_for) {
    int made = 0;
    const auto details = std::make_shared<Details>(Details{
        .id = {0, 7},
        .plans = {{.project = "shop", .services = {}}},
        .outcomes = {{.id = {0, 7},
                      .project = "shop",
                      .result = ReloadResult::Applied,
                      .trigger = Trigger::File,
                      .duration = microseconds(5)}},
        .problems = {{"shop", "web", kQuoting}},
        .changes = {{.project = "shop", .name = "/srv/web.toml", .keys = {}, .texts = [&made] {
                         ++made;
                         return finished(ConfigChange::Texts{"{\"a\":1}", "{\"a\":2}", "[]"});
                     }}}});
    EXPECT_EQ(made, 0);
    auto rendered = details_document(details);
    rendered.start();
    ASSERT_TRUE(rendered.done());
    EXPECT_EQ(
        rendered.take().text(Audience::Inspectors),
        R"({"id":"00000000000000000000000000000007","plans":[{"project":"shop","services":[]}],"outcomes":[{"project":"shop",)"
        R"("duration_usec":5,"detail":{"result":"applied","trigger":"file","services":[],)"
        R"("problems":[]}}],"problems":[{"project":"shop","target":"web",)"
        R"("path":"/srv/bad.toml","line":3,"column":9,"message":"MARKER"}],)"
        R"("changes":[{"project":"shop","name":"/srv/web.toml","old":{"a":1},)"
        R"("new":{"a":2},"patch":[]}]})");
    EXPECT_EQ(made, 1);
}

Task<ConfigChange::Texts> texts_while_more_comes(Details* details, ConfigChange more) {
    details->changes.push_back(std::move(more));
    co_return ConfigChange::Texts{"1", "2", "[]"};
}

// Was: the end of hotreloadd, when another project's change came while a document was read.
TEST(Json, changes_that_come_while_details_are_made_are_told_too) {
    const auto details = std::make_shared<Details>();
    const ConfigChange second{.project = "shop", .name = "/b", .keys = {}, .texts = [] {
                                  return finished(ConfigChange::Texts{"3", "4", "[]"});
                              }};
    details->changes.push_back({.project = "shop", .name = "/a", .keys = {}, .texts = [&] {
                                    return texts_while_more_comes(details.get(), second);
                                }});
    auto rendered = details_document(details);
    rendered.start();
    ASSERT_TRUE(rendered.done());
    const auto text = rendered.take().text(Audience::Inspectors);
    EXPECT_TRUE(text.contains(R"("name":"/a","old":1,"new":2)")) << text;
    EXPECT_TRUE(text.contains(R"("name":"/b","old":3,"new":4)")) << text;
}

TEST(Json, what_comes_when_details_are_made_is_left_out) {
    const auto details = std::make_shared<Details>();
    const ConfigChange change{.project = "shop", .name = "/a", .keys = {}, .texts = [] {
                                  return finished(ConfigChange::Texts{"1", "2", "[]"});
                              }};
    details->changes.push_back(change);
    auto rendered = details_document(details);
    rendered.start();
    const auto document = rendered.take();
    details->changes.push_back(change);
    const auto text = document.text(Audience::Inspectors);
    EXPECT_EQ(text.find("/a"), text.rfind("/a")) << text;
}

TEST(Json, a_document_that_is_json_already_stays_as_it_is) {
    EXPECT_EQ(document_of(R"({"a":[1.10,1e400]})").text(Audience::Inspectors),
              R"({"a":[1.10,1e400]})");
    EXPECT_EQ(document_of("").text(Audience::Inspectors), "null");
}

TEST(Json, keys_are_a_patch_without_values) {
    EXPECT_EQ(keys_json({{PatchOperation::Kind::Replace, "/log/level"},
                         {PatchOperation::Kind::Add, "/a~1b"}}),
              R"([{"op":"replace","path":"/log/level"},{"op":"add","path":"/a~1b"}])");
}

TEST(Json, more_changes_than_a_message_holds_are_counted) {
    const auto name = std::string(100, 'k');
    Change document{.subject = "/srv/app.json"};
    document.keys.resize(100'000, {.pointer = "/" + name, .key = name});
    EXPECT_LT(changes_json({document}, Audience::Everybody).size(), std::size_t{8} << 20);
    EXPECT_TRUE(changes_json({document}, Audience::Everybody).contains("}],\"more_keys\":"));
    const std::vector<Change> files(100'000, {.subject = "/srv/" + name});
    EXPECT_LT(changes_json(files, Audience::Everybody).size(), std::size_t{8} << 20);
    EXPECT_TRUE(changes_json(files, Audience::Everybody).contains(" more\""));
    const std::vector<KeyStep> steps(100'000, {PatchOperation::Kind::Add, "/" + name});
    EXPECT_TRUE(keys_json(steps).ends_with(R"({"op":"replace","path":""}])"));
}

TEST(Json, keys_that_are_not_told_are_counted) {
    Change document{.subject = "/srv/app.json", .more_keys = 7};
    document.keys.push_back({.key = "a"});
    EXPECT_TRUE(changes_json({document}, Audience::Everybody)
                    .ends_with(R"("strategy":"none","reason":""}],"more_keys":7}])"));
    EXPECT_EQ(keys_json({{PatchOperation::Kind::Add, "/a"}}, 7),
              R"([{"op":"add","path":"/a"},{"op":"replace","path":""}])");
}

TEST(Json, text_is_escaped_and_bytes_that_are_no_text_are_replaced) {
    const Plan plan{.project = "a\"b\\c\n\xff☕"};
    EXPECT_EQ(plan_json(plan, Audience::Inspectors),
              "{\"project\":\"a\\\"b\\\\c\\n\ufffd☕\",\"services\":[]}");
}

} // namespace
} // namespace hotreload::ipc
