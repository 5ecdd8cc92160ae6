// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/object_path.hpp"

#include <gtest/gtest.h>

namespace hotreload::units {

TEST(UnitPath, IsAsTheManagerWritesIt) {
    const std::string base = "/org/freedesktop/systemd1/unit/";
    EXPECT_EQ(unit_path("nginx.service"), base + "nginx_2eservice");
    EXPECT_EQ(unit_path("hotreload-my\\x2dshop.web@12.service"),
              base + "hotreload_2dmy_5cx2dshop_2eweb_4012_2eservice");
    EXPECT_EQ(unit_path("9p_a.mount"), base + "_39p_5fa_2emount");
}

} // namespace hotreload::units
