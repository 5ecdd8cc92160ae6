// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The one place where errors become org.hotreload.Error.*, and where sdbus-c++'s exceptions end.

#include "base/error.hpp"

#include <sdbus-c++/Error.h>

#include <string>

namespace hotreload::ipc {

std::string error_name(ErrorCode code); // "org.hotreload.Error.NoSuchTarget"
sdbus::Error to_bus_error(const Error& error);

// Sends something; false: it could not be sent. Nearly always because the bus is gone, and then the
// loop is ending already and nobody is left to tell.
template <class Send>
bool send_if_connected(Send send) noexcept {
    try {
        send();
        return true;
    } catch (const sdbus::Error&) {
        return false;
    }
}

} // namespace hotreload::ipc
