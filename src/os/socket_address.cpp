// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/socket_address.hpp"

#include "base/fd.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <format>

namespace hotreload::os {

namespace {

constexpr std::string_view kUdp = "udp:";
constexpr std::string_view kEverywhere = "[::]:";
constexpr auto kPathAt = offsetof(sockaddr_un, sun_path);

bool kernel_has_ipv6() {
    return static_cast<bool>(Fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)));
}

std::optional<SocketAddress> unix_address(std::string_view text) {
    SocketAddress out;
    out.local = {.sun_family = AF_UNIX, .sun_path = {}};
    if (text.size() > sizeof out.local.sun_path)
        return std::nullopt;
    const bool abstract = text.starts_with('@');
    text.copy(out.local.sun_path, text.size());
    if (abstract)
        out.local.sun_path[0] = '\0';
    // The NUL after a path counts, and nothing after an abstract name.
    out.size = static_cast<socklen_t>(kPathAt + text.size() + (abstract ? 0 : 1));
    if (out.size > sizeof out.local)
        return std::nullopt;
    return out;
}

std::optional<SocketAddress> inet_address(std::string_view host, std::uint16_t port) {
    SocketAddress out;
    if (host.starts_with('[') && host.ends_with(']')) {
        out.v6 = {};
        out.v6.sin6_family = AF_INET6;
        out.v6.sin6_port = htons(port);
        out.size = sizeof out.v6;
        const std::string inner(host.substr(1, host.size() - 2));
        if (::inet_pton(AF_INET6, inner.c_str(), &out.v6.sin6_addr) != 1)
            return std::nullopt;
        return out;
    }
    out.v4 = {};
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(port);
    out.size = sizeof out.v4;
    if (::inet_pton(AF_INET, std::string(host).c_str(), &out.v4.sin_addr) != 1)
        return std::nullopt;
    return out;
}

std::string unix_text(const SocketAddress& address) {
    if (address.size <= kPathAt)
        return ""; // it has no name
    const std::string_view name(address.local.sun_path, address.size - kPathAt);
    if (name.front() == '\0')
        return "@" + std::string(name.substr(1));
    return std::string(name.substr(0, name.find('\0')));
}

std::string inet_text(const SocketAddress& address) {
    const bool v6 = address.family() == AF_INET6;
    const int port = ntohs(v6 ? address.v6.sin6_port : address.v4.sin_port);
    std::array<char, INET6_ADDRSTRLEN> host = {};
    const void* const bytes = v6 ? static_cast<const void*>(&address.v6.sin6_addr)
                                 : static_cast<const void*>(&address.v4.sin_addr);
    if (port == 0 || ::inet_ntop(address.family(), bytes, host.data(), host.size()) == nullptr)
        return "";
    return std::format("{}{}:{}", address.type == SOCK_DGRAM ? kUdp : "",
                       v6 ? std::format("[{}]", host.data()) : host.data(), port);
}

int option(int fd, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

} // namespace

std::optional<SocketAddress> socket_address(std::string_view text) {
    if (text.starts_with('/') || text.starts_with('@'))
        return unix_address(text);
    const bool udp = text.starts_with(kUdp);
    if (udp)
        text.remove_prefix(kUdp.size());
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto number = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), port);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size())
        return std::nullopt;
    auto address = inet_address(text.substr(0, colon), port);
    if (address && udp)
        address->type = SOCK_DGRAM;
    return address;
}

std::string bound_address(const std::string& address) {
    const bool udp = address.starts_with(kUdp);
    const auto rest = std::string_view(address).substr(udp ? kUdp.size() : 0);
    if (!rest.starts_with(kEverywhere) || kernel_has_ipv6())
        return address;
    return std::format("{}0.0.0.0:{}", udp ? kUdp : "", rest.substr(kEverywhere.size()));
}

std::string address_of(int fd) {
    SocketAddress address;
    address.type = option(fd, SO_TYPE);
    const bool datagram = address.type == SOCK_DGRAM;
    const bool listens = address.type == SOCK_STREAM && option(fd, SO_ACCEPTCONN) == 1;
    if (!(datagram || listens) || ::getsockname(fd, &address.any, &address.size) < 0)
        return "";
    if (address.family() == AF_UNIX)
        return datagram ? "" : unix_text(address);
    if (address.family() == AF_INET || address.family() == AF_INET6)
        return inet_text(address);
    return "";
}

} // namespace hotreload::os
