// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The one place where errors become org.hotreload.* of Varlink.

#include "base/error.hpp"

#include <string>

using sd_varlink = struct sd_varlink;

namespace hotreload::ipc {

// Ends a call with the error, as `reader` may see it. `target`: what was asked for. Returns what
// libsystemd does: a negative errno when the caller is gone.
int reply_error(sd_varlink* link, const Error& error, const std::string& target, Audience reader);

} // namespace hotreload::ipc
