// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/state_fields.hpp"
#include "core/status_fields.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace hotreload::client {
namespace {

template <class State, class Status>
void expect_same_fields() {
    std::set<std::string> kept, told;
    each_state_field<State>([&](const auto& field) {
        std::string name = field.property;
        if (field.is_json)
            name.erase(name.rfind("JSON"));
        kept.insert(name);
    });
    each_status_field<Status>([&](const auto& field) { told.emplace(field.name); });
    EXPECT_EQ(kept, told);
}

template <class State>
void expect_in_manual(const std::string& manual) {
    each_state_field<State>([&](const auto& field) {
        EXPECT_TRUE(manual.contains("\n.Va " + std::string(field.name))) << field.name;
    });
}

TEST(StateFields, are_all_that_the_daemon_tells) {
    expect_same_fields<ProjectState, ProjectStatus>();
    expect_same_fields<ServiceState, ServiceStatus>();
    expect_same_fields<ConfigState, ConfigStatus>();
}

TEST(StateFields, are_in_the_manual) {
    std::ostringstream manual;
    manual << std::ifstream(HOTRELOADCTL_MANUAL).rdbuf();
    expect_in_manual<ProjectState>(manual.str());
    expect_in_manual<ServiceState>(manual.str());
    expect_in_manual<ConfigState>(manual.str());
}

} // namespace
} // namespace hotreload::client
