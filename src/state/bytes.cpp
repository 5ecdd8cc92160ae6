// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/bytes.hpp"

#include "base/utf8.hpp"

#include <charconv>

namespace hotreload::state {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}

std::string bytes_to_json(std::string_view bytes) {
    if (!bytes.starts_with('\0') && is_utf8(bytes))
        return std::string(bytes);
    std::string text(1, '\0');
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::optional<std::string> bytes_from_json(std::string_view text) {
    if (!text.starts_with('\0'))
        return std::string(text);
    text.remove_prefix(1);
    std::string bytes;
    for (; !text.empty(); text.remove_prefix(2)) {
        unsigned char byte = 0;
        if (text.size() < 2)
            return std::nullopt;
        const auto [end, error] = std::from_chars(text.data(), text.data() + 2, byte, 16);
        if (error != std::errc{} || end != text.data() + 2)
            return std::nullopt;
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

} // namespace hotreload::state
