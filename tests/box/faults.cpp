// SPDX-License-Identifier: LGPL-2.1-or-later
// The fault points of hotreloadd-faults and hotreload-worker-faults. The file that $HOTRELOAD_FAULT
// names holds "POINT… WHAT": the points are struck off as they are reached in this order, and at
// the last one the file goes and it happens. WHAT is "abort", "stop" (until somebody sends
// SIGCONT), "bus" (the connection to the message bus is cut), or the number of an errno.
#include "base/fault.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

namespace hotreload::fault {

namespace {

constexpr int kMostFds = 1024;

// Our end has no name, the broker's has that of the bus.
void cut_bus() {
    for (int fd = 0; fd < kMostFds; ++fd) {
        sockaddr_un peer = {};
        socklen_t size = sizeof peer - 1;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            peer.sun_family == AF_UNIX && std::string_view(peer.sun_path).ends_with("/bus"))
            ::shutdown(fd, SHUT_RDWR);
    }
}

} // namespace

int point(Point point) {
    const char* const path = std::getenv("HOTRELOAD_FAULT");
    if (!path)
        return 0;
    std::string wanted, what, rest;
    std::ifstream file(path);
    if (!(file >> wanted >> what) || wanted != point.name())
        return 0;
    if (std::getline(file, rest); rest.contains(' ')) {
        file.close();
        std::ofstream(path) << what << rest << '\n';
        return 0;
    }
    ::unlink(path);
    if (what == "abort")
        ::kill(::getpid(), SIGKILL);
    if (what == "stop")
        ::raise(SIGSTOP);
    if (what == "bus")
        cut_bus();
    return std::atoi(what.c_str());
}

} // namespace hotreload::fault
