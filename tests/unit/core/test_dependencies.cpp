// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/dependencies.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace hotreload;
using Names = std::set<std::string>;

namespace {

std::map<std::string, ServiceDefinition> chain() {
    std::map<std::string, ServiceDefinition> services;
    services["web"].after = {"app"};
    services["app"].after = {"db"};
    services["db"];
    services["log"];
    return services;
}

} // namespace

TEST(Dependencies, finds_what_a_service_depends_on_through_others) {
    EXPECT_EQ(with_dependencies(chain(), "web"), (Names{"web", "app", "db"}));
}

TEST(Dependencies, holds_back_what_depends_on_a_busy_service_and_nothing_else) {
    EXPECT_EQ(free_to_go(chain(), {"web", "db", "log"}, {"db"}), (Names{"log"}));
    EXPECT_EQ(free_to_go(chain(), {"web", "db", "log"}, {"web"}), (Names{"db", "log"}));
}

TEST(Dependencies, what_requires_or_is_a_part_of_a_service_follows_it) {
    auto services = chain();
    services["app"].required = {"db"};
    services["log"].part_of = {"app"};
    EXPECT_EQ(with_followers(services, {"db"}), (Names{"db", "app", "log"}));
    EXPECT_EQ(with_followers(services, {"web"}), (Names{"web"}));
    EXPECT_EQ(with_required(services, {"app"}), (Names{"app", "db"}));
}

TEST(Dependencies, services_are_ordered_after_what_they_are_linked_to_and_after_counts_most) {
    std::map<std::string, ServiceDefinition> services;
    services["a"].required = {"b"};
    services["b"].after = {"a"};
    EXPECT_EQ(order_services(services), (std::vector<std::string>{"a", "b"}));
    services["b"].after.clear();
    EXPECT_EQ(order_services(services), (std::vector<std::string>{"b", "a"}));
}

// Was: each way through them was gone, which are 2⁴⁰ here.
TEST(Dependencies, services_with_very_many_ways_to_each_other_are_ordered_at_once) {
    std::map<std::string, ServiceDefinition> services;
    constexpr int layers = 40;
    for (int layer = 0; layer < layers; ++layer)
        for (const char* side : {"a", "b"}) {
            auto& service = services[side + std::to_string(layer)];
            if (layer > 0)
                service.after = {"a" + std::to_string(layer - 1), "b" + std::to_string(layer - 1)};
        }
    const auto order = order_services(services);
    ASSERT_EQ(order.size(), 2U * layers);
    for (const auto& [name, service] : services)
        for (const auto& before : service.after)
            EXPECT_LT(std::ranges::find(order, before), std::ranges::find(order, name));
}

TEST(Dependencies, a_link_is_cut_where_after_says_the_opposite_by_another_of_the_links) {
    std::map<std::string, ServiceDefinition> services;
    services["a"].required = {"b", "c"};
    services["b"].after = {"a"};
    services["c"].after = {"b"};
    EXPECT_EQ(order_services(services), (std::vector<std::string>{"a", "b", "c"}));
}
