// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/explain_view.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

using namespace hotreload::ctl;

namespace {

using AllLines = std::vector<Line>;

const ProjectState shop_state{.name = "shop", .path = "/p/hotreload.toml"};

Report explained(const std::string& watches, const std::string& plans = "[]",
                 const std::vector<const ProjectState*>& nearest = {}) {
    return report_explanation(*parse_json(R"({"path":"/p/web.toml","state":"a regular file",)"
                                          R"("watches":)" +
                                          watches + R"(,"plans":)" + plans + "}"),
                              nearest, "/p");
}

} // namespace

TEST(Explain, says_which_pattern_matches_how_it_is_compared_and_what_is_kept) {
    const auto report = explained(R"([{"project":"shop","target":"web","watch":"watch[0]",
        "pattern":"*.toml","stopped":"","format":"toml","copies":["/v/5","/v/4","/v/3","/v/2",
        "/v/1"]}])");
    EXPECT_EQ(report.lines,
              (AllLines{{Mark::Plain, "web.toml: a regular file"},
                        {Mark::Applied, "shop/web, watch[0]: \"*.toml\" matches, compared as toml, "
                                        "5 good copies kept"},
                        {Mark::Plain, "    /v/5"},
                        {Mark::Plain, "    /v/4"},
                        {Mark::Plain, "    /v/3"},
                        {Mark::Plain, "    and 2 more"}}));
    EXPECT_EQ(report.status, ExitStatus::Ok);
}

TEST(Explain, of_what_is_watched_by_a_link_names_the_path_of_that) {
    const auto report = explained(R"([{"project":"web","target":"nginx","watch":"watch[0]",
        "path":"/etc/nginx/conf.d/a.conf","pattern":"/etc/nginx/**","stopped":"",
        "format":"bytes","copies":[]}])");
    EXPECT_EQ(report.lines[1],
              (Line{Mark::Applied, "web/nginx, watch[0]: as /etc/nginx/conf.d/a.conf, "
                                   "\"/etc/nginx/**\" matches, compared as bytes"}));
}

TEST(Explain, of_what_is_kept_out_names_what_stops_it_and_gives_1) {
    const auto report = explained(R"([{"project":"shop","target":"web","watch":"watch[0]",
        "pattern":"**","stopped":"exclude \"**/*.tmp\"","format":"bytes","copies":[]},
        {"project":"shop","target":"db","watch":"watch[1]","pattern":"","stopped":""}])",
                                  "[]", {&shop_state});
    EXPECT_EQ(
        report.lines,
        (AllLines{{Mark::Plain, "web.toml: a regular file"},
                  {Mark::Waiting, "shop/web, watch[0]: \"**\" matches, compared as bytes, kept "
                                  "out: exclude \"**/*.tmp\""},
                  {Mark::Unchanged, "shop/db, watch[1]: no pattern matches"},
                  {Mark::Failed, "web.toml: nobody watches it; it is in the directory of shop "
                                 "(hotreload.toml)"}}));
    EXPECT_EQ(report.status, ExitStatus::Failed);
}

TEST(Explain, of_what_nobody_watches_says_so) {
    EXPECT_EQ(explained("[]").lines.back(), (Line{Mark::Failed, "web.toml: nobody watches it"}));
}

TEST(Explain, a_project_file_and_a_config_need_no_pattern) {
    const auto report = explained(R"([{"project":"shop","target":"","watch":"project file"},
        {"project":"shop","target":"configs.app","watch":"schema","format":"json",
         "copies":["/v/1"]}])");
    EXPECT_EQ(
        report.lines,
        (AllLines{{Mark::Plain, "web.toml: a regular file"},
                  {Mark::Applied, "shop, project file"},
                  {Mark::Applied, "shop/configs.app, schema: compared as json, 1 good copy kept"},
                  {Mark::Plain, "    /v/1"}}));
    EXPECT_EQ(report.status, ExitStatus::Ok);
}

TEST(Explain, ends_with_what_a_reload_would_do) {
    const auto report = explained(R"([{"project":"shop","watch":"project file"}])",
                                  R"([{"project":"shop","services":[{"service":"web",
        "action":"reload","reason":"","changes":[{"subject":"/p/web.toml","kind":"modified",
        "strategy":"reload","reason":"r"}]}]}])");
    ASSERT_EQ(report.lines.size(), 5U);
    EXPECT_EQ(report.lines[2].text, "a reload of shop now:");
    EXPECT_EQ(report.lines[3], (Line{Mark::Planned, "web: reload"}));
    EXPECT_EQ(report.lines[4], (Line{Mark::Plain, "    web.toml modified: reload (r)"}));
}

TEST(WatcherEvents, are_a_table_with_their_fates) {
    setenv("TZ", "UTC", 1);
    tzset();
    const auto lines = list_watcher_events(
        *parse_json(R"({"events":[{"realtime_usec":1700000000000042,"path":"/p/a.toml",
            "mask":"IN_CLOSE_WRITE","fate":"looked at: changed"},{"realtime_usec":0,
            "path":"/q/.a.swp","mask":"IN_CREATE","fate":"editors' droppings"}]})"),
        "/p");
    EXPECT_EQ(lines, (AllLines{{Mark::Plain, "TIME             EVENT           PATH       FATE"},
                               {Mark::Plain,
                                "22:13:20.000042  IN_CLOSE_WRITE  a.toml     looked at: changed"},
                               {Mark::Plain, "00:00:00.000000  IN_CREATE       /q/.a.swp  editors' "
                                             "droppings"}}));
}
