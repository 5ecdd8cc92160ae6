// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/bus.hpp"

#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <format>
#include <string_view>
#include <system_error>

namespace hotreload::ctl {

namespace {

std::unique_ptr<sdbus::IConnection> open_machine(const GlobalOptions& options) {
    sd_bus* bus = nullptr;
    const int r = options.on_user_bus() ? sd_bus_open_user_machine(&bus, options.machine.c_str())
                                        : sd_bus_open_system_machine(&bus, options.machine.c_str());
    if (r < 0)
        throw sdbus::Error(sdbus::Error::Name("org.freedesktop.DBus.Error.Disconnected"),
                           std::generic_category().message(-r));
    return sdbus::createBusConnection(bus);
}

} // namespace

bool GlobalOptions::on_user_bus() const {
    return user || (!system && !remote() && geteuid() != 0);
}

Answer<std::unique_ptr<sdbus::IConnection>> open_bus(const GlobalOptions& options) {
    try {
        if (!options.machine.empty())
            return open_machine(options);
        if (!options.host.empty())
            return sdbus::createRemoteSystemBusConnection(options.host);
        return options.on_user_bus() ? sdbus::createSessionBusConnection()
                                     : sdbus::createSystemBusConnection();
    } catch (const sdbus::Error& error) {
        auto text = std::format(
            "cannot connect to the {} bus{}{}: {}", options.on_user_bus() ? "user" : "system",
            options.remote() ? " of " : "",
            options.machine.empty() ? options.host : options.machine, error.getMessage());
        if (!options.host.empty()) // all that we see of ssh is that it is gone
            text += "; ssh must get there, and systemd-stdio-bridge be installed there";
        return give_up(ExitStatus::NoDaemon, std::move(text));
    }
}

Failure failure_of(const sdbus::Error& error) {
    const std::string_view name = error.getName();
    if (name == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired")
        return {ExitStatus::NotAuthorized, error.getMessage(), true};
    constexpr std::array<std::string_view, 2> refused = {
        "org.hotreload.Error.NotAuthorized",
        "org.freedesktop.DBus.Error.AccessDenied",
    };
    if (std::ranges::contains(refused, name))
        return {ExitStatus::NotAuthorized, error.getMessage()};
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
        return {ExitStatus::NoDaemon, "hotreloadd does not answer: " + error.getMessage()};
    return {ExitStatus::Failed, error.getMessage()};
}

} // namespace hotreload::ctl
