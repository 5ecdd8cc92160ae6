// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/report.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

TEST(Plan, shows_each_change_with_its_strategy_and_the_reason) {
    const auto report = report_plan(R"({"project":"shop","services":[
        {"service":"web","action":"restart","reason":"","changes":[
          {"subject":"env.LOG_LEVEL","kind":"definition","before":"","after":"",
           "strategy":"restart","reason":"a process gets its environment at its start"},
          {"subject":"properties.MemoryMax","kind":"definition","before":"256M","after":"512M",
           "strategy":"live","reason":""},
          {"subject":"/p/config/web.toml","kind":"modified","before":"","after":"",
           "strategy":"reload","reason":"the service can reload"}]},
        {"service":"db","action":"none","reason":"","changes":[]}]})",
                                    "/p");
    EXPECT_EQ(report.lines,
              (std::vector<Line>{
                  {Mark::Planned, "web: restart"},
                  {Mark::Plain,
                   "    env.LOG_LEVEL: restart (a process gets its environment at its start)"},
                  {Mark::Plain, "    properties.MemoryMax: 256M → 512M: live"},
                  {Mark::Plain, "    config/web.toml modified: reload (the service can reload)"},
                  {Mark::Unchanged, "db: nothing to do"}}));
    EXPECT_EQ(report.status, ExitStatus::Ok);
}

TEST(Plan, shows_the_keys_of_a_document_below_it) {
    const auto report = report_plan(R"({"project":"shop","services":[
        {"service":"web","action":"reload","reason":"","changes":[
          {"subject":"/p/config/web.toml","kind":"modified","before":"","after":"",
           "strategy":"reload","reason":"","keys":[{"op":"replace","path":"/log/level",
           "key":"log.level","old":"info","new":"debug","strategy":"reload",
           "reason":"keys \"log.*\""}]},
          {"subject":"/p/config/db.toml","kind":"rewritten","strategy":"none","reason":""}]}]})",
                                    "/p");
    EXPECT_EQ(report.lines,
              (std::vector<Line>{
                  {Mark::Planned, "web: reload"},
                  {Mark::Plain, "    config/web.toml modified: reload"},
                  {Mark::Plain, R"(        log.level: "info" → "debug": reload (keys "log.*"))"},
                  {Mark::Plain, "    config/db.toml: means the same"}}));
}

TEST(Plan, that_would_be_refused_gives_the_reason_and_1) {
    const auto report = report_plan(R"({"project":"web","services":[
        {"service":"nginx","action":"reload","reason":"","problem":{"path":"/etc/nginx/a.conf",
         "line":3,"column":0,"message":"unknown directive"},"changes":[]}]})",
                                    "/etc/nginx");
    EXPECT_EQ(report.lines, (std::vector<Line>{{Mark::Failed, "nginx: reload would be refused"},
                                               {Mark::Failed, "a.conf:3: unknown directive"}}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Plan, tells_what_is_wrong_with_a_document_once) {
    const auto report = report_plan(R"({"project":"farm","services":[
        {"service":"api","action":"swap","reason":"",
         "problem":{"path":"/p/api.json","line":2,"column":1,"message":"it ends too early"},
         "changes":[
          {"subject":"/p/api.json","kind":"modified","strategy":"swap",
           "reason":"invalid: /p/api.json:2:1: it ends too early"},
          {"subject":"/p/b.json","kind":"modified","strategy":"swap",
           "reason":"invalid: /p/b.json:1:1: no"}]}]})",
                                    "/p");
    EXPECT_EQ(report.lines,
              (std::vector<Line>{
                  {Mark::Failed, "api: swap would be refused"},
                  {Mark::Failed, "api.json:2:1: it ends too early"},
                  {Mark::Plain, "    api.json modified: swap (invalid)"},
                  {Mark::Plain, "    b.json modified: swap (invalid: /p/b.json:1:1: no)"}}));
}

TEST(Plan, with_something_that_waits_gives_3) {
    const auto report = report_plan(R"({"project":"shop","services":[
        {"service":"web","action":"wait","reason":"strategy is manual","changes":[]}]})",
                                    "");
    EXPECT_EQ(report.lines.front(),
              (Line{Mark::Waiting, "web: waits (strategy is manual) — "
                                   "run: hotreloadctl reload --force shop/web"}));
    EXPECT_EQ(report.status, ExitStatus::Waiting);
}

TEST(Plan, that_was_refused_before_says_how_to_try_it_again_and_gives_1) {
    const auto report = report_plan(R"({"project":"shop","services":[
        {"service":"web","action":"refused","reason":"","changes":[]}]})",
                                    "");
    EXPECT_EQ(report.lines.front(),
              (Line{Mark::Failed, "web: refused before, nothing changed since — "
                                  "run: hotreloadctl reload --force shop/web"}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Plan, that_cannot_be_tried_as_the_unit_is_offers_no_second_attempt) {
    const auto report = report_plan(R"({"project":"shop","services":[
        {"service":"web","action":"refused","reason":"web.service is somebody else's, as before",
         "barred":true,"changes":[]}]})",
                                    "");
    EXPECT_EQ(report.lines.front(),
              (Line{Mark::Failed, "web: refused (web.service is somebody else's, as before)"}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Plan, with_an_action_of_a_later_version_shows_it_as_it_is) {
    const auto report = report_plan(R"({"project":"shop","services":[
        {"service":"web","action":"migrate","reason":"why","changes":[]}]})",
                                    "");
    EXPECT_EQ(report.lines.front(), (Line{Mark::Planned, "web: migrate (why)"}));
}

TEST(Plan, that_is_not_json_is_an_error_and_not_an_empty_plan) {
    EXPECT_EQ(report_plan("{", "").status, ExitStatus::Failed);
}
