// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/socket_address.hpp"

#include "base/fd.hpp"

#include <arpa/inet.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

namespace hotreload::os {

namespace {

constexpr auto kPathAt = offsetof(sockaddr_un, sun_path);

bool kernel_has_ipv6() {
    return static_cast<bool>(Fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)));
}

std::optional<Address> unix_address(const SocketAddress& address) {
    if (address.size <= kPathAt)
        return std::nullopt; // it has no name
    const std::string_view name(address.local.sun_path, address.size - kPathAt);
    if (name.front() == '\0')
        return Address{.kind = Address::Kind::Abstract, .name = std::string(name.substr(1))};
    return Address{.name = std::string(name.substr(0, name.find('\0')))};
}

std::optional<Address> inet_address(const SocketAddress& address) {
    Address out{.datagram = address.type == SOCK_DGRAM};
    if (address.family() == AF_INET6) {
        out.kind = Address::Kind::V6;
        out.port = ntohs(address.v6.sin6_port);
        std::memcpy(out.host.data(), &address.v6.sin6_addr, sizeof address.v6.sin6_addr);
    } else {
        out.kind = Address::Kind::V4;
        out.port = ntohs(address.v4.sin_port);
        std::memcpy(out.host.data(), &address.v4.sin_addr, sizeof address.v4.sin_addr);
    }
    if (out.port == 0)
        return std::nullopt; // it is not bound
    return out;
}

int option(int fd, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

} // namespace

SocketAddress socket_address(const Address& address) {
    SocketAddress out;
    out.type = address.datagram ? SOCK_DGRAM : SOCK_STREAM;
    if (address.kind == Address::Kind::V6) {
        out.v6 = {};
        out.v6.sin6_family = AF_INET6;
        out.v6.sin6_port = htons(address.port);
        std::memcpy(&out.v6.sin6_addr, address.host.data(), sizeof out.v6.sin6_addr);
        out.size = sizeof out.v6;
    } else if (address.kind == Address::Kind::V4) {
        out.v4 = {};
        out.v4.sin_family = AF_INET;
        out.v4.sin_port = htons(address.port);
        std::memcpy(&out.v4.sin_addr, address.host.data(), sizeof out.v4.sin_addr);
        out.size = sizeof out.v4;
    } else {
        // A NUL stands before an abstract name, and after a path: Address leaves room for it.
        const bool abstract = address.kind == Address::Kind::Abstract;
        out.local = {.sun_family = AF_UNIX, .sun_path = {}};
        const auto copied = address.name.copy(out.local.sun_path + (abstract ? 1 : 0),
                                              sizeof out.local.sun_path - 1);
        out.size = static_cast<socklen_t>(kPathAt + copied + 1);
    }
    return out;
}

std::string bound_address(const std::string& text) {
    auto address = Address::parse(text);
    if (!address || address->kind != Address::Kind::V6 || !address->every_host() ||
        kernel_has_ipv6())
        return text;
    address->kind = Address::Kind::V4;
    return address->text();
}

std::string address_of(int fd) {
    SocketAddress address;
    address.type = option(fd, SO_TYPE);
    const bool datagram = address.type == SOCK_DGRAM;
    const bool listens = address.type == SOCK_STREAM && option(fd, SO_ACCEPTCONN) == 1;
    if (!(datagram || listens) || ::getsockname(fd, &address.any, &address.size) < 0)
        return "";
    std::optional<Address> found;
    if (address.family() == AF_UNIX && !datagram)
        found = unix_address(address);
    else if (address.family() == AF_INET || address.family() == AF_INET6)
        found = inet_address(address);
    return found ? found->text() : "";
}

} // namespace hotreload::os
