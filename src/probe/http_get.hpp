// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A GET over a connection that there is already. This is the only file that sees libcurl, which
// lives on our loop: no thread, and nothing in it that blocks.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "os/event_loop.hpp"

#include <string>

namespace hotreload::probe {

// The status of the answer; redirects are not followed. `address` is the one that `connection` was
// made to. Errors: why there was none, in words without the URL.
Task<Result<long>> http_get(os::EventLoop& loop, std::string url, std::string address,
                            Fd connection);

} // namespace hotreload::probe
