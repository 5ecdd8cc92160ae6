// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The built-in exclude list: what editors, package managers and version control leave lying
// about for a moment. Such names are dropped when an event is decoded, unless a pattern names
// them without wildcards. watch/ goes by it, and so does what copies or writes watched files.

#include <string_view>

namespace hotreload {

// A file that is not meant for the program that reads the directory ("4913", ".f.swp", "f~").
bool is_dropping(std::string_view name);

// A directory that is never descended into (".git").
bool is_private_directory(std::string_view name);

} // namespace hotreload
