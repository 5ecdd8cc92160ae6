// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/present/json.hpp"

#include <gtest/gtest.h>

namespace hotreload::ipc {
namespace {

using std::chrono::microseconds;

const Change kChange{.subject = "env.LOG_LEVEL",
                     .kind = "definition",
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
    EXPECT_EQ(plan_json(plan),
              R"({"project":"shop","services":[{"service":"web","action":"restart","reason":"",)"
              R"("changes":[)" +
                  kChangeJson +
                  R"(]},{"service":"db","action":"start","reason":"not running","changes":[]}]})");
}

const Change kDocument{.subject = "/srv/web.toml",
                       .kind = "modified",
                       .strategy = Strategy::Restart,
                       .reason = "the highest of its keys",
                       .keys = {{.operation = "replace",
                                 .pointer = "/log/level",
                                 .key = "log.level",
                                 .before = R"("info")",
                                 .after = R"({"a":[1,1.10,1e400,null]})",
                                 .strategy = Strategy::Reload,
                                 .reason = "keys \"log.*\""},
                                {.operation = "add",
                                 .pointer = "/big",
                                 .key = "big",
                                 .before = "",
                                 .after = "\"shortened…",
                                 .strategy = Strategy::Restart,
                                 .reason = "on_change"},
                                {.operation = "remove",
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
    EXPECT_EQ(changes_json({kDocument}), "[" + kDocumentJson + "]");
    EXPECT_EQ(changes_json({}), "[]");
}

TEST(Json, an_explanation_has_watches_and_plans) {
    const PathExplanation explanation{.path = "/srv/caf\xe9",
                                      .state = "missing",
                                      .watches = {{.project = "shop",
                                                   .target = "web",
                                                   .watch = "watch[0]",
                                                   .pattern = "**",
                                                   .stopped = "inside .git",
                                                   .format = "toml",
                                                   .copies = {"/var/a"}}},
                                      .plans = {{.project = "shop", .services = {}}}};
    EXPECT_EQ(explain_json(explanation),
              "{\"path\":\"/srv/caf\ufffd\",\"state\":\"missing\",\"watches\":[{\"project\":"
              "\"shop\",\"target\":\"web\",\"watch\":\"watch[0]\",\"pattern\":\"**\","
              "\"stopped\":\"inside .git\",\"format\":\"toml\",\"copies\":[\"/var/a\"]}],"
              "\"plans\":[{\"project\":\"shop\",\"services\":[]}]}");
}

TEST(Json, events_have_what_became_of_them) {
    EXPECT_EQ(events_json({{.realtime_usec = 7,
                            .path = "/srv/a",
                            .mask = "IN_MOVED_TO",
                            .fate = "no pattern matches"}}),
              R"({"events":[{"realtime_usec":7,"path":"/srv/a","mask":"IN_MOVED_TO",)"
              R"("fate":"no pattern matches"}]})");
}

TEST(Json, an_outcome_tells_of_each_service_and_has_a_problem_only_where_there_is_one) {
    const Outcome outcome{
        .id = 3,
        .project = "shop",
        .result = "rolled-back",
        .trigger = "file",
        .services = {{.service = "web",
                      .action = Action::Restart,
                      .result = "rolled-back",
                      .generation = 7,
                      .unit = "hotreload-shop.web@7.service",
                      .changes = {kChange},
                      .problem = Problem{"/srv/web.toml", 3, 9, "exit code 1"},
                      .gap = microseconds(1500)},
                     {.service = "db", .action = Action::None, .result = "unchanged"}},
        .problems = {{"", 0, 0, "late"}}};
    EXPECT_EQ(
        detail_json(outcome),
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
    const ProjectView view{.project = {.name = "shop",
                                       .path = "/srv/shop/hotreload.toml",
                                       .enabled = false,
                                       .state = "invalid",
                                       .problems = {{"/srv/shop/hotreload.toml", 1, 2, "no"}}},
                           .services = {{.name = "web",
                                         .project = "shop",
                                         .unit = "nginx.service",
                                         .attached = true,
                                         .generation = 18446744073709551615U,
                                         .state = "running",
                                         .active_state = "active",
                                         .main_pid = 42,
                                         .last_strategy = "reload",
                                         .last_applied_usec = 5,
                                         .problems = {},
                                         .waiting = {"a"},
                                         .watching = "watching",
                                         .missing = {"b"},
                                         .writing = {"c"},
                                         .last_result = "applied",
                                         .last_changes = {kChange}}},
                           .configs = {{.name = "app",
                                        .project = "shop",
                                        .path = "/srv/app.toml",
                                        .revision = 3,
                                        .value = R"({"pass":"secret"})",
                                        .state = "valid",
                                        .problems = {}}}};
    EXPECT_EQ(
        status_json("1.0", {view}),
        R"({"version":"1.0","projects":[{"name":"shop","path":"/srv/shop/hotreload.toml",)"
        R"("enabled":false,"state":"invalid","problems":[{"path":"/srv/shop/hotreload.toml",)"
        R"("line":1,"column":2,"message":"no"}],"services":[{"name":"web","project":"shop",)"
        R"("unit":"nginx.service","attached":true,"generation":18446744073709551615,)"
        R"("state":"running","activeState":"active","mainPID":42,"lastStrategy":"reload",)"
        R"("lastAppliedUSec":5,"problems":[],"waiting":["a"],"watching":"watching",)"
        R"("missing":["b"],"writing":["c"],"lastResult":"applied","lastChanges":[)" +
            kChangeJson +
            R"(],"paused":false,"pausedUntilUSec":0,"pauseReason":"","held":[],"draining":[],"lastGapUSec":0}],"configs":[{"name":"app","project":"shop","path":"/srv/app.toml",)"
            R"("revision":3,"state":"valid","problems":[]}]}]})");
}

TEST(Json, text_is_escaped_and_bytes_that_are_no_text_are_replaced) {
    const Plan plan{.project = "a\"b\\c\n\xff☕"};
    EXPECT_EQ(plan_json(plan), "{\"project\":\"a\\\"b\\\\c\\n\ufffd☕\",\"services\":[]}");
}

} // namespace
} // namespace hotreload::ipc
