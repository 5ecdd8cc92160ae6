// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What wakes a loop from another thread: eventfd(2).

#include "base/fd.hpp"

namespace hotreload::os {

// Does not block, and is closed by exec. Throws std::system_error.
Fd open_eventfd();

// The descriptor is readable from now on, from any thread and signal handler.
void wake(const Fd& eventfd);
// It is no more, until it is woken again.
void take_wakes(const Fd& eventfd);

} // namespace hotreload::os
