// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/installed_units.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

namespace {

const std::vector<std::string> kUnits = {"apache2.service",      "foo@.service",
                                         "getty@tty1.service",   "nginx.service",
                                         "redis-server.service", "redis-server@.service"};

std::string told(std::string_view unit) {
    return no_such_unit(unit, kUnits, false);
}

} // namespace

TEST(InstalledUnits, an_instance_is_there_when_its_template_is) {
    EXPECT_TRUE(is_installed("nginx.service", kUnits));
    EXPECT_TRUE(is_installed("foo@1.service", kUnits));
    EXPECT_TRUE(is_installed("foo@*.service", kUnits));
    EXPECT_TRUE(is_installed("getty@tty1.service", kUnits));
    EXPECT_FALSE(is_installed("getty@tty2.service", kUnits));
    EXPECT_FALSE(is_installed("ngnix.service", kUnits));
    EXPECT_FALSE(is_installed("foo.service", kUnits));
    EXPECT_FALSE(is_installed("nginx.timer", kUnits));
}

TEST(InstalledUnits, a_mistyped_unit_is_told_with_the_one_that_was_meant) {
    EXPECT_EQ(told("ngnix.service"),
              "there is no unit \"ngnix.service\"; did you mean \"nginx.service\"?");
    EXPECT_EQ(told("redis.service"),
              "there is no unit \"redis.service\"; did you mean \"redis-server.service\"?");
    EXPECT_EQ(told("fo@7.service"),
              "there is no unit \"fo@7.service\"; did you mean \"foo@7.service\"?");
    EXPECT_EQ(told("postgresql.service"), "there is no unit \"postgresql.service\"");
    EXPECT_EQ(no_such_unit("mariadb.service", kUnits, true),
              "there is no unit \"mariadb.service\" of this user's; one of the system is attached "
              "by the system's instance: hotreloadctl --system");
    EXPECT_EQ(no_such_unit("x.service", {}, false), "there is no unit \"x.service\"");
}
