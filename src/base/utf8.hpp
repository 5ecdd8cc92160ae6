// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// File names and what programs print are bytes; D-Bus and JSON take only UTF-8.

#include <cstddef>
#include <string>
#include <string_view>

namespace hotreload {

bool is_utf8(std::string_view bytes);

// The length of what stands before the first byte that is not UTF-8.
std::size_t utf8_prefix(std::string_view bytes);

// The same text, with U+FFFD for each byte that is not part of it.
std::string to_utf8(std::string_view bytes);

// The same text, with U+FFFD for each NUL, where a text ends at one or is none with it.
std::string without_nul(std::string text);

} // namespace hotreload
