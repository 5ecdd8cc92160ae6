// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/object_path.hpp"

namespace hotreload::units {

std::string unit_path(std::string_view unit) {
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string path = "/org/freedesktop/systemd1/unit/";
    const auto first = path.size();
    for (const char c : unit) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        // A label that begins with a digit is legal, but the manager escapes it.
        const bool digit = c >= '0' && c <= '9' && path.size() > first;
        const auto byte = static_cast<unsigned char>(c);
        if (letter || digit)
            path += c;
        else
            path.append({'_', hex[byte >> 4], hex[byte & 15]});
    }
    return path;
}

} // namespace hotreload::units
