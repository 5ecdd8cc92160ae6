// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Connections that the prober makes itself, so that it can find out who accepts them.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "core/address.hpp"
#include "os/event_loop.hpp"

namespace hotreload::probe {

// A connection to the address of a stream; ends when the kernel has connected, which says nothing
// of a process yet. Errors: why not, in words without the address.
Task<Result<Fd>> connect_to(os::EventLoop& loop, Address address);

} // namespace hotreload::probe
