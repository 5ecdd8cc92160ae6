// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.hpp"

namespace hotreload {

namespace {

// Length of the character that `text` begins with; 0 when it begins with none (RFC 3629: no
// overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t leading_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0) ||
        (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90))
        return 0;
    return length;
}

} // namespace

bool is_utf8(std::string_view bytes) {
    return utf8_prefix(bytes) == bytes.size();
}

std::size_t utf8_prefix(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (static_cast<unsigned char>(bytes[at]) < 0x80) { // nearly all are
            ++at;
            continue;
        }
        const auto length = leading_character(bytes.substr(at));
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

std::string to_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto length = leading_character(bytes);
        if (length == 0)
            text += "\ufffd";
        else
            text += bytes.substr(0, length);
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return text;
}

std::string without_nul(std::string text) {
    for (auto at = text.find('\0'); at != std::string::npos; at = text.find('\0', at))
        text.replace(at, 1, "\ufffd");
    return text;
}

} // namespace hotreload
