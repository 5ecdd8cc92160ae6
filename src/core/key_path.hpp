// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// KeyPath is the place of a value in a document, as people write it (`servers[0].weight`) and as
// RFC 6901 has it ("/servers/0/weight").

#include "core/value.hpp"

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace hotreload {

using KeyPath = std::vector<std::variant<std::string, std::size_t>>; // a key, or an index

// "servers[0].weight"; a key that holds '.', '[', ']', '"' or nothing, or a control character, is
// quoted as in TOML: log."a.b". The whole document is "".
std::string to_key(const KeyPath& path);

std::string to_pointer(const KeyPath& path); // RFC 6901: "~0" for '~', "~1" for '/'

// The value there; nullptr when there is none.
const Value* find(const Value& root, const KeyPath& path);

} // namespace hotreload
