// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/schedule.hpp"

#include <gtest/gtest.h>

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

TEST(Schedule, finds_what_a_service_depends_on_through_others) {
    EXPECT_EQ(with_dependencies(chain(), "web"), (Names{"web", "app", "db"}));
}

TEST(Schedule, holds_back_what_depends_on_a_busy_service_and_nothing_else) {
    EXPECT_EQ(free_to_go(chain(), {"web", "db", "log"}, {"db"}), (Names{"log"}));
    EXPECT_EQ(free_to_go(chain(), {"web", "db", "log"}, {"web"}), (Names{"db", "log"}));
}
