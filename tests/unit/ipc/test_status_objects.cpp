// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/config_object.hpp"
#include "ipc/dbus/status_objects.hpp"

#include <gtest/gtest.h>

namespace hotreload::ipc {
namespace {

TEST(StatusObjects, only_what_differs_is_told) {
    const ServiceStatus was{.name = "web", .project = "shop", .state = "running", .main_pid = 1};
    auto is = was;
    EXPECT_TRUE(changed_properties(was, is).empty());
    is.main_pid = 2;
    is.state = "failed";
    EXPECT_EQ(changed_properties(was, is),
              (std::vector<sdbus::PropertyName>{sdbus::PropertyName("State"),
                                                sdbus::PropertyName("MainPID")}));
}

TEST(StatusObjects, each_property_that_can_change_is_told) {
    const ServiceStatus all{.name = "",
                            .project = "",
                            .unit = "u",
                            .attached = true,
                            .generation = 1,
                            .state = "s",
                            .active_state = "a",
                            .main_pid = 1,
                            .last_strategy = "l",
                            .last_applied_usec = 1,
                            .problems = {{}},
                            .waiting = {""},
                            .watching = "w",
                            .missing = {""},
                            .writing = {""},
                            .last_result = "r",
                            .last_changes = {{}}};
    EXPECT_EQ(changed_properties(ServiceStatus{}, all).size(), 15U);
    const ProjectStatus project{
        .name = "", .path = "p", .enabled = false, .state = "s", .problems = {{}}};
    EXPECT_EQ(changed_properties(ProjectStatus{}, project).size(), 4U);
    const ConfigStatus config{.name = "",
                              .project = "",
                              .path = "p",
                              .revision = 1,
                              .value = "",
                              .state = "s",
                              .problems = {{}}};
    EXPECT_EQ(changed_properties(ConfigStatus{}, config).size(), 4U);
}

TEST(StatusObjects, the_value_of_a_config_is_no_property) {
    const ConfigStatus was{.name = "app", .project = "shop", .value = "1"};
    auto is = was;
    is.value = "2";
    EXPECT_TRUE(changed_properties(was, is).empty());
}

} // namespace
} // namespace hotreload::ipc
