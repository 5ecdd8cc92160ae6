// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// How the daemon reads a project file: what has ended it before is not read again.

#include "config/project_file.hpp"
#include "state/deaths.hpp"

#include <string>
#include <vector>

namespace hotreload::daemon {

// What tells a file from itself before a change; "" for one that is not there.
std::string file_stamp(const std::string& path);

// As load_project() does; but what has ended this daemon before is a problem, and is not read again
// until the file changes.
Checked<ProjectDefinition> load_noted(state::Deaths& deaths, const std::string& path,
                                      std::vector<std::string>* sources = nullptr);

} // namespace hotreload::daemon
