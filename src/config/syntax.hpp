// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The explanation of a text that is no TOML, for somebody who has never read its specification:
// what was probably meant, and how that is written. Values are not repeated, because they may be
// secrets. Pure.

#include <string>
#include <string_view>

namespace hotreload {

// `description`: the parser's own words for what it stumbled over; `line`: the line of the text
// where it did.
std::string syntax_words(std::string_view description, std::string_view line);

} // namespace hotreload
