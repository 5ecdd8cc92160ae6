// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The one place where errors become org.hotreload.Error.*, and where sdbus-c++'s exceptions end.

#include "base/error.hpp"

#include <sdbus-c++/Error.h>

#include <string>

namespace hotreload::ipc {

std::string error_name(ErrorCode code); // "org.hotreload.Error.NoSuchTarget"
sdbus::Error to_bus_error(const Error& error);

// Sends something. It cannot be sent when the bus is gone, and then the loop is ending already:
// nobody is left to tell.
template <class Send>
void send_if_connected(Send send) noexcept {
    try {
        send();
    } catch (const sdbus::Error&) {
    }
}

} // namespace hotreload::ipc
