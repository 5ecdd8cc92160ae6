// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/object_path.hpp"

#include "base/ascii.hpp"

namespace hotreload::units {

std::string unit_path(std::string_view unit) {
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string path = "/org/freedesktop/systemd1/unit/";
    const auto first = path.size();
    for (const char c : unit) {
        // A label that begins with a digit is legal, but the manager escapes it.
        const bool digit = is_digit(c) && path.size() > first;
        const auto byte = static_cast<unsigned char>(c);
        if (is_letter(c) || digit)
            path += c;
        else
            path.append({'_', hex[byte >> 4], hex[byte & 15]});
    }
    return path;
}

} // namespace hotreload::units
