// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/object_path.hpp"

#include <format>

namespace hotreload::units {

std::string unit_path(std::string_view unit) {
    std::string path = "/org/freedesktop/systemd1/unit/";
    const auto first = path.size();
    for (const char c : unit) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        // A label that begins with a digit is legal, but the manager escapes it.
        const bool digit = c >= '0' && c <= '9' && path.size() > first;
        if (letter || digit)
            path += c;
        else
            path += std::format("_{:02x}", static_cast<unsigned char>(c));
    }
    return path;
}

} // namespace hotreload::units
