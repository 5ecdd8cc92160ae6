// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/change_text.hpp"

#include <gtest/gtest.h>

using namespace hotreload::ctl;

namespace {

using Texts = std::vector<std::string>;

const Json web = *parse_json(R"([
    {"subject":"/p/config/web.toml","kind":"modified","before":"","after":"","strategy":"restart",
     "reason":"the highest of its keys","keys":[
      {"op":"replace","path":"/log/level","key":"log.level","old":"info","new":"debug",
       "strategy":"reload","reason":"keys \"log.*\""},
      {"op":"add","path":"/log/format","key":"log.format","new":"json","strategy":"reload",
       "reason":"keys \"log.*\""},
      {"op":"remove","path":"/listen","key":"listen","old":[1,2],"strategy":"restart",
       "reason":"on_change of its watch"}]}])");

Json changes(const std::string& text) {
    return parse_json(text).value_or(Json());
}

Json many_keys(int count) {
    Json keys(jsoncons::json_array_arg);
    for (int i = 0; i < count; ++i) {
        Json key;
        key["op"] = "remove";
        key["key"] = "k" + std::to_string(i);
        keys.push_back(key);
    }
    Json change;
    change["subject"] = "/p/a.toml";
    change["keys"] = keys;
    Json list(jsoncons::json_array_arg);
    list.push_back(change);
    return list;
}

} // namespace

TEST(Changes, of_a_document_in_a_plan_have_a_line_for_each_key) {
    EXPECT_EQ(list_changes(web, "/p"),
              (Texts{"config/web.toml modified: restart (the highest of its keys)",
                     R"(    log.level: "info" → "debug": reload (keys "log.*"))",
                     R"(  + log.format: "json": reload (keys "log.*"))",
                     "  − listen: restart (on_change of its watch)"}));
}

TEST(Changes, of_order_alone_say_what_moved) {
    const auto moved = changes(
        R"([{"subject":"/p/u.ini","kind":"modified","strategy":"restart","reason":"","keys":[
            {"op":"move","path":"/uwsgi/plugins","key":"uwsgi.plugins","old":"a","new":"a",
             "strategy":"restart","reason":""}]}])");
    EXPECT_EQ(list_changes(moved, "/p"),
              (Texts{"u.ini modified: restart", "    uwsgi.plugins: moved: restart"}));
}

TEST(Changes, of_a_document_that_means_the_same_ask_for_nothing) {
    const auto same =
        changes(R"([{"subject":"/p/web.toml","kind":"rewritten","strategy":"none","reason":""}])");
    EXPECT_EQ(list_changes(same, "/p"), Texts{"web.toml: means the same"});
    EXPECT_EQ(name_changes(same, "/p"), "web.toml means the same");
    EXPECT_EQ(summarize_changes(same, "/p"), Texts{"web.toml: means the same"});
}

TEST(Changes, in_the_status_name_the_file_in_each_line) {
    EXPECT_EQ(summarize_changes(web, "/p"),
              (Texts{R"(config/web.toml: log.level: "info" → "debug": reload (keys "log.*"))",
                     R"(config/web.toml: + log.format: "json": reload (keys "log.*"))",
                     "config/web.toml: − listen: restart (on_change of its watch)"}));
}

TEST(Changes, in_a_report_are_names_with_the_keys_behind_their_document) {
    EXPECT_EQ(name_changes(web, "/p"), "config/web.toml: log.level, log.format, listen");
    EXPECT_EQ(name_changes(changes(R"([{"subject":"env.A"},{"subject":"/p/a.toml","keys":[
                  {"key":"x"},{"key":"y"}]},{"subject":"properties.MemoryMax"},
                  {"subject":"/p/b.toml","kind":"rewritten"}])"),
                           "/p"),
              "env.A, a.toml: x, y; MemoryMax");
    EXPECT_EQ(name_changes(Json(jsoncons::json_array_arg), ""), "");
}

TEST(Changes, beyond_four_names_are_counted) {
    EXPECT_EQ(name_changes(many_keys(4), "/p"), "a.toml: k0, k1, k2, k3");
    EXPECT_EQ(name_changes(many_keys(6), "/p"), "a.toml: k0, k1, k2, k3 and 2 more");
}

TEST(Changes, beyond_ten_lines_of_a_status_are_counted_and_a_plan_has_all) {
    EXPECT_EQ(summarize_changes(many_keys(11), "/p").size(), 11U);
    const auto lines = summarize_changes(many_keys(12), "/p");
    ASSERT_EQ(lines.size(), 11U);
    EXPECT_EQ(lines.back(), "and 2 more");
    EXPECT_EQ(list_changes(many_keys(100), "/p").size(), 101U);
}

TEST(Changes, keys_that_were_not_told_are_counted) {
    auto list = many_keys(6);
    list[0]["more_keys"] = 1000;
    EXPECT_EQ(name_changes(list, "/p"), "a.toml: k0, k1, k2, k3 and 1002 more");
    EXPECT_EQ(list_changes(list, "/p").back(), "  and 1000 more");
    EXPECT_EQ(summarize_changes(list, "/p").back(), "and 1000 more");
    list[0]["keys"] = many_keys(12)[0]["keys"];
    EXPECT_EQ(summarize_changes(list, "/p").size(), 11U);
    EXPECT_EQ(summarize_changes(list, "/p").back(), "and 1002 more");
    list[0]["keys"] = many_keys(1)[0]["keys"];
    EXPECT_EQ(name_changes(list, "/p"), "a.toml: k0 and 1000 more");
}

TEST(Changes, values_are_shown_as_they_are_written) {
    const auto lines = list_changes(
        changes(R"([{"subject":"a","keys":[{"op":"replace","key":"n","old":1.10,"new":1e400},
            {"op":"replace","key":"","old":null,"new":{"a":[true]}},
            {"op":"add","key":"long","new":"\"shortened…"},{"op":"add","key":"s","new":"…"}]}])"),
        "");
    EXPECT_EQ(lines,
              (Texts{"a", "    n: 1.10 → 1e400", "    (the whole document): null → {\"a\":[true]}",
                     "  + long: \"shortened…", "  + s: \"…\""}));
}

TEST(Patch, has_a_line_for_each_step_with_the_key_as_people_write_it) {
    EXPECT_EQ(list_patch(R"([{"op":"replace","path":"/log/level","value":"debug","old":"info"},
        {"op":"add","path":"/servers/0/weight","value":3},
        {"op":"remove","path":"/a~1b/c.d","old":1}])"),
              (Texts{R"(log.level "info" → "debug")", "+ servers[0].weight 3", R"(− a/b."c.d")"}));
}

TEST(Patch, that_is_none_has_no_lines) {
    EXPECT_EQ(list_patch(""), Texts{});
    EXPECT_EQ(list_patch("{}"), Texts{});
    EXPECT_EQ(list_patch("[7]"), Texts{});
}
