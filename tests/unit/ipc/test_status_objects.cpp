// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/differences.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace hotreload::ipc {
namespace {

template <HasWords Enum>
Enum another(Enum value) {
    return static_cast<Enum>(std::to_underlying(value) == 0);
}

TEST(StatusObjects, only_what_differs_is_told) {
    const ServiceStatus was{
        .name = "web", .project = "shop", .state = ServiceStatus::State::Running, .main_pid = 1};
    auto is = was;
    EXPECT_TRUE(changed_properties(was, is).empty());
    is.main_pid = 2;
    is.state = ServiceStatus::State::Failed;
    EXPECT_EQ(changed_properties(was, is),
              (std::vector<sdbus::PropertyName>{sdbus::PropertyName("State"),
                                                sdbus::PropertyName("MainPID")}));
}

TEST(StatusObjects, each_property_that_can_change_is_told) {
    const auto told = [](auto was) {
        auto is = was;
        std::size_t count = 0;
        each_status_field<decltype(was)>([&](const auto& field) {
            auto& value = is.*field.member;
            if constexpr (requires { value.emplace_back(); })
                value.emplace_back();
            else if constexpr (requires { value.append("x"); })
                value.append("x");
            else if constexpr (requires { value.why; })
                value.why.append("x");
            else if constexpr (requires { value.emplace(); })
                value.emplace();
            else if constexpr (requires { another(value); })
                value = another(value);
            else
                value = !value;
            count += field.constant ? 0 : 1;
        });
        return changed_properties(was, is).size() == count;
    };
    EXPECT_TRUE(told(ServiceStatus{}));
    EXPECT_TRUE(told(ProjectStatus{}));
    EXPECT_TRUE(told(ConfigStatus{}));
}

TEST(StatusObjects, the_value_of_a_config_is_no_property) {
    const ConfigStatus was{.name = "app", .project = "shop", .value = "1"};
    auto is = was;
    is.value = "2";
    EXPECT_TRUE(changed_properties(was, is).empty());
}

} // namespace
} // namespace hotreload::ipc
