// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Strings of a record may be any bytes (file names, values of an env_file), and JSON is UTF-8:
// those that are not are kept as U+0000 and hexadecimal digits, which no other string begins with.

#include <optional>
#include <string>
#include <string_view>

namespace hotreload::state {

std::string bytes_to_json(std::string_view bytes);
std::optional<std::string> bytes_from_json(std::string_view text); // nullopt: malformed

} // namespace hotreload::state
