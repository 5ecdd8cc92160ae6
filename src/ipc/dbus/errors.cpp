// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/errors.hpp"

#include "base/utf8.hpp"
#include "ipc/error_words.hpp"

namespace hotreload::ipc {

std::string error_name(ErrorCode code) {
    const auto* const space =
        code == ErrorCode::NeedsPassword ? "org.freedesktop.DBus.Error." : "org.hotreload.Error.";
    return std::string(space) + std::string(error_word(code));
}

sdbus::Error to_bus_error(const Error& error) {
    return sdbus::Error(sdbus::Error::Name{error_name(error.code)}, to_utf8(to_string(error)));
}

} // namespace hotreload::ipc
