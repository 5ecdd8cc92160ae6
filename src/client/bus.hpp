// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Bus is a connection to the bus that a daemon is on, on a loop of ours, and what an error from it
// means for us. sdbus-c++ throws; nothing above this file and daemon.hpp does.

#include "client/answer.hpp"
#include "client/bus_address.hpp"
#include "os/event_loop.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>

namespace hotreload::client {

class Bus {
public:
    // NoDaemon: it cannot be reached.
    static Answer<std::unique_ptr<Bus>> open(os::EventLoop& loop, const BusAddress& address);
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    [[nodiscard]] sdbus::IConnection& connection() { return *connection_; }

    // Of calls that are made from now on: somebody may be asked for a password.
    void allow_interaction(bool allowed);

    // The connection has ended, and will not come back. Calls that are under way end with NoDaemon.
    std::function<void()> on_lost;

private:
    Bus(os::EventLoop& loop, sd_bus* bus);

    sd_bus* bus_; // the connection's
    std::unique_ptr<sdbus::IConnection> connection_;
    sdbus::Slot lost_;
};

// The daemon's own errors carry a message for a person; the bus's tell that there is no daemon.
Failure failure_of(const sdbus::Error& error);

} // namespace hotreload::client
