// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Listening sockets, and processes that serve them: several of them may have the same one.

#include "base/fd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstring>
#include <format>
#include <functional>
#include <string>

namespace hotreload::test {

class Listener {
public:
    // A TCP socket of the family. One that does not listen refuses connections.
    explicit Listener(int family = AF_INET, bool listens = true)
        : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_storage address = {};
        address.ss_family = static_cast<sa_family_t>(family);
        if (family == AF_INET)
            reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(reinterpret_cast<const sockaddr*>(&address),
             family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
        socklen_t size = sizeof address;
        ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
        if (listens)
            listen();
    }
    explicit Listener(const std::string& path)
        : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const auto size = offsetof(sockaddr_un, sun_path) + path.size();
        if (path.starts_with('@'))
            address.sun_path[0] = '\0';
        bind(reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size));
        listen();
    }

    void listen() const {
        if (::listen(fd_.get(), 64) < 0)
            throw std::runtime_error("cannot listen");
    }
    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] std::string address() const { return std::format("127.0.0.1:{}", port); }
    [[nodiscard]] std::string url() const { return std::format("http://{}/health", address()); }
    void defer() const {
        constexpr int seconds = 5;
        ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    }

    std::uint16_t port = 0;

private:
    void bind(const sockaddr* address, socklen_t size) const {
        if (::bind(fd_.get(), address, size) < 0)
            throw std::runtime_error("cannot bind");
    }

    Fd fd_;
};

// Serve is what a server does with a connection, which it closes after it.
using Serve = std::function<void(int connection)>;

inline std::string read_request(int connection) {
    std::string request;
    char buffer[1024];
    while (!request.contains("\r\n\r\n")) {
        const auto size = ::read(connection, buffer, sizeof buffer);
        if (size <= 0)
            break;
        request.append(buffer, static_cast<std::size_t>(size));
    }
    return request;
}

// Keeps the connection until the client has closed it, as servers do.
inline void wait_for_end(int connection) {
    char byte = 0;
    while (::read(connection, &byte, 1) > 0)
        ;
}

inline Serve answer(const std::string& head, const std::string& body = "") {
    return [text = std::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}", head, body.size(),
                               body)](int connection) {
        read_request(connection);
        ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
        wait_for_end(connection);
    };
}

// A process that accepts one connection after the other.
class Server {
public:
    Server(const Listener& listener, const Serve& serve) : pid(::fork()) {
        if (pid != 0)
            return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            const int connection = ::accept(listener.fd(), nullptr, nullptr);
            if (connection < 0)
                ::_exit(1);
            serve(connection);
            ::close(connection);
        }
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }

    pid_t pid;
};

} // namespace hotreload::test
