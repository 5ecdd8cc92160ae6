// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../allocations.hpp"
#include "core/links.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <format>

using namespace hotreload;
using Names = std::set<std::string>;

namespace {

std::map<std::string, Links> chain() {
    std::map<std::string, Links> services;
    services["web"].after = {"app"};
    services["app"].after = {"db"};
    services["db"];
    services["log"];
    return services;
}

} // namespace

TEST(Links, finds_what_depends_on_a_service_through_others) {
    const LinkGraph graph(chain());
    Names found{"log"};
    graph.add_dependents(found, {"app"});
    EXPECT_EQ(found, (Names{"app", "log", "web"}));
    graph.add_dependents(found, {"db", "gone"});
    EXPECT_EQ(found, (Names{"app", "db", "gone", "log", "web"}));
}

TEST(Links, what_requires_or_is_a_part_of_a_service_follows_it) {
    auto services = chain();
    services["app"].required = {"db"};
    services["log"].part_of = {"app"};
    EXPECT_EQ(LinkGraph(services).with_followers({"db"}), (Names{"db", "app", "log"}));
    EXPECT_EQ(LinkGraph(services).with_followers({"web"}), (Names{"web"}));
    EXPECT_EQ(LinkGraph(services).with_required({"app"}), (Names{"app", "db"}));
    EXPECT_EQ(LinkGraph(services).with_followed({"log"}), (Names{"log", "app", "db"}));
    EXPECT_EQ(LinkGraph(services).with_followed({"web"}), (Names{"web"}));
}

TEST(Links, connect_in_both_directions_and_over_others) {
    auto services = chain();
    services["log"].part_of = {"db"};
    services["alone"];
    EXPECT_EQ(LinkGraph(services).connected("app"), (Names{"web", "app", "db", "log"}));
    EXPECT_EQ(LinkGraph(services).connected("alone"), (Names{"alone"}));
    EXPECT_EQ(LinkGraph(services).groups(),
              (std::vector<Names>{{"alone"}, {"app", "db", "log", "web"}}));
}

TEST(Links, services_are_ordered_after_what_they_are_linked_to_and_after_counts_most) {
    std::map<std::string, Links> services;
    services["a"].required = {"b"};
    services["b"].after = {"a"};
    EXPECT_EQ(LinkGraph(services).order(), (std::vector<std::string>{"a", "b"}));
    services["b"].after.clear();
    EXPECT_EQ(LinkGraph(services).order(), (std::vector<std::string>{"b", "a"}));
}

// Was: each way through them was gone, which are 2⁴⁰ here.
TEST(Links, services_with_very_many_ways_to_each_other_are_ordered_at_once) {
    std::map<std::string, Links> services;
    constexpr int layers = 40;
    for (int layer = 0; layer < layers; ++layer)
        for (const char* side : {"a", "b"}) {
            auto& links = services[side + std::to_string(layer)];
            if (layer > 0)
                links.after = {"a" + std::to_string(layer - 1), "b" + std::to_string(layer - 1)};
        }
    const auto order = LinkGraph(services).order();
    ASSERT_EQ(order.size(), 2U * layers);
    for (const auto& [name, links] : services)
        for (const auto& before : links.after)
            EXPECT_LT(std::ranges::find(order, before), std::ranges::find(order, name));
}

TEST(Links, a_link_is_cut_where_after_says_the_opposite_by_another_of_the_links) {
    std::map<std::string, Links> services;
    services["a"].required = {"b", "c"};
    services["b"].after = {"a"};
    services["c"].after = {"b"};
    EXPECT_EQ(LinkGraph(services).order(), (std::vector<std::string>{"a", "b", "c"}));
}

// Was: "a" before its "b", although "b" is after "a", where a third one is between them.
TEST(Links, after_is_kept_where_links_over_others_say_the_opposite) {
    std::map<std::string, Links> services;
    services["a"].required = {"x"};
    services["x"].required = {"b"};
    services["b"].after = {"a"};
    EXPECT_EQ(LinkGraph(services).order(), (std::vector<std::string>{"a", "b", "x"}));
}

TEST(Links, of_a_cycle_one_is_cut_and_what_depends_on_it_comes_behind) {
    std::map<std::string, Links> services;
    services["c"].required = {"d"};
    services["d"].required = {"e"};
    services["e"].required = {"c"};
    services["a"].required = {"e"};
    EXPECT_EQ(LinkGraph(services).order(), (std::vector<std::string>{"c", "e", "d", "a"}));
}

// Records may say so, for their definitions were applied one by one.
TEST(Links, of_services_that_are_after_each_other_none_is_left_out) {
    std::map<std::string, Links> services;
    services["a"].after = {"b"};
    services["b"].after = {"a"};
    services["c"].after = {"b"};
    EXPECT_EQ(LinkGraph(services).order(), (std::vector<std::string>{"a", "b", "c"}));
}

namespace {

std::string member(std::size_t number) {
    return std::format("s{:06}", number);
}

// Each requires the one before it; in a cycle, the first requires the last one.
std::map<std::string, Links> row(std::size_t count, bool cycle) {
    std::map<std::string, Links> services;
    for (std::size_t i = 0; i < count; ++i)
        if (i > 0 || cycle)
            services[member(i)].required = {member((i + count - 1) % count)};
        else
            services[member(i)];
    return services;
}

// The questions that are asked of the links of a whole project.
std::size_t work(std::size_t count, bool cycle) {
    const LinkGraph graph(row(count, cycle));
    return hotreload::test::allocations_of([&] {
        EXPECT_EQ(graph.order().size(), count);
        EXPECT_EQ(graph.groups().size(), 1U);
        EXPECT_EQ(graph.with_followers({member(0)}).size(), count);
        EXPECT_EQ(graph.with_required({member(count - 1)}).size(), count);
    });
}

} // namespace

// Was: with the square of them.
TEST(Links, of_ten_times_as_many_services_cost_ten_times_as_much) {
    for (const bool cycle : {false, true})
        EXPECT_LT(work(5000, cycle), 11 * work(500, cycle)) << (cycle ? "cycle" : "chain");
}

// Was: gone by a function that calls itself.
TEST(Links, of_a_chain_as_long_as_a_project_file_can_have_one_are_ordered) {
    const auto order = LinkGraph(row(30'000, false)).order();
    ASSERT_EQ(order.size(), 30'000U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}
