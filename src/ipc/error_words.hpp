// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The last words of the names that errors have: org.hotreload.Error.Busy on a bus, and
// org.hotreload.Busy on the socket. One of them has a name of its own on a bus, by which programs
// know that a password helps: org.freedesktop.DBus.Error.InteractiveAuthorizationRequired.

#include "base/error.hpp"

#include <string_view>

namespace hotreload::ipc {

constexpr std::string_view error_word(ErrorCode code) {
    switch (code) {
    case ErrorCode::Invalid:
        return "Invalid";
    case ErrorCode::NotFound:
        return "NoSuchTarget";
    case ErrorCode::NotAuthorized:
        return "NotAuthorized";
    case ErrorCode::NeedsPassword:
        return "InteractiveAuthorizationRequired";
    case ErrorCode::Busy:
        return "Busy";
    case ErrorCode::TimedOut:
        return "TimedOut";
    case ErrorCode::Failed:
        break;
    }
    return "Failed";
}

} // namespace hotreload::ipc
