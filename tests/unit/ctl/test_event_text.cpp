// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/event_text.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

namespace {

std::string json_of(const Event& event) {
    return to_json(event).to_string();
}

} // namespace

TEST(Event, the_end_of_a_reload_has_its_detail_as_an_object) {
    EXPECT_EQ(json_of(ReloadFinished{"3", "shop", "applied", std::chrono::microseconds(31000),
                                     R"({"result":"applied","services":[]})"}),
              R"({"event":"ReloadFinished","id":"3","project":"shop","result":"applied",)"
              R"("duration_usec":31000,"detail":{"result":"applied","services":[]}})");
}

TEST(Event, a_plan_is_an_object_too_and_text_that_is_not_json_stays_text) {
    EXPECT_EQ(json_of(ReloadStarted{"3", "shop", R"({"services":[]})"}),
              R"({"event":"ReloadStarted","id":"3","project":"shop","plan":{"services":[]}})");
    EXPECT_EQ(json_of(ReloadStarted{"3", "shop", "oops"}),
              R"({"event":"ReloadStarted","id":"3","project":"shop","plan":"oops"})");
}

TEST(Event, a_problem_has_its_place) {
    EXPECT_EQ(json_of(ValidationFailed{"9", "shop", "shop/web", {"/p/a \"b\"", 3, 4, "bad\n"}}),
              R"({"event":"ValidationFailed","id":"9","project":"shop","target":"shop/web",)"
              R"("path":"/p/a \"b\"","line":3,"column":4,"message":"bad\n"})");
}

TEST(Event, a_service_has_all_of_its_state) {
    const auto json = to_json(Event(
        ServiceChanged{{.project = "shop", .name = "web", .generation = 8, .state = "running"}}));
    EXPECT_EQ(json["event"].as<std::string>(), "ServiceChanged");
    EXPECT_EQ(json["service"].as<std::string>(), "web");
    EXPECT_EQ(json["state"].as<std::string>(), "running");
    EXPECT_EQ(json["generation"].as<int>(), 8);
}

TEST(Event, for_a_person_is_a_line_with_the_report_below) {
    const auto lines =
        show_event(ReloadFinished{"3", "shop", "applied", std::chrono::milliseconds(31),
                                  R"({"services":[{"service":"db","result":"unchanged"}]})"},
                   "");
    EXPECT_EQ(lines, (std::vector<Line>{{Mark::Plain, "shop: reload 3 finished: applied, 31 ms"},
                                        {Mark::Unchanged, "db: unchanged"}}));
}

TEST(Event, a_document_that_changed_has_a_line_for_each_key) {
    const ConfigChanged document{
        "9",
        "shop",
        "/p/config/web.toml",
        R"([{"op":"replace","path":"/log/level","value":"debug","old":"info"},
            {"op":"remove","path":"/listen","old":1}])",
        "{}",
        "{}"};
    EXPECT_EQ(show_event(document, "/p"),
              (std::vector<Line>{{Mark::Plain, R"(config/web.toml: log.level "info" → "debug")"},
                                 {Mark::Plain, "config/web.toml: − listen"}}));
    EXPECT_EQ(to_json(Event(document))["patch"][0]["old"].as<std::string>(), "info");
    EXPECT_EQ(show_event(ConfigChanged{"9", "shop", "/p/a.toml", "", "", ""}, "/p"),
              (std::vector<Line>{{Mark::Plain, "a.toml changed"}}));
}

TEST(Event, a_document_whose_values_are_not_told_has_its_keys) {
    const ConfigChanged document{
        "9",
        "shop",
        "/p/web.toml",
        R"([{"op":"replace","path":"/log/level"},{"op":"add","path":"/a"}])",
        "",
        ""};
    EXPECT_EQ(show_event(document, "/p"), (std::vector<Line>{{Mark::Plain, "web.toml: log.level"},
                                                             {Mark::Plain, "web.toml: + a"}}));
}

TEST(Event, a_definition_that_changed_names_its_service_and_the_fields) {
    EXPECT_EQ(show_event(ConfigChanged{"9", "shop", "web",
                                       R"([{"op":"replace","path":"/env.A","value":""},
                                           {"op":"replace","path":"/type","value":"exec"}])",
                                       "{}", "{}"},
                         ""),
              (std::vector<Line>{{Mark::Plain, "shop: web changed"},
                                 {Mark::Plain, "    env.A"},
                                 {Mark::Plain, R"(    type → "exec")"}}));
}

TEST(Event, a_config_has_its_revision_and_what_is_wrong_with_it) {
    const ConfigRevision event{{.project = "shop",
                                .name = "app",
                                .path = "/p/app.toml",
                                .revision = 4,
                                .state = "invalid",
                                .problems = {{"/p/app.toml", 3, 1, "no"}}}};
    EXPECT_EQ(json_of(event),
              R"({"event":"ConfigRevision","project":"shop","config":"app","path":"/p/app.toml",)"
              R"("revision":4,"state":"invalid","problems":[{"path":"/p/app.toml","line":3,)"
              R"("column":1,"message":"no"}]})");
    EXPECT_EQ(show_event(event, "/p"),
              (std::vector<Line>{{Mark::Plain, "shop/configs.app: invalid, revision 4"},
                                 {Mark::Failed, "app.toml:3:1: no"}}));
}

TEST(Event, pauses_and_their_ends_are_told_with_who_asked) {
    const PauseChanged paused{"shop", "web", true, 0, "deploy", 1000};
    EXPECT_EQ(json_of(paused),
              R"({"event":"PauseChanged","project":"shop","service":"web","paused":true,)"
              R"("until_usec":0,"reason":"deploy","caller_uid":1000})");
    EXPECT_EQ(show_event(paused, "/p"),
              (std::vector<Line>{{Mark::Plain, "shop/web: paused: deploy"}}));
    const PauseChanged over{"shop", "", false, 0, "", 4294967295};
    EXPECT_TRUE(json_of(over).ends_with(R"("caller_uid":null})")) << json_of(over);
    EXPECT_EQ(show_event(over, "/p"), (std::vector<Line>{{Mark::Plain, "shop: resumed"}}));
}

TEST(Event, a_burst_of_files_is_told_in_one_line) {
    const FilesSettled burst{"shop", "7", {{"shop", "/b", "renamed", "/a"}}, 2};
    EXPECT_EQ(json_of(burst),
              R"({"event":"FilesSettled","project":"shop","id":"7","files":[{"path":"/b",)"
              R"("kind":"renamed","from":"/a"}],"more":2})");
    EXPECT_EQ(show_event(burst, "/p"),
              (std::vector<Line>{{Mark::Plain, "shop: 3 files have settled, reload 7"}}));
    const FilesSettled one{"shop", "", {{"shop", "/b", "created", ""}}, 0};
    EXPECT_EQ(
        show_event(one, "/p"),
        (std::vector<Line>{{Mark::Plain, "shop: 1 file has settled, nothing is done by itself"}}));
}

TEST(Event, tells_its_project) {
    EXPECT_EQ(project_of(ConfigRevision{{.project = "shop", .name = "app"}}), "shop");
    EXPECT_EQ(project_of(FileChanged{"shop", "/p", "modified", ""}), "shop");
    EXPECT_EQ(project_of(ServiceChanged{{.project = "shop", .name = "web"}}), "shop");
    EXPECT_EQ(project_of(DaemonGone{}), "");
}
