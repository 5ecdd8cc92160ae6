// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Addresses as the kernel takes and tells them.

#include "core/address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace hotreload::os {

struct SocketAddress {
    union {
        sockaddr_storage all{};
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
        sockaddr_un local;
    };
    socklen_t size = sizeof all;
    int type = SOCK_STREAM;

    [[nodiscard]] int family() const { return all.ss_family; }
};

SocketAddress socket_address(const Address& address);

// The text that address_of() tells of a socket which was opened for `address`: the same, but that
// "[::]:80" is "0.0.0.0:80" where the kernel has no IPv6.
std::string bound_address(const std::string& address);

// The address of a socket that listens, as text; "" when the descriptor is none.
std::string address_of(int fd);

} // namespace hotreload::os
