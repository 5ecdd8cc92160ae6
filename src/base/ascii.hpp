// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Kinds of characters by their bytes, whatever the locale is: those of <cctype> ask it.

namespace hotreload {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace hotreload
