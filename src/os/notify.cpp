// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/notify.hpp"

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include <chrono>
#include <format>

namespace hotreload::os {

namespace {

// A manager that does not listen is no reason to do anything else.
void notify(const std::string& state) noexcept {
    (void)sd_notify(0, state.c_str());
}

} // namespace

void notify_ready() noexcept {
    notify("READY=1");
}

void notify_stopping() noexcept {
    notify("STOPPING=1");
}

void notify_status(const std::string& text) noexcept {
    notify("STATUS=" + text.substr(0, text.find('\n')));
}

Reloading::Reloading() noexcept {
    // The manager takes only a time that is not older than its own request.
    const auto now = std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch()); // CLOCK_MONOTONIC on Linux
    notify(std::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
}

Reloading::~Reloading() {
    notify_ready();
}

Result<> feed_watchdog(EventLoop& loop) {
    if (const int r = sd_event_set_watchdog(loop.handle(), 1); r < 0)
        return fail_errno(-r, "arming the watchdog");
    return {};
}

} // namespace hotreload::os
