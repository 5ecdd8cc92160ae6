// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The project files that the system instance takes up by itself, in systemd's override order.

#include <span>
#include <string>
#include <vector>

namespace hotreload {

// The directories from most to least important: a file hides those of the same name further down.
// An empty file, or a link to /dev/null, only hides.
std::span<const std::string> project_file_directories();

// The files in force, sorted by name. `directories` as above; one that is not there is empty.
std::vector<std::string> project_files(std::span<const std::string> directories);

} // namespace hotreload
