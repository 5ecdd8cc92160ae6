// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/address.hpp"

#include <gtest/gtest.h>

namespace hotreload {
namespace {

std::string canonical(std::string_view text) {
    const auto address = Address::parse(text);
    return address ? address->text() : "refused: " + address.error().message;
}

std::string refusal(std::string_view text) {
    const auto address = Address::parse(text);
    if (address)
        return "accepted as " + address->text();
    EXPECT_EQ(address.error().code, ErrorCode::Invalid);
    return address.error().message;
}

TEST(Address, a_port_without_an_address_is_on_all_of_them) {
    EXPECT_EQ(canonical("8080"), "[::]:8080");
    EXPECT_EQ(canonical("*:8080"), "[::]:8080");
    EXPECT_EQ(canonical("udp:53"), "udp:[::]:53");
    EXPECT_EQ(canonical("udp:*:53"), "udp:[::]:53");
}

TEST(Address, addresses_have_one_spelling) {
    EXPECT_EQ(canonical("127.0.0.1:8080"), "127.0.0.1:8080");
    EXPECT_EQ(canonical("0.0.0.0:1"), "0.0.0.0:1");
    EXPECT_EQ(canonical("127.0.0.1:0080"), "127.0.0.1:80");
    EXPECT_EQ(canonical("[::1]:443"), "[::1]:443");
    EXPECT_EQ(canonical("[0:0:0:0:0:0:0:1]:443"), "[::1]:443");
    EXPECT_EQ(canonical("[FE80::00AB]:65535"), "[fe80::ab]:65535");
    EXPECT_EQ(canonical("[::ffff:10.0.0.1]:80"), "10.0.0.1:80");
    EXPECT_EQ(canonical("udp:[::1]:53"), "udp:[::1]:53");
}

TEST(Address, unix_sockets_are_paths_or_abstract_names) {
    EXPECT_EQ(canonical("/run/x.sock"), "/run/x.sock");
    EXPECT_EQ(canonical("/run/../run//x.sock"), "/run/x.sock");
    EXPECT_EQ(canonical("@shop"), "@shop");
    EXPECT_EQ(canonical("@org/shop:1"), "@org/shop:1");
}

TEST(Address, what_a_canonical_address_means_is_itself) {
    for (const std::string_view text : {"8080", "1.2.3.4:5", "[2001:db8::1]:80", "udp:[::]:53",
                                        "/run/x.sock", "@shop", "[::ffff:1.2.3.4]:5"}) {
        const auto once = Address::parse(text);
        EXPECT_EQ(Address::parse(once->text()), *once);
    }
}

TEST(Address, unix_names_fit_into_their_address) {
    EXPECT_EQ(canonical("/" + std::string(106, 'a')), "/" + std::string(106, 'a'));
    EXPECT_EQ(canonical("@" + std::string(107, 'a')), "@" + std::string(107, 'a'));
    EXPECT_TRUE(refusal("/" + std::string(107, 'a')).contains("has 108 bytes"));
    EXPECT_TRUE(refusal("@" + std::string(108, 'a')).contains("has 108 bytes"));
}

TEST(Address, port_numbers_are_from_1_to_65535) {
    EXPECT_EQ(refusal("0"), "port 0 would be another one each time: give a number from 1 to 65535");
    for (const std::string_view text : {"65536", "99999999999999999999", "[::1]:0x50", "127.0.0.1:",
                                        "127.0.0.1:-1", "127.0.0.1:+1", "1.2.3.4:http"})
        EXPECT_TRUE(refusal(text).contains("is no port")) << text << ": " << refusal(text);
}

TEST(Address, hosts_are_numbers) {
    EXPECT_EQ(refusal("localhost:8080"),
              "names of hosts are not looked up: give \"127.0.0.1:8080\" or \"[::1]:8080\"");
    EXPECT_EQ(refusal("www.example.org:80"),
              "names of hosts are not looked up: give a numeric address for \"www.example.org\"");
    EXPECT_EQ(refusal("256.0.0.1:80"), "\"256.0.0.1\" is no IPv4 address");
    EXPECT_EQ(refusal("[::g]:80"), "\"::g\" is no IPv6 address");
    EXPECT_EQ(refusal("::1:80"), "an IPv6 address stands in brackets: \"[::1]:80\"");
    EXPECT_EQ(refusal(":80"), "there is no address before the \":\": for all of them give \"80\"");
    EXPECT_EQ(refusal("[::1]"), "\"[::1]\" has no port: give \"[::1]:8080\"");
    EXPECT_TRUE(refusal("[fe80::1%eth0]:80").contains("network interface"));
}

TEST(Address, what_is_nothing_of_all_is_told_what_there_is) {
    for (const std::string_view text : {"", "web", "x.sock", "./x.sock", "unix:/run/x.sock"})
        EXPECT_TRUE(refusal(text).contains("expected \"8080\"")) << text << ": " << refusal(text);
    EXPECT_TRUE(refusal("udp:/run/x.sock").contains("only stream sockets"));
    EXPECT_TRUE(refusal("udp:@x").contains("only stream sockets"));
    EXPECT_TRUE(refusal("/").contains("names a directory"));
    EXPECT_TRUE(refusal("/run/").contains("names a directory"));
    EXPECT_TRUE(refusal("@").contains("has no name"));
    EXPECT_TRUE(refusal("/run/a\nb").contains("control character"));
}

TEST(Address, one_of_all_addresses_and_another_of_its_number_cannot_both_be_open) {
    for (const auto& [one, other] :
         {std::pair("[::]:80", "127.0.0.1:80"), std::pair("[::1]:80", "[::]:80"),
          std::pair("0.0.0.0:80", "127.0.0.1:80"), std::pair("[::]:80", "0.0.0.0:80"),
          std::pair("udp:[::]:53", "udp:127.0.0.1:53"), std::pair("/run/a", "/run/a")})
        EXPECT_TRUE(exclude_each_other(one, other)) << one << ' ' << other;
    for (const auto& [one, other] :
         {std::pair("[::]:80", "127.0.0.1:81"), std::pair("127.0.0.2:80", "127.0.0.1:80"),
          std::pair("10.0.0.0:80", "127.0.0.1:80"), std::pair("0.0.0.0:80", "[::1]:80"),
          std::pair("udp:[::]:53", "127.0.0.1:53"), std::pair("/run/a:80", "[::]:80")})
        EXPECT_FALSE(exclude_each_other(one, other)) << one << ' ' << other;
}

} // namespace
} // namespace hotreload
