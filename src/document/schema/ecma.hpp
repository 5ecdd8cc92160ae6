// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Regular expressions as JSON Schema has them (ECMA-262, with Unicode) in PCRE2's dialect. Only
// pattern.cpp asks.

#include <expected>
#include <string>
#include <string_view>

namespace hotreload::document {

// The pattern for PCRE2_UTF without PCRE2_UCP, and with PCRE2_ALLOW_EMPTY_CLASS. Syntax that people
// write and ECMA-262 does not have, but that means one thing elsewhere (\A, \z, (?i), possessive
// quantifiers), stays as it is. The error says what is not understood.
std::expected<std::string, std::string> to_pcre(std::string_view ecma);

} // namespace hotreload::document
