// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The daemon's one connection to its bus. sd-bus itself attaches it to the loop, not sdbus-c++:
// sdbus-c++ throws out of the loop's callbacks when the bus goes away and wakes the loop once more
// for each call; sd-bus ends the loop with a failure, after which systemd starts us again.

#include "base/error.hpp"
#include "os/event_loop.hpp"

#include <memory>

using sd_bus = struct sd_bus;
using sd_bus_slot = struct sd_bus_slot;
namespace sdbus {
class IConnection;
}

namespace hotreload::ipc {

// A Slot is what is registered with sd-bus itself, as long as it is held.
struct SlotDeleter {
    void operator()(sd_bus_slot* slot) const noexcept;
};
using Slot = std::unique_ptr<sd_bus_slot, SlotDeleter>;

class Bus {
public:
    static Result<Bus> open_session(os::EventLoop& loop);
    static Result<Bus> open_system(os::EventLoop& loop);

    Bus(Bus&&) noexcept;
    ~Bus();

    [[nodiscard]] sdbus::IConnection& connection() const { return *connection_; }
    // The connection's handle, which the connection owns, for what sdbus-c++ has no words for.
    [[nodiscard]] sd_bus* handle() const { return handle_; }

private:
    using Open = int (*)(sd_bus**);
    static Result<Bus> open(Open open, const char* doing, os::EventLoop& loop);
    Bus(std::unique_ptr<sdbus::IConnection> connection, sd_bus* handle);

    std::unique_ptr<sdbus::IConnection> connection_;
    sd_bus* handle_;
};

} // namespace hotreload::ipc
