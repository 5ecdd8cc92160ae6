// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/errors.hpp"

#include "base/utf8.hpp"

namespace hotreload::ipc {

namespace {

const char* word(ErrorCode code) {
    switch (code) {
    case ErrorCode::Invalid:
        return "Invalid";
    case ErrorCode::NotFound:
        return "NoSuchTarget";
    case ErrorCode::NotAuthorized:
        return "NotAuthorized";
    case ErrorCode::Busy:
        return "Busy";
    case ErrorCode::TimedOut:
        return "TimedOut";
    case ErrorCode::Failed:
        break;
    }
    return "Failed";
}

} // namespace

std::string error_name(ErrorCode code) {
    return std::string("org.hotreload.Error.") + word(code);
}

sdbus::Error to_bus_error(const Error& error) {
    return sdbus::Error(sdbus::Error::Name{error_name(error.code)}, to_utf8(to_string(error)));
}

} // namespace hotreload::ipc
