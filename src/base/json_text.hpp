// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A text that is JSON can stand within another JSON text as it is. Nothing is made of it here, and
// no number is read: for texts of somebody who is not trusted.

#include <string_view>

namespace hotreload {

// The text is one value of RFC 8259, with nothing around it but white space, in UTF-8. Arrays and
// objects are at most 256 in one another, and escaped surrogates are in pairs: parsers refuse
// others.
bool is_json(std::string_view text);

} // namespace hotreload
