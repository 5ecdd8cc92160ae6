// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The service manager's end of $NOTIFY_SOCKET, as far as its fd store goes: what is in it already,
// whatever its name, is not taken again, and a name is removed with all that it stands for.

#include "../notify_socket.hpp"
#include "base/fd.hpp"
#include "os/listen_fds.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace hotreload::test {

inline ino_t inode_of(int fd) {
    struct stat status = {};
    ::fstat(fd, &status);
    return status.st_ino;
}

class FakeFdStore {
public:
    // The names in the order in which they were stored.
    std::vector<std::string> names() {
        receive();
        std::vector<std::string> all;
        for (const auto& each : stored_)
            all.push_back(each.name);
        return all;
    }
    ino_t inode(const std::string& name) {
        receive();
        for (const auto& each : stored_)
            if (each.name == name)
                return inode_of(each.fd.get());
        return 0;
    }
    // The descriptors that the next start is handed.
    std::vector<os::NamedFd> hand_over() {
        receive();
        std::vector<os::NamedFd> all;
        for (const auto& each : stored_)
            all.push_back({each.name, Fd(::fcntl(each.fd.get(), F_DUPFD_CLOEXEC, 3))});
        return all;
    }

private:
    void receive() {
        for (;;) {
            char text[4096];
            alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(ucred))];
            iovec data{.iov_base = text, .iov_len = sizeof text};
            msghdr message = {};
            message.msg_iov = &data;
            message.msg_iovlen = 1;
            message.msg_control = control;
            message.msg_controllen = sizeof control;
            const auto n = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
            if (n < 0)
                return;
            take(std::string(text, static_cast<std::size_t>(n)), fd_of(message));
        }
    }

    static Fd fd_of(msghdr& message) {
        for (auto* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each))
            if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_RIGHTS) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(each), sizeof fd);
                return Fd(fd);
            }
        return {};
    }

    void take(const std::string& text, Fd fd) {
        bool store = false, remove = false;
        std::string name;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            store |= line == "FDSTORE=1";
            remove |= line == "FDSTOREREMOVE=1";
            if (line.starts_with("FDNAME="))
                name = line.substr(7);
        }
        if (remove)
            std::erase_if(stored_, [&](const auto& each) { return each.name == name; });
        if (!store)
            return;
        EXPECT_TRUE(text.contains("\nFDPOLL=0"));
        ASSERT_TRUE(fd);
        for (const auto& each : stored_)
            if (inode_of(each.fd.get()) == inode_of(fd.get()))
                return;
        stored_.push_back({name, std::move(fd)});
    }

    NotifySocket socket_;
    std::vector<os::NamedFd> stored_;
};

} // namespace hotreload::test
