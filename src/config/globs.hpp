// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The paths and patterns of a project file, made absolute and checked where they stand. Only for
// config/.

#include "config/reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// A path, absolute; nothing after a problem.
std::optional<std::string> read_path(Reading& reading, const std::string& key,
                                     const std::string& path);

// The pattern as an absolute one. nullopt: it had a problem, which was reported. `anywhere`: "**/"
// at its beginning stays.
std::optional<std::string> read_glob(Reading& reading, const std::string& key,
                                     const std::string& pattern, bool anywhere);

void read_globs(Reading& reading, const Entry& entry, bool anywhere,
                std::vector<std::string>& globs);

} // namespace hotreload
