// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The project files that the system's instance takes up by itself, and the drop-ins of one, in
// systemd's override order.

#include "core/project_directories.hpp"

#include <span>
#include <string>
#include <vector>

namespace hotreload {

// The files *.toml in force, sorted by name; hidden ones are none. `directories` are those of
// project files or of drop-ins, from most to least important; one that is not there is empty.
std::vector<std::string> project_files(std::span<const std::string> directories);

} // namespace hotreload
