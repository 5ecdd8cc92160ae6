// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/bus.hpp"

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <format>
#include <string_view>
#include <system_error>

namespace hotreload::client {

namespace {

int open_at(const BusAddress& address, sd_bus** bus) {
    if (!address.machine.empty())
        return address.user ? sd_bus_open_user_machine(bus, address.machine.c_str())
                            : sd_bus_open_system_machine(bus, address.machine.c_str());
    if (!address.host.empty())
        return sd_bus_open_system_remote(bus, address.host.c_str());
    return address.user ? sd_bus_open_user(bus) : sd_bus_open_system(bus);
}

Failure cannot_connect(const BusAddress& address, const std::string& why) {
    const bool remote = !address.host.empty() || !address.machine.empty();
    auto text = std::format("cannot connect to the {} bus{}{}: {}",
                            address.user ? "user" : "system", remote ? " of " : "",
                            address.machine.empty() ? address.host : address.machine, why);
    if (!address.host.empty()) // all that we see of ssh is that it is gone
        text += "; ssh must get there, and systemd-stdio-bridge be installed there";
    return {FailureKind::NoDaemon, std::move(text)};
}

} // namespace

Answer<std::unique_ptr<Bus>> Bus::open(os::EventLoop& loop, const BusAddress& address) {
    sd_bus* bus = nullptr;
    if (const int r = open_at(address, &bus); r < 0)
        return std::unexpected(cannot_connect(address, std::generic_category().message(-r)));
    try {
        return std::unique_ptr<Bus>(new Bus(loop, bus));
    } catch (const sdbus::Error& error) {
        return std::unexpected(cannot_connect(address, error.getMessage()));
    }
}

// On the loop by sd-bus's own sources: sdbus-c++'s throw through the loop when the bus goes away,
// which ends the loop for good.
Bus::Bus(os::EventLoop& loop, sd_bus* bus)
    : bus_(bus), connection_(sdbus::createBusConnection(bus)) {
    // A service takes its time to be ready. The bus ends a call when the daemon dies.
    connection_->setMethodCallTimeout(std::chrono::hours(24));
    lost_ = connection_->addMatch(
        "type='signal',sender='org.freedesktop.DBus.Local',path='/org/freedesktop/DBus/Local',"
        "interface='org.freedesktop.DBus.Local',member='Disconnected'",
        [this](const sdbus::Message&) {
            if (on_lost)
                on_lost();
        },
        sdbus::return_slot);
    if (const int r = sd_bus_attach_event(bus_, loop.handle(), SD_EVENT_PRIORITY_NORMAL); r < 0)
        throw sdbus::Error(sdbus::Error::Name("org.freedesktop.DBus.Error.Failed"),
                           std::generic_category().message(-r));
}

Bus::~Bus() {
    sd_bus_detach_event(bus_);
}

void Bus::allow_interaction(bool allowed) {
    sd_bus_set_allow_interactive_authorization(bus_, allowed);
}

Failure failure_of(const sdbus::Error& error) {
    const std::string_view name = error.getName();
    if (name == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired")
        return {FailureKind::NeedsPassword, error.getMessage()};
    constexpr std::array<std::string_view, 2> refused = {
        "org.hotreload.Error.NotAuthorized",
        "org.freedesktop.DBus.Error.AccessDenied",
    };
    if (std::ranges::contains(refused, name))
        return {FailureKind::NotAuthorized, error.getMessage()};
    constexpr std::array<std::string_view, 7> absent = {
        "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.NoReply",        "org.freedesktop.DBus.Error.Disconnected",
        "org.freedesktop.DBus.Error.NoServer",       "org.freedesktop.DBus.Error.TimedOut",
        "org.freedesktop.DBus.Error.Timeout",
    };
    // A connection that broke, as -H's does with its ssh.
    constexpr std::array<std::string_view, 3> broken = {
        "System.Error.ENOTCONN",
        "System.Error.EPIPE",
        "System.Error.ESHUTDOWN",
    };
    if (std::ranges::contains(absent, name) ||
        name.starts_with("org.freedesktop.DBus.Error.Spawn.") || // activation went wrong
        name.starts_with("org.freedesktop.systemd1.") ||         // the same, told by the manager
        std::ranges::contains(broken, name))
        return {FailureKind::NoDaemon, "hotreloadd does not answer: " + error.getMessage()};
    return {FailureKind::Failed, error.getMessage()};
}

} // namespace hotreload::client
