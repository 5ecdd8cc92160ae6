// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/links.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST(Links, finds_what_a_service_depends_on_through_others) {
    EXPECT_EQ(LinkGraph(chain()).with_dependencies("web"), (Names{"web", "app", "db"}));
}

TEST(Links, holds_back_what_depends_on_a_busy_service_and_nothing_else) {
    const LinkGraph graph(chain());
    const auto free_while_busy = [&](const std::string& busy) {
        Names free;
        for (const auto* name : {"web", "db", "log"})
            if (graph.free_to_go(name, [&](const auto& each) { return each == busy; }))
                free.insert(name);
        return free;
    };
    EXPECT_EQ(free_while_busy("db"), (Names{"log"}));
    EXPECT_EQ(free_while_busy("web"), (Names{"db", "log"}));
}

TEST(Links, what_requires_or_is_a_part_of_a_service_follows_it) {
    auto services = chain();
    services["app"].required = {"db"};
    services["log"].part_of = {"app"};
    EXPECT_EQ(LinkGraph(services).with_followers({"db"}), (Names{"db", "app", "log"}));
    EXPECT_EQ(LinkGraph(services).with_followers({"web"}), (Names{"web"}));
    EXPECT_EQ(LinkGraph(services).with_required({"app"}), (Names{"app", "db"}));
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
