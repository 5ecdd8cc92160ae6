// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Files of environment variables as systemd's EnvironmentFile= reads them: comments with # and ;,
// single and double quotes, a backslash that continues a line. What systemd would skip in silence
// (a name that is none, a line without "=") is a problem here.

#include "base/error.hpp"

#include <map>
#include <string>
#include <string_view>

namespace hotreload {

Checked<std::map<std::string, std::string>> parse_env_file(std::string_view text,
                                                           const std::string& path);

// [A-Za-z_][A-Za-z0-9_]*
bool valid_env_name(std::string_view name);

} // namespace hotreload
