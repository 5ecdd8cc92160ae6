// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Connections that the prober makes itself, so that it can find out who accepts them.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "os/event_loop.hpp"

#include <string>

namespace hotreload::probe {

// To a canonical TCP or Unix address (core/port.hpp); ends when the kernel has connected, which
// says nothing of a process yet. Errors: why not, in words without the address.
Task<Result<Fd>> connect_to(os::EventLoop& loop, std::string address);

} // namespace hotreload::probe
