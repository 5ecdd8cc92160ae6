// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Whether a text is JSON, so that it can stand within another JSON text as it is. Nothing is made
// of it, and no number is read: for texts of somebody who is not trusted.

#include <string_view>

namespace hotreload {

// One value of RFC 8259, with nothing around it but white space, in UTF-8, and with at most 256
// arrays and objects in one another.
bool is_json(std::string_view text);

} // namespace hotreload
