// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Project files on disk: those that the system instance takes up by itself, in systemd's override
// order, and how one is read.

#include "config/project_file.hpp"
#include "state/deaths.hpp"

#include <span>
#include <string>
#include <vector>

namespace hotreload::daemon {

// From most to least important: a file hides those of the same name further down. An empty one, or
// a link to /dev/null, only hides.
std::span<const std::string> project_file_directories();

// The files in force, sorted by name. `directories` as above; one that is not there is empty.
std::vector<std::string> project_files(std::span<const std::string> directories);

// What tells a file from itself before a change; "" for one that is not there.
std::string file_stamp(const std::string& path);

// As load_project() does; but what has ended this daemon before is a problem, and is not read again
// until the file changes.
Checked<ProjectDefinition> load_noted(state::Deaths& deaths, const std::string& path,
                                      std::vector<std::string>* sources = nullptr);

} // namespace hotreload::daemon
