// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe/connect.hpp"

#include "base/completion.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace hotreload::probe {

namespace {

struct SocketAddress {
    sockaddr_storage bytes = {};
    socklen_t size = 0;

    template <class T>
    explicit SocketAddress(const T& address, std::size_t length = sizeof(T))
        : size(static_cast<socklen_t>(length)) {
        std::memcpy(&bytes, &address, sizeof address);
    }
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

std::optional<SocketAddress> unix_address(std::string_view name) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const bool abstract = name.front() == '@';
    if (name.size() + (abstract ? 0 : 1) > sizeof address.sun_path)
        return {};
    name.copy(address.sun_path, name.size());
    if (!abstract)
        return SocketAddress(address);
    address.sun_path[0] = '\0';
    return SocketAddress(address, offsetof(sockaddr_un, sun_path) + name.size());
}

std::optional<SocketAddress> ip_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return {};
    std::uint16_t port = 0;
    const auto digits = text.substr(colon + 1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), port).ec != std::errc())
        return {};
    const auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        sockaddr_in6 address = {};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        const std::string number(host.substr(1, host.size() - 2));
        if (::inet_pton(AF_INET6, number.c_str(), &address.sin6_addr) != 1)
            return {};
        return SocketAddress(address);
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, std::string(host).c_str(), &address.sin_addr) != 1)
        return {};
    return SocketAddress(address);
}

// "connection refused": it stands behind a colon.
std::unexpected<Error> no_connection(int error) {
    std::string why = ::strerrordesc_np(error);
    if (error == EAGAIN)
        why = "its queue of connections is full"; // what Unix sockets say at once
    else if (why.starts_with("Connection") || why.starts_with("No "))
        why.front() = static_cast<char>(why.front() - 'A' + 'a');
    return fail(ErrorCode::Failed, std::move(why));
}

} // namespace

Task<Result<Fd>> connect_to(os::EventLoop& loop, std::string address) {
    const bool in_file_system = address.starts_with('/') || address.starts_with('@');
    const auto place = in_file_system ? unix_address(address) : ip_address(address);
    if (!place)
        co_return fail(ErrorCode::Invalid, "is no address to connect to");
    Fd connection(::socket(place->bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!connection)
        co_return no_connection(errno);
    if (::connect(connection.get(), place->get(), place->size) == 0)
        co_return std::move(connection);
    if (errno != EINPROGRESS)
        co_return no_connection(errno);

    Completion<bool> settled(loop);
    const os::Readable watch(loop, connection.get(), EPOLLOUT,
                             [resolve = settled.resolver()] { resolve(true); });
    co_await settled;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(connection.get(), SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    if (error != 0)
        co_return no_connection(error);
    co_return std::move(connection);
}

} // namespace hotreload::probe
