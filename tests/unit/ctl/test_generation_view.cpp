// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/generation_view.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

namespace {

constexpr auto history = R"({"generations":[
  {"service":"web/nginx","generation":4,"applied_usec":1790000000000000,"strategy":"restart",
   "applied":true,"trigger":"request","caller_uid":0,"changes":[],"files":[]},
  {"service":"web/nginx","generation":2,"applied_usec":1780000000000000,"strategy":"reload",
   "applied":false,"trigger":"file","changes":[{"subject":"/etc/nginx/a.conf"}],"files":[]},
  {"service":"web/nginx","generation":1,"applied_usec":1770000000000000,"strategy":"none",
   "applied":false,"trigger":"","changes":[],"files":[]}],
 "events":[
  {"service":"web/nginx","realtime_usec":1785000000000000,"what":"failed","generation":3,
   "strategy":"restart","trigger":"file","problem":{"path":"/etc/nginx/a.conf","line":3,
   "column":0,"message":"no"}},
  {"service":"web/nginx","realtime_usec":1775000000000000,"what":"stopped","generation":0,
   "strategy":"","trigger":"request","caller_uid":1,"caller_comm":"vim","problem":{}}]})";

std::vector<std::string> shown(HistoryStyle view) {
    view.name_of_user = [](std::uint32_t uid) { return uid == 0 ? "root" : "somebody"; };
    std::vector<std::string> lines;
    for (const auto& line : show_history(parse_json(history).value(), view))
        lines.push_back(line.text);
    return lines;
}

} // namespace

TEST(GenerationView, a_generation_of_which_less_is_told_is_shown_all_the_same) {
    const auto lines = show_history(parse_json(R"({"generations":[{"generation":7},3]})").value(),
                                    {.name_of_user = [](std::uint32_t) { return "root"; }});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_TRUE(lines[1].text.contains(" 7 ")) << lines[1].text;
}

TEST(History, tells_when_who_and_why_and_what_came_to_nothing) {
    EXPECT_EQ(
        shown({.directory = "/etc/nginx", .utc = true, .name_of_user = {}}),
        (std::vector<std::string>{
            "SERVICE    GENERATION  WHEN                     WHAT     BY              CHANGES",
            "web/nginx  4*          2026-09-21 14:13:20 UTC  restart  root            asked for",
            "web/nginx  3           2026-07-25 17:20:00 UTC  failed   file            a.conf:3: no",
            "web/nginx  2           2026-05-28 20:26:40 UTC  reload   file            a.conf",
            "web/nginx  -           2026-03-31 23:33:20 UTC  stopped  somebody (vim)  -",
            "web/nginx  1           2026-02-02 02:40:00 UTC  none     -               -"}));
}

// Was: "time", as at the end of a pause.
TEST(History, says_that_nobody_confirmed_what_was_there) {
    const auto lines = show_history(parse_json(R"({"generations":[
        {"service":"web/nginx","generation":4,"applied_usec":1790000000000000,"strategy":"reload",
         "applied":true,"trigger":"unconfirmed","changes":[{"subject":"/etc/a.conf"}]},
        {"service":"web/nginx","generation":3,"applied_usec":1780000000000000,
         "strategy":"restart","trigger":"unconfirmed","changes":[]}]})")
                                        .value(),
                                    {.directory = "/etc", .utc = true, .name_of_user = {}});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_TRUE(lines[1].text.ends_with("  unconfirmed  a.conf")) << lines[1].text;
    EXPECT_TRUE(lines[2].text.ends_with("  nobody confirmed what was there")) << lines[2].text;
}

TEST(History, shows_as_much_of_each_service_as_was_asked_for) {
    EXPECT_EQ(shown({.directory = "", .utc = true, .most = 2, .name_of_user = {}}).size(), 3U);
}

TEST(Difference, of_a_text_shows_its_lines) {
    const auto lines = show_difference(parse_json(R"({"from":1,"to":2,"changes":[
        {"subject":"/etc/a.conf","kind":"modified","strategy":"reload","reason":"",
         "lines":["@@ -1 +1 @@","-a","+b"," c"]}]})")
                                           .value(),
                                       "/etc");
    EXPECT_EQ(lines, (std::vector<Line>{{Mark::Plain, "a.conf modified: reload"},
                                        {Mark::Place, "@@ -1 +1 @@"},
                                        {Mark::Removed, "-a"},
                                        {Mark::Added, "+b"},
                                        {Mark::Plain, " c"}}));
}
