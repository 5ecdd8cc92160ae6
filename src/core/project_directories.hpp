// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Where the system's instance finds project files by itself, and what is laid over them, in
// systemd's override order. Pure.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// The directories from most to least important: a file hides those of the same name further down.
// An empty file, or a link to /dev/null, only hides.
std::span<const std::string> project_file_directories();

// The directories of the drop-ins of a project file, likewise: NAME.toml.d beside each place where
// NAME.toml could be. None for a file that is not in one of the directories above.
std::vector<std::string> drop_in_directories(std::string_view project_file);

// A file of that path is, or would be, such a drop-in.
bool is_drop_in(std::string_view path, std::string_view project_file);

} // namespace hotreload
