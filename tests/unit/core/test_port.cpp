// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/port.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace {

TEST(Port, the_default_name_is_what_tells_ports_apart) {
    EXPECT_EQ(default_port_name(*Address::parse("[::]:8080")), "8080");
    EXPECT_EQ(default_port_name(*Address::parse("127.0.0.1:8080")), "8080");
    EXPECT_EQ(default_port_name(*Address::parse("udp:[::]:53")), "udp-53");
    EXPECT_EQ(default_port_name(*Address::parse("/run/shop.sock")), "shop.sock");
    EXPECT_EQ(default_port_name(*Address::parse("@shop")), "shop");
}

TEST(Port, every_default_name_is_valid) {
    EXPECT_EQ(default_port_name(*Address::parse("/run/my shop:1.sock")), "my_shop_1.sock");
    EXPECT_EQ(default_port_name(*Address::parse("@org/shop")), "org_shop");
    EXPECT_TRUE(valid_port_name(default_port_name(*Address::parse("@" + std::string(107, 'a')))));
    EXPECT_TRUE(valid_port_name(default_port_name(*Address::parse("udp:[::]:65535"))));
}

TEST(Port, names_are_what_the_environment_can_carry) {
    EXPECT_TRUE(valid_port_name("http"));
    EXPECT_TRUE(valid_port_name("A-z_0.9"));
    EXPECT_TRUE(valid_port_name(std::string(64, 'a')));
    EXPECT_FALSE(valid_port_name(""));
    EXPECT_FALSE(valid_port_name(std::string(65, 'a')));
    EXPECT_FALSE(valid_port_name("a:b"));
    EXPECT_FALSE(valid_port_name("a b"));
    EXPECT_FALSE(valid_port_name("ä"));
}

} // namespace
} // namespace hotreload
