// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The addresses of core/port.hpp as the kernel takes and tells them.

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <optional>
#include <string>
#include <string_view>

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

// Nothing: the text is not canonical.
std::optional<SocketAddress> socket_address(std::string_view text);

// What address_of() tells of a socket that was opened for `address`: the same, but that "[::]:80"
// is "0.0.0.0:80" where the kernel has no IPv6.
std::string bound_address(const std::string& address);

// The canonical address of a socket that listens; "" when the descriptor is none.
std::string address_of(int fd);

} // namespace hotreload::os
