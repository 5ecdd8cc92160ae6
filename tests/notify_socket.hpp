// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The service manager's end of $NOTIFY_SOCKET: sets it for as long as it lives. It never blocks.

#include "base/fd.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace hotreload::test {

class NotifySocket {
public:
    NotifySocket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        const std::string name = "hotreload-notify-" + std::to_string(::getpid());
        std::memcpy(address.sun_path + 1, name.data(), name.size()); // abstract
        const auto length = offsetof(sockaddr_un, sun_path) + 1 + name.size();
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                         static_cast<socklen_t>(length)),
                  0);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;
    ~NotifySocket() { ::unsetenv("NOTIFY_SOCKET"); }

    [[nodiscard]] int get() const { return socket_.get(); }

private:
    Fd socket_;
};

} // namespace hotreload::test
