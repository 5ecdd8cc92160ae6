// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/bus.hpp"

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

namespace hotreload::ipc {

void SlotDeleter::operator()(sd_bus_slot* slot) const noexcept {
    sd_bus_slot_unref(slot);
}

Bus::Bus(std::unique_ptr<sdbus::IConnection> connection, sd_bus* handle)
    : connection_(std::move(connection)), handle_(handle) {}

Bus::Bus(Bus&&) noexcept = default;
Bus::~Bus() = default;

Result<Bus> Bus::open_session(os::EventLoop& loop) {
    return open(sd_bus_open_user, "connecting to the session bus", loop);
}

Result<Bus> Bus::open_system(os::EventLoop& loop) {
    return open(sd_bus_open_system, "connecting to the system bus", loop);
}

Result<Bus> Bus::open(Open open, const char* doing, os::EventLoop& loop) try {
    sd_bus* handle = nullptr;
    if (const int r = open(&handle); r < 0)
        return fail_errno(-r, doing);
    auto connection = sdbus::createBusConnection(handle); // owns it from here
    if (const int r = sd_bus_attach_event(handle, loop.handle(), SD_EVENT_PRIORITY_NORMAL); r < 0)
        return fail_errno(-r, doing);
    if (const int r = sd_bus_set_exit_on_disconnect(handle, 1); r < 0)
        return fail_errno(-r, doing);
    return Bus(std::move(connection), handle);
} catch (const sdbus::Error& error) {
    return fail(ErrorCode::Failed, std::string(doing) + ": " + error.getMessage());
}

} // namespace hotreload::ipc
