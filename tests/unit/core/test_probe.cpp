// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/probe.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

namespace {

using Addresses = std::vector<std::string>;

Addresses texts(const Result<std::vector<Address>>& addresses) {
    Addresses all;
    for (const auto& each : *addresses)
        all.push_back(each.text());
    return all;
}

void expect_url_refused(std::string_view url, const std::string& why) {
    const auto addresses = probe_addresses(url);
    ASSERT_FALSE(addresses) << url;
    EXPECT_EQ(addresses.error().code, ErrorCode::Invalid) << url;
    EXPECT_TRUE(addresses.error().message.contains(why)) << addresses.error().message;
}

} // namespace

TEST(Probe, a_url_says_where_to_connect) {
    EXPECT_EQ(texts(probe_addresses("http://127.0.0.1:8080/health")), Addresses{"127.0.0.1:8080"});
    EXPECT_EQ(texts(probe_addresses("http://127.0.0.1")), Addresses{"127.0.0.1:80"});
    EXPECT_EQ(texts(probe_addresses("https://127.0.0.1/")), Addresses{"127.0.0.1:443"});
    EXPECT_EQ(texts(probe_addresses("https://[::1]?a=b")), Addresses{"[::1]:443"});
    EXPECT_EQ(texts(probe_addresses("http://[::1]:8080#top")), Addresses{"[::1]:8080"});
    EXPECT_EQ(texts(probe_addresses("http://10.1.2.3:81/a@b:9")), Addresses{"10.1.2.3:81"});
}

TEST(Probe, localhost_is_either_loopback_address) {
    EXPECT_EQ(texts(probe_addresses("http://localhost:8080/")),
              (Addresses{"127.0.0.1:8080", "[::1]:8080"}));
    EXPECT_EQ(texts(probe_addresses("https://localhost")),
              (Addresses{"127.0.0.1:443", "[::1]:443"}));
}

TEST(Probe, an_address_for_every_host_is_reached_over_the_loopback) {
    const Addresses both = {"[::1]:8080", "127.0.0.1:8080"};
    EXPECT_EQ(texts(connect_addresses(*Address::parse("[::]:8080"))), both);
    EXPECT_EQ(texts(probe_addresses("http://[::]:8080/")), both);
    EXPECT_EQ(texts(connect_addresses(*Address::parse("[::1]:8080"))), Addresses{"[::1]:8080"});
    EXPECT_EQ(texts(connect_addresses(*Address::parse("/run/shop.sock"))),
              Addresses{"/run/shop.sock"});
}

TEST(Probe, other_urls_are_refused) {
    for (const auto* url : {"", "127.0.0.1:8080", "ftp://127.0.0.1/", "http:/127.0.0.1/"})
        expect_url_refused(url, "begins with http:// or https://");
    for (const auto* url :
         {"http://", "http:///x", "http://example.org/", "http://localhost.localdomain/",
          "http://8080/", "http://:8080/", "http://*:8080/", "http://127.0.0.1:/",
          "http://127.0.0.1:x/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/",
          "http://localhost:/", "http://::1/", "http://[::1/", "http://[::1]x/",
          "http://udp:127.0.0.1:53/"})
        expect_url_refused(url, "names no host that can be asked");
    expect_url_refused("http://me:secret@127.0.0.1/", "names a user");
    expect_url_refused("http://127.0.0.1/a b", "contains a space");
    expect_url_refused("http://127.0.0.1/\r\nX: y", "contains a space or a control character");
}
