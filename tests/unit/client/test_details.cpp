// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/details.hpp"

#include <gtest/gtest.h>

using namespace hotreload;
using namespace hotreload::client;

namespace {

Json json(std::string_view text) {
    return parse_json(text).value();
}

} // namespace

TEST(Details, of_a_problem_is_its_message_by_its_place) {
    ServiceState state{.project = "shop",
                       .name = "web",
                       .problems = {{"/a", 1, 2, "hidden"},
                                    {"/b", 0, 0, "hidden"},
                                    {"/a", 1, 2, "hidden"},
                                    {"/gone", 0, 0, "hidden"}}};
    add_details(state, json(R"({"projects":[{"name":"other","services":[{"name":"web",
        "problems":[{"path":"/gone","line":0,"column":0,"message":"of another"}]}]},
        {"name":"shop","services":[{"name":"web","problems":[
        {"path":"/a","line":1,"column":2,"message":"first"},
        {"path":"/a","line":1,"column":2,"message":"second"},
        {"path":"/b","line":0,"column":0,"message":"b"}]}]}]})"));
    EXPECT_EQ(state.problems, (std::vector<Problem>{{"/a", 1, 2, "first"},
                                                    {"/b", 0, 0, "b"},
                                                    {"/a", 1, 2, "second"},
                                                    {"/gone", 0, 0, "hidden"}}));
}

TEST(Details, of_a_reload_are_its_plan_and_its_outcome) {
    const auto details = json(R"({"id":"3","plans":[{"project":"blog","services":[]},
        {"project":"shop","services":[1]}],"outcomes":[{"project":"shop","detail":{"a":1.10}}]})");
    Event started = ReloadStarted{"3", "shop", "{}"};
    add_details(started, details);
    EXPECT_EQ(std::get<ReloadStarted>(started).plan_json, R"({"project":"shop","services":[1]})");
    Event finished = ReloadFinished{"3", "shop", "applied", {}, "{}"};
    add_details(finished, details);
    EXPECT_EQ(std::get<ReloadFinished>(finished).detail_json, R"({"a":1.10})");
    Event other = ReloadFinished{"3", "cms", "applied", {}, "{}"};
    add_details(other, details);
    EXPECT_EQ(std::get<ReloadFinished>(other).detail_json, "{}") << "nothing is told of it";
}

TEST(Details, of_a_problem_and_of_a_change_are_those_of_the_same_name) {
    const auto details = json(R"({"id":"3","problems":[
        {"project":"shop","target":"db","path":"/a","line":1,"column":2,"message":"of db"},
        {"project":"shop","target":"web","path":"/a","line":1,"column":2,"message":"of web"}],
        "changes":[{"project":"shop","name":"/a","old":{},"new":{"a":1},"patch":[2]}]})");
    Event failed = ValidationFailed{"3", "shop", "web", {"/a", 1, 2, "hidden"}};
    add_details(failed, details);
    EXPECT_EQ(std::get<ValidationFailed>(failed).problem.message, "of web");
    Event changed = ConfigChanged{"3", "shop", "/a", "[1]", "", ""};
    add_details(changed, details);
    EXPECT_EQ(std::get<ConfigChanged>(changed).patch_json, "[2]");
    EXPECT_EQ(std::get<ConfigChanged>(changed).new_json, R"({"a":1})");
    for (const Event& each : {failed, changed})
        EXPECT_EQ(id_of_details(each), "3");
    EXPECT_EQ(id_of_details(FileChanged{}), std::nullopt);
}

// The daemon of another version may say anything.
TEST(Details, that_are_not_what_they_should_be_change_nothing) {
    for (const auto* text : {"{}", "[]", "1", R"({"projects":1})", R"({"projects":[1,{}]})",
                             R"({"plans":[[]],"outcomes":{},"problems":[null],"changes":[7]})"}) {
        ProjectState shop{.name = "shop", .problems = {{"/a", 1, 2, "hidden"}}};
        const auto before = shop;
        add_details(shop, json(text));
        EXPECT_EQ(shop, before) << text;
        Event event = ConfigChanged{"3", "shop", "/a", "[1]", "", ""};
        add_details(event, json(text));
        EXPECT_EQ(std::get<ConfigChanged>(event).patch_json, "[1]") << text;
    }
}
