// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe/acceptor.hpp"

#include "base/fd.hpp"
#include "os/socket_address.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <format>
#include <span>

namespace hotreload::probe {

namespace {

using State = ServerSide::State;

constexpr std::uint32_t kNoCookie = INET_DIAG_NOCOOKIE;

template <class T>
std::optional<T> take_front(std::span<const std::byte>& bytes) {
    if (bytes.size() < sizeof(T))
        return {};
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes = bytes.subspan(sizeof(T));
    return value;
}

// The kernel answers before sendto(2) returns. Nothing: it knows no such socket.
template <class Request>
std::optional<std::vector<std::byte>> ask_kernel(const Request& request) {
    const Fd netlink(
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
    struct {
        nlmsghdr header = {};
        Request request = {};
    } message;
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST;
    message.request = request;
    if (!netlink || ::send(netlink.get(), &message, sizeof message, 0) < 0)
        return {};
    std::array<std::byte, 4096> buffer = {};
    const auto size = ::recv(netlink.get(), buffer.data(), buffer.size(), 0);
    if (size < 0)
        return {};
    auto bytes = std::span<const std::byte>(buffer).first(static_cast<std::size_t>(size));
    const auto header = take_front<nlmsghdr>(bytes);
    if (!header || header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return {};
    return std::vector(bytes.begin(), bytes.end());
}

bool hung_up(int connection) {
    pollfd poll = {.fd = connection, .events = POLLRDHUP, .revents = 0};
    return ::poll(&poll, 1, 0) > 0;
}

// Host and port as they stand in a request.
void set_end(const os::SocketAddress& address, std::uint16_t& port, std::uint32_t* host) {
    const bool v6 = address.family() == AF_INET6;
    port = v6 ? address.v6.sin6_port : address.v4.sin_port;
    if (v6)
        std::memcpy(host, &address.v6.sin6_addr, sizeof address.v6.sin6_addr);
    else
        std::memcpy(host, &address.v4.sin_addr, sizeof address.v4.sin_addr);
}

ServerSide tcp_side(int connection, const os::SocketAddress& here, const os::SocketAddress& there) {
    inet_diag_req_v2 request = {};
    request.sdiag_family = static_cast<std::uint8_t>(here.family());
    request.sdiag_protocol = IPPROTO_TCP;
    request.idiag_states = ~std::uint32_t{0};
    set_end(there, request.id.idiag_sport, request.id.idiag_src);
    set_end(here, request.id.idiag_dport, request.id.idiag_dst);
    request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = kNoCookie;
    const auto answer = ask_kernel(request);
    std::span<const std::byte> bytes;
    if (answer)
        bytes = *answer;
    const auto found = take_front<inet_diag_msg>(bytes);
    // The kernel finds the socket that listens where there is no connection like that.
    if (!found || found->idiag_state == TCP_LISTEN)
        return {hung_up(connection) ? State::Closed : State::Unknown};
    if (found->idiag_inode != 0)
        return {State::Accepted, found->idiag_inode};
    if (found->idiag_state == TCP_SYN_RECV)
        return {State::Deferred};
    return {found->idiag_state == TCP_ESTABLISHED ? State::Queued : State::Closed};
}

// A Unix socket is asked for by its own inode, and says that of its peer.
ServerSide unix_side(int connection) {
    struct stat status = {};
    if (::fstat(connection, &status) < 0)
        return {};
    unix_diag_req request = {};
    request.sdiag_family = AF_UNIX;
    request.udiag_states = ~std::uint32_t{0};
    request.udiag_ino = static_cast<std::uint32_t>(status.st_ino);
    request.udiag_show = UDIAG_SHOW_PEER;
    request.udiag_cookie[0] = request.udiag_cookie[1] = kNoCookie;
    const auto answer = ask_kernel(request);
    std::span<const std::byte> bytes;
    if (answer)
        bytes = *answer;
    if (!take_front<unix_diag_msg>(bytes))
        return {};
    while (const auto attribute = take_front<rtattr>(bytes)) {
        if (attribute->rta_len < sizeof(rtattr))
            break;
        if (attribute->rta_type == UNIX_DIAG_PEER) {
            const auto peer = take_front<std::uint32_t>(bytes).value_or(0);
            if (peer != 0)
                return {State::Accepted, peer};
            return {hung_up(connection) ? State::Closed : State::Queued};
        }
        const std::size_t padded = (attribute->rta_len + 3U) / 4U * 4U - sizeof(rtattr);
        bytes = bytes.subspan(std::min(padded, bytes.size()));
    }
    return {State::Closed};
}

} // namespace

ServerSide server_side(int connection) {
    os::SocketAddress here;
    os::SocketAddress there;
    if (::getsockname(connection, &here.any, &here.size) < 0)
        return {};
    if (here.family() == AF_UNIX)
        return unix_side(connection);
    if (::getpeername(connection, &there.any, &there.size) < 0)
        return {State::Closed};
    return tcp_side(connection, here, there);
}

std::optional<bool> have_open(const std::vector<pid_t>& processes, ino_t socket) {
    const auto link = std::format("socket:[{}]", socket);
    bool all_seen = !processes.empty();
    for (const pid_t process : processes) {
        std::error_code error;
        std::filesystem::directory_iterator each(std::format("/proc/{}/fd", process), error);
        if (error == std::errc::permission_denied)
            all_seen = false;
        for (; !error && each != std::filesystem::directory_iterator(); each.increment(error)) {
            std::error_code closed_meanwhile;
            if (std::filesystem::read_symlink(each->path(), closed_meanwhile) == link)
                return true;
        }
    }
    if (!all_seen)
        return {};
    return false;
}

} // namespace hotreload::probe
