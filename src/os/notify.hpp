// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Notifications that the daemon sends to the service manager, see sd_notify(3). Without
// $NOTIFY_SOCKET all of it does nothing.

#include "base/error.hpp"
#include "os/event_loop.hpp"

#include <string>

namespace hotreload::os {

void notify_ready() noexcept;
void notify_stopping() noexcept;

// The status line that `systemctl status` shows.
void notify_status(const std::string& text) noexcept;

// "Reloading" from here to the end of the scope, whichever way it is left: a unit that is stuck in
// `reloading` is the classic bug of Type=notify-reload services.
class Reloading {
public:
    Reloading() noexcept;
    ~Reloading();
    Reloading(const Reloading&) = delete;
    Reloading& operator=(const Reloading&) = delete;
};

// Keeps WatchdogSec= of our unit fed as long as the loop turns. Does nothing when it is not set.
Result<> feed_watchdog(EventLoop& loop);

} // namespace hotreload::os
