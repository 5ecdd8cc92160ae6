// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The other end of listening sockets.

#include "base/fd.hpp"
#include "os/socket_address.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <format>
#include <string>

namespace hotreload::test {

// An address of the loopback interface on which nobody listens.
inline std::string free_address(const std::string& host = "127.0.0.1") {
    auto address = os::socket_address(*Address::parse(host + ":1"));
    address.v4.sin_port = 0; // where IPv6 has it, too
    const Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(fd.get(), &address.any, address.size), 0);
    EXPECT_EQ(::getsockname(fd.get(), &address.any, &address.size), 0);
    return std::format("{}:{}", host, ntohs(address.v4.sin_port));
}

inline bool accepts(const std::string& text) {
    const auto address = os::socket_address(*Address::parse(text));
    const Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(fd.get(), &address.any, address.size) == 0;
}

} // namespace hotreload::test
