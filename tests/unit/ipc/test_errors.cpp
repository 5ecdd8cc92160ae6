// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/errors.hpp"
#include "ipc/dbus/paths.hpp"
#include "ipc/dbus/problems.hpp"

#include <gtest/gtest.h>

namespace hotreload::ipc {
namespace {

TEST(Errors, each_code_has_its_name_on_the_bus) {
    using enum ErrorCode;
    const std::pair<ErrorCode, std::string> names[] = {
        {Invalid, "Invalid"}, {NotFound, "NoSuchTarget"}, {NotAuthorized, "NotAuthorized"},
        {Busy, "Busy"},       {TimedOut, "TimedOut"},     {Failed, "Failed"},
    };
    for (const auto& [code, name] : names) {
        const auto error = to_bus_error({code, "why"});
        EXPECT_EQ(error.getName(), "org.hotreload.Error." + name);
        EXPECT_EQ(error.getMessage(), "why");
    }
}

TEST(Errors, the_message_of_the_bus_says_what_to_do) {
    EXPECT_EQ(to_bus_error({ErrorCode::NotFound, "no shap", "did you mean shop?"}).getMessage(),
              "no shap; did you mean shop?");
}

TEST(Errors, bytes_that_the_bus_would_not_take_are_replaced) {
    EXPECT_EQ(to_bus_error({ErrorCode::Failed, "caf\xe9"}).getMessage(), "caf\ufffd");
    EXPECT_EQ(to_bus({{"/caf\xe9", 1, 2, "\xff"}}, Audience::Inspectors),
              (ProblemList{{"/caf\ufffd", 1U, 2U, std::string("\ufffd")}}));
}

TEST(Paths, names_are_escaped_as_sd_bus_does) {
    EXPECT_EQ(project_path("shop"), "/org/hotreload/project/shop");
    EXPECT_EQ(service_path("my-shop", "web_2"), "/org/hotreload/project/my_2dshop/service/web_5f2");
    EXPECT_EQ(config_path("my-shop", "app"), "/org/hotreload/project/my_2dshop/config/app");
    EXPECT_EQ(project_path("1st"), "/org/hotreload/project/_31st");
}

} // namespace
} // namespace hotreload::ipc
