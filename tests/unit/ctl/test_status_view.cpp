// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/status_view.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

namespace {

constexpr std::uint64_t now = 1'000'000'000'000'000;
constexpr std::uint64_t second = 1'000'000;

ProjectState shop() {
    ProjectState project{.name = "shop", .path = "/p/hotreload.toml", .state = "running"};
    project.services = {
        {.project = "shop", .name = "db", .state = "stopped", .watching = "watching"},
        {.project = "shop",
         .name = "web",
         .unit = "hotreload-shop.web@8.service",
         .generation = 8,
         .state = "running",
         .main_pid = 1234,
         .last_strategy = "restart",
         .last_applied_usec = now - 130 * second,
         .watching = "watching"},
    };
    return project;
}

std::string text_of(const Report& report) {
    std::string text;
    for (const auto& line : report.lines)
        text += line.text + "\n";
    return text;
}

} // namespace

TEST(Status, is_a_table_of_services) {
    const auto report = report_status(shop(), now, "/p");
    EXPECT_EQ(text_of(report), "shop: running, hotreload.toml\n"
                               "  SERVICE  STATE    GENERATION  STRATEGY  APPLIED   PID   UNIT\n"
                               "  db       stopped  -           -         -         -     -\n"
                               "  web      running  8           restart   2min ago  1234  "
                               "hotreload-shop.web@8.service\n");
    EXPECT_EQ(report.status, ExitStatus::Ok);
}

TEST(Status, of_what_waits_says_what_to_run_and_gives_3) {
    auto project = shop();
    project.services[1].state = "waiting";
    project.services[1].waiting = {"command"};
    const auto report = report_status(project, now, "/p");
    EXPECT_EQ(
        report.lines.back(),
        (Line{Mark::Waiting, "web: waiting: command — run: hotreloadctl reload --force shop/web"}));
    EXPECT_EQ(report.status, ExitStatus::Waiting);
}

TEST(Status, of_a_set_that_waits_for_its_other_files_gives_3_and_no_failure) {
    auto project = shop();
    project.services[1].state = "incomplete";
    project.services[1].problems = {{"/p/cert.pem", 0, 0, "key values mismatch"}};
    const auto report = report_status(project, now, "/p");
    EXPECT_EQ(report.status, ExitStatus::Waiting);
    EXPECT_TRUE(text_of(report).contains("web: waits for the other files of a set"));
    for (const auto& line : report.lines)
        EXPECT_NE(line.mark, Mark::Failed) << line.text;
    const auto services = report_services(project, "/p");
    EXPECT_EQ(services.lines.back().text,
              "web: incomplete, generation 8: the other files of a set are to come");
}

TEST(Status, of_a_unit_that_is_not_there_gives_1) {
    auto project = shop();
    project.services[1].state = "invalid";
    EXPECT_EQ(report_status(project, now, "/p").status, ExitStatus::Failed);
}

// Was: it had a tick, and 0, beside its problem.
TEST(Status, of_a_service_that_somebody_else_stopped_meanwhile_gives_1) {
    auto project = shop();
    project.services[1].state = "stopped-meanwhile";
    EXPECT_EQ(report_status(project, now, "/p").status, ExitStatus::Failed);
    EXPECT_EQ(report_services(project, "/p").lines[1].mark, Mark::Failed);
}

TEST(Status, of_a_service_that_was_rolled_back_gives_1_and_the_problem) {
    auto project = shop();
    project.services[1].state = "rolled-back";
    project.services[1].problems = {{"/p/hotreload.toml", 3, 1, "exit code 3"}};
    const auto report = report_status(project, now, "/p");
    EXPECT_EQ(report.lines.back(), (Line{Mark::Failed, "web: hotreload.toml:3:1: exit code 3"}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Status, of_an_invalid_project_gives_1_though_its_services_run) {
    auto project = shop();
    project.state = "invalid";
    project.problems = {{"/p/hotreload.toml", 9, 2, "unknown key"}};
    const auto report = report_status(project, now, "/p");
    EXPECT_EQ(report.lines.back(), (Line{Mark::Failed, "hotreload.toml:9:2: unknown key"}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Status, names_files_that_are_missing_or_half_written_and_watches_with_gaps) {
    auto project = shop();
    project.services[0].missing = {"/p/db.conf"};
    project.services[0].writing = {"/p/big.conf"};
    project.services[0].watching = "incomplete: 8192 watches are not enough";
    const auto text = text_of(report_status(project, now, "/p"));
    EXPECT_NE(text.find("db: missing: db.conf\n"), std::string::npos) << text;
    EXPECT_NE(text.find("db: still being written: big.conf\n"), std::string::npos) << text;
    EXPECT_NE(text.find("db: watching: incomplete: 8192"), std::string::npos) << text;
}

TEST(Status, says_how_a_service_is_watched_where_it_is_not_simply_watched) {
    auto project = shop();
    project.services[0].watching = "polling: NFS tells of no changes";
    project.services[1].watching = "suspended: it writes /p/out.json itself";
    const auto report = report_status(project, now, "/p");
    EXPECT_EQ(report.lines[report.lines.size() - 2],
              (Line{Mark::Unchanged, "db: watching: polling: NFS tells of no changes"}));
    EXPECT_EQ(report.lines.back(),
              (Line{Mark::Waiting, "web: watching: suspended: it writes /p/out.json itself — run: "
                                   "hotreloadctl resume shop/web"}));
}

TEST(Status, tells_what_changed_last_when_asked_for_or_when_something_is_wrong) {
    auto project = shop();
    project.services[1].last_result = "rolled-back";
    project.services[1].last_changes_json = R"([{"subject":"/p/web.toml","kind":"modified",
        "strategy":"restart","reason":"","keys":[{"op":"replace","key":"log.level","old":"info",
        "new":"debug","strategy":"reload","reason":"keys \"log.*\""}]}])";
    const std::string change =
        "    web.toml: log.level: \"info\" → \"debug\": reload (keys \"log.*\")\n";
    const auto told = "web: last change, rolled-back:\n" + change;
    EXPECT_FALSE(text_of(report_status(project, now, "/p")).contains("last change"));
    EXPECT_TRUE(text_of(report_status(project, now, "/p", true))
                    .ends_with("web: last change, rolled-back, then taken back:\n" + change));
    project.services[1].state = "rolled-back";
    EXPECT_TRUE(text_of(report_status(project, now, "/p")).ends_with(told));
    EXPECT_FALSE(text_of(report_status(project, now, "/p")).contains("db: last change"));
}

// Was: an ordinary change, for who was away when the time was over.
TEST(Status, says_that_nobody_confirmed_what_was_there) {
    auto project = shop();
    project.services[1].last_result = "applied";
    project.services[1].last_trigger = "unconfirmed";
    project.services[1].last_changes_json =
        R"([{"subject":"/p/web.toml","kind":"modified","strategy":"reload","reason":""}])";
    EXPECT_TRUE(text_of(report_status(project, now, "/p", true))
                    .ends_with("web: last change, applied, as nobody confirmed what was there:\n"
                               "    web.toml modified: reload\n"));
}

TEST(Status, lists_configs_and_gives_1_when_one_is_invalid) {
    auto project = shop();
    project.configs = {{.project = "shop",
                        .name = "app",
                        .path = "/p/app.toml",
                        .revision = 4,
                        .state = "valid",
                        .problems = {}},
                       {.project = "shop",
                        .name = "late",
                        .path = "/q/l.json",
                        .state = "missing",
                        .problems = {}}};
    const auto report = report_status(project, now, "/p");
    const auto text = text_of(report);
    EXPECT_TRUE(text.contains("  CONFIG  STATE    REVISION  FILE\n"
                              "  app     valid    4         app.toml\n"
                              "  late    missing  -         /q/l.json\n"))
        << text;
    EXPECT_EQ(report.lines.back(), (Line{Mark::Waiting, "configs.late: missing: /q/l.json"}));
    EXPECT_EQ(report.status, ExitStatus::Ok);

    project.configs[0].state = "invalid";
    project.configs[0].problems = {{"/p/app.toml", 2, 1, "port is a string"}};
    const auto refused = report_status(project, now, "/p");
    EXPECT_TRUE(text_of(refused).contains("configs.app: app.toml:2:1: port is a string\n"
                                          "configs.app: revision 4 stays in force\n"));
    EXPECT_EQ(refused.status, ExitStatus::Failed);
}

TEST(Status, ages_are_told_in_one_unit) {
    EXPECT_EQ(show_age(now, now), "now");
    EXPECT_EQ(show_age(now + second, now), "now") << "a clock that was set back";
    EXPECT_EQ(show_age(now - 12 * second, now), "12s ago");
    EXPECT_EQ(show_age(now - 59 * 60 * second, now), "59min ago");
    EXPECT_EQ(show_age(now - 47UL * 3600 * second, now), "47h ago");
    EXPECT_EQ(show_age(now - 5UL * 86400 * second, now), "5 days ago");
}

TEST(Status, as_json_has_every_property_by_its_name) {
    auto project = shop();
    project.services[1].problems = {{"/p/x", 1, 2, "m"}};
    const auto json = to_json(project);
    EXPECT_EQ(json["project"].as<std::string>(), "shop");
    const auto& web = json["services"][1];
    EXPECT_EQ(web["service"].as<std::string>(), "web");
    EXPECT_EQ(web["generation"].as<int>(), 8);
    EXPECT_EQ(web["main_pid"].as<int>(), 1234);
    EXPECT_EQ(web["problems"][0]["line"].as<int>(), 1);
    EXPECT_TRUE(web["last_changes"].is_array());
    EXPECT_EQ(json["configs"].size(), 0U);
}

TEST(Services, after_a_start_each_has_a_line) {
    auto project = shop();
    project.services[0].state = "failed";
    project.services[0].problems = {{"/p/shop.toml", 3, 1, "exit code 1"},
                                    {"/p/db.conf", 0, 0, "Permission denied"}};
    const auto report = report_services(project, "/p");
    EXPECT_EQ(report.lines,
              (std::vector<Line>{{Mark::Failed, "db: failed: shop.toml:3:1: exit code 1"},
                                 {Mark::Failed, "db.conf: Permission denied"},
                                 {Mark::Applied, "web: running, generation 8"}}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Status, of_a_paused_service_is_no_warning_while_nothing_waits) {
    auto project = shop();
    auto& web = project.services[1];
    web.paused = true;
    web.state = "paused";
    web.pause_reason = "deploy";
    const auto report = report_status(project, now, "/p");
    EXPECT_EQ(report.lines.back(), (Line{Mark::Unchanged, "web: paused: deploy — run: hotreloadctl "
                                                          "resume shop/web"}));
    EXPECT_EQ(report.status, ExitStatus::Ok);
    EXPECT_EQ(report_services(project, "/p").lines[1].mark, Mark::Applied);
}

TEST(Status, of_a_paused_service_names_what_waits_and_gives_3) {
    auto project = shop();
    project.services[1].paused = true;
    project.services[1].held = {"/p/a.conf", "env.A"};
    const auto report = report_status(project, now, "/p");
    EXPECT_EQ(report.lines.back(),
              (Line{Mark::Waiting, "web: paused; waiting: a.conf, env.A — run: "
                                   "hotreloadctl resume shop/web"}));
    EXPECT_EQ(report.status, ExitStatus::Waiting);
}

TEST(Status, of_a_project_that_is_not_enabled_is_one_word_everywhere) {
    auto project = shop();
    project.enabled = false;
    EXPECT_EQ(report_status(project, now, "/p").lines.front().text,
              "shop: disabled, hotreload.toml");
    EXPECT_TRUE(list_projects({project}).lines[1].text.contains("disabled"));
    project.state = "invalid";
    EXPECT_TRUE(list_projects({project}).lines[1].text.contains("invalid, disabled"));
}

TEST(Status, of_what_was_refused_and_is_mended_says_so) {
    auto project = shop();
    project.services[1].last_result = "refused";
    project.services[1].last_changes_json =
        R"([{"subject":"/p/a.conf","kind":"modified","strategy":"reload","reason":""}])";
    const auto text = text_of(report_status(project, now, "/p", true));
    EXPECT_TRUE(text.contains("web: last change, refused, then taken back:")) << text;
}
