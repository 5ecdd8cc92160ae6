// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe/connect.hpp"

#include "os/socket_address.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <cstring>

namespace hotreload::probe {

namespace {

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

Task<Result<Fd>> connect_to(os::EventLoop& loop, Address address) {
    const auto place = os::socket_address(address);
    Fd connection(::socket(place.family(), place.type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!connection)
        co_return no_connection(errno);
    if (::connect(connection.get(), &place.any, place.size) == 0)
        co_return std::move(connection);
    if (errno != EINPROGRESS)
        co_return no_connection(errno);

    co_await os::until_ready(loop, connection.get(), EPOLLOUT);
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(connection.get(), SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    if (error != 0)
        co_return no_connection(error);
    co_return std::move(connection);
}

} // namespace hotreload::probe
