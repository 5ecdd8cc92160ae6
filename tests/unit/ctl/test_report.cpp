// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/events.hpp"
#include "ctl/report.hpp"

#include <gtest/gtest.h>

using namespace hotreload;
using namespace hotreload::ctl;

namespace {

Report report_of(const std::string& result, const std::string& detail,
                 const std::vector<ValidationFailed>& announced = {}) {
    return report_reload({"7", "shop", result, std::chrono::microseconds(31'200), detail},
                         announced, "/home/u/shop");
}

Report report_of_service(const std::string& result, const std::string& service) {
    return report_of(result, R"({"services":[)" + service + "]}");
}

} // namespace

TEST(Report, a_restart_names_what_changed_the_generation_and_the_time) {
    const auto report = report_of_service("applied", R"({"service":"web","action":"restart",
        "result":"applied","generation":8,"gap_usec":0,"changes":[{"subject":"env.LOG_LEVEL"}]})");
    EXPECT_EQ(report.lines,
              (std::vector<Line>{
                  {Mark::Applied, "web: restarted (env.LOG_LEVEL), generation 8, 31 ms"}}));
    EXPECT_EQ(report.status, ExitStatus::Ok);
}

TEST(Report, a_gap_that_was_measured_is_told) {
    const auto report = report_of_service("applied", R"({"service":"web","action":"restart",
        "result":"applied","generation":8,"gap_usec":4100,"changes":[]})");
    EXPECT_EQ(report.lines.front().text,
              "web: restarted, generation 8, 31 ms, nobody served for 4.1 ms");
}

TEST(Report, a_live_change_names_the_properties) {
    const auto report = report_of_service("applied", R"({"service":"api","action":"live",
        "result":"applied","generation":4,"changes":[{"subject":"properties.MemoryMax"},
        {"subject":"properties.CPUWeight"}]})");
    EXPECT_EQ(report.lines.front(), (Line{Mark::Applied, "api: MemoryMax, CPUWeight set live"}));
}

TEST(Report, files_below_the_directory_are_shown_relative_to_it) {
    const auto report = report_of_service("applied", R"({"service":"web","action":"reload",
        "result":"applied","generation":9,"changes":[{"subject":"/home/u/shop/config/web.toml"},
        {"subject":"/etc/shop.conf"}]})");
    EXPECT_EQ(report.lines.front().text,
              "web: reloaded (config/web.toml, /etc/shop.conf), generation 9, 31 ms");
}

TEST(Report, what_a_later_version_tells_is_shown_as_it_is_and_no_success) {
    const auto report = report_of_service("migrated", R"({"service":"web","action":"migrate",
        "result":"migrated","generation":8,"changes":[{"subject":"a"}]})");
    EXPECT_EQ(report.lines, (std::vector<Line>{{Mark::Failed, "web: migrated (a)"}}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
    const auto applied = report_of_service("applied", R"({"service":"web","action":"migrate",
        "result":"applied","generation":8,"changes":[]})");
    EXPECT_EQ(applied.lines.front(), (Line{Mark::Applied, "web: migrate, generation 8, 31 ms"}));
}

TEST(Report, many_changes_are_counted) {
    const auto report = report_of_service("applied", R"({"service":"web","action":"start",
        "result":"applied","generation":1,"changes":[{"subject":"a"},{"subject":"b"},
        {"subject":"c"},{"subject":"d"},{"subject":"e"},{"subject":"f"}]})");
    EXPECT_EQ(report.lines.front().text,
              "web: started (a, b, c, d and 2 more), generation 1, 31 ms");
}

TEST(Report, what_waits_says_what_to_run_and_gives_3) {
    const auto report = report_of("waiting", R"({"services":[
        {"service":"db","action":"none","result":"unchanged","changes":[]},
        {"service":"web","action":"wait","result":"waiting","changes":[{"subject":"command"}]}]})");
    EXPECT_EQ(report.lines,
              (std::vector<Line>{
                  {Mark::Unchanged, "db: unchanged"},
                  {Mark::Waiting,
                   "web: waiting to apply command — run: hotreloadctl reload --force shop/web"}}));
    EXPECT_EQ(report.status, ExitStatus::Waiting);
}

TEST(Report, a_failure_counts_more_than_what_waits) {
    const auto report = report_of("rolled-back", R"({"services":[
        {"service":"db","action":"wait","result":"waiting","changes":[]},
        {"service":"web","action":"restart","result":"rolled-back","generation":7,"changes":[],
         "problem":{"path":"/home/u/shop/hotreload.toml","line":4,"column":1,
                    "message":"exit code 3"}}],
        "problems":[{"path":"/home/u/shop/hotreload.toml","line":4,"column":1,
                     "message":"exit code 3"}]})");
    ASSERT_EQ(report.lines.size(), 2U) << "the problem is told once";
    EXPECT_EQ(report.lines[1],
              (Line{Mark::Failed, "web: rolled back to generation 7: exit code 3"}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Report, an_invalid_file_is_named_with_its_place_once) {
    const auto problem =
        R"({"path":"/home/u/shop/nginx.conf","line":3,"column":0,"message":"unknown directive"})";
    const auto report = report_of(
        "invalid",
        std::string(R"({"services":[{"service":"web","action":"reload",
                      "result":"invalid","generation":7,"changes":[{"subject":"nginx.conf"}],
                      "problem":)") +
            problem + R"(}],"problems":[)" + problem + "]}",
        {{"8", "shop", "shop/web", {"/home/u/shop/nginx.conf", 3, 0, "unknown directive"}}});
    EXPECT_EQ(
        report.lines,
        (std::vector<Line>{{Mark::Failed, "web: refused (nginx.conf), generation 7 stays in force"},
                           {Mark::Failed, "nginx.conf:3: unknown directive"}}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Report, an_announced_problem_is_told_when_the_detail_lacks_it) {
    const auto report =
        report_of("invalid", R"({"services":[],"problems":[]})",
                  {{"8", "shop", "", {"/home/u/shop/hotreload.toml", 2, 5, "expected a value"}},
                   {"9", "other", "", {"/x", 1, 1, "of another project"}}});
    EXPECT_EQ(report.lines,
              (std::vector<Line>{{Mark::Failed, "hotreload.toml:2:5: expected a value"}}));
}

TEST(Report, a_service_held_back_by_another_says_so) {
    const auto report = report_of("failed", R"({"services":[{"service":"web","action":"restart",
        "result":"unchanged","changes":[],"problem":{"message":"untouched, because db failed"}}]})");
    EXPECT_EQ(report.lines.front(), (Line{Mark::Unchanged, "web: untouched, because db failed"}));
}

TEST(Report, what_was_refused_before_fails_and_says_how_to_try_again) {
    const auto report = report_of("unchanged", R"({"services":[{"service":"web",
        "action":"refused","result":"refused","generation":7,"changes":[],
        "problem":{"path":"/home/u/shop/a.conf","line":1,"column":2,"message":"bad"}}]})");
    EXPECT_EQ(report.status, ExitStatus::Failed);
    EXPECT_EQ(report.lines,
              (std::vector<Line>{
                  {Mark::Failed, "web: refused before, and nothing changed since; to try it again, "
                                 "run: hotreloadctl reload --force shop/web"},
                  {Mark::Failed, "a.conf:1:2: bad"}}));
}

TEST(Report, a_detail_without_services_still_says_something) {
    EXPECT_EQ(report_of("unchanged", "{}").lines,
              (std::vector<Line>{{Mark::Unchanged, "shop: nothing to do"}}));
    EXPECT_EQ(report_of("failed", "not json").lines,
              (std::vector<Line>{{Mark::Failed, "shop: failed"}}));
}

TEST(Report, durations_have_two_or_three_digits) {
    EXPECT_EQ(show_duration(std::chrono::microseconds(970)), "1.0 ms");
    EXPECT_EQ(show_duration(std::chrono::milliseconds(31)), "31 ms");
    EXPECT_EQ(show_duration(std::chrono::milliseconds(1400)), "1.4 s");
}

TEST(Report, a_document_is_named_with_its_keys) {
    const auto report = report_of_service("applied", R"({"service":"web","action":"reload",
        "result":"applied","generation":9,"changes":[{"subject":"/home/u/shop/config/web.toml",
        "kind":"modified","keys":[{"key":"log.level"},{"key":"log.format"}]}]})");
    EXPECT_EQ(report.lines.front().text,
              "web: reloaded (config/web.toml: log.level, log.format), generation 9, 31 ms");
}

TEST(Report, what_is_superseded_is_unchanged_and_no_failure) {
    const auto report = report_of("superseded", R"({"services":[{"service":"web",
        "action":"reload","result":"superseded","changes":[{"subject":"a"}]}]})");
    EXPECT_EQ(report.lines,
              (std::vector<Line>{{Mark::Unchanged, "web: superseded by a newer change"}}));
    EXPECT_EQ(report.status, ExitStatus::Ok);
    EXPECT_EQ(report_of("superseded", "{}").lines,
              (std::vector<Line>{{Mark::Unchanged, "shop: superseded by a newer change"}}));
}

TEST(Report, what_somebody_else_stopped_meanwhile_is_no_success) {
    const auto report = report_of_service("stopped-meanwhile", R"({"service":"web",
        "action":"reload","result":"stopped-meanwhile","generation":3,"changes":[],
        "problem":{"message":"somebody else stopped web.service meanwhile"}})");
    EXPECT_EQ(
        report.lines,
        (std::vector<Line>{{Mark::Failed, "web: somebody else stopped web.service meanwhile"}}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Report, an_installed_unit_was_let_go_of_and_not_stopped) {
    const auto report = report_of_service("applied", R"({"service":"web","action":"stop",
        "result":"let-go","generation":3,"unit":"nginx.service","changes":[]})");
    EXPECT_EQ(
        report.lines,
        (std::vector<Line>{{Mark::Applied, "web: let go of; nginx.service goes on as it is"}}));
    EXPECT_EQ(report.status, ExitStatus::Ok);
}

TEST(Report, what_waits_for_a_restart_is_told_with_the_command_that_does_it) {
    const auto report = report_of("waiting", R"({"services":[{"service":"db","action":"wait",
        "result":"waiting","changes":[{"subject":"a","strategy":"manual"},
        {"subject":"b","strategy":"manual-restart"}]}]})");
    EXPECT_TRUE(report.lines.front().text.contains("run: hotreloadctl restart shop/db"))
        << report.lines.front().text;
    EXPECT_EQ(report.status, ExitStatus::Waiting);
}
