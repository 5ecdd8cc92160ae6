// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ServerSide is who is at the other end of a connection. Generations share a listening socket, so
// that a connection says nothing of who took it: but the kernel knows the socket that it made for
// the server's side, and /proc who holds that one. sock_diag(7) finds one socket among many by its
// addresses.

#include <sys/types.h>

#include <optional>
#include <vector>

namespace hotreload::probe {

struct ServerSide {
    enum class State {
        Accepted,
        Queued,   // by the kernel: nobody has accepted it yet
        Deferred, // as well; the server wants to hear something first, or its queue is full
        Closed,   // too early to tell who it was
        Unknown,  // it is not in this network namespace, or the kernel does not say
    };
    State state = State::Unknown;
    ino_t socket = 0; // where it was accepted
};

// The server's side of a TCP or Unix stream connection of ours.
ServerSide server_side(int connection);

// One of `processes` has the socket open; nullopt: we may not look into all of them.
std::optional<bool> have_open(const std::vector<pid_t>& processes, ino_t socket);

} // namespace hotreload::probe
