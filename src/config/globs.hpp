// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The patterns of a project file, made absolute and checked where they stand. Only for config/.

#include "config/reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// One pattern, absolute; nothing after a problem. `anywhere`: "**/" at its beginning stays.
std::optional<std::string> read_glob(Reading& reading, const std::string& key,
                                     const std::string& pattern, bool anywhere);

void read_globs(Reading& reading, const Entry& entry, bool anywhere,
                std::vector<std::string>& globs);

} // namespace hotreload
