// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Kept generations as people read them: the daemon's JSON in, lines out. Pure.

#include "ctl/json.hpp"
#include "ctl/output.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ctl {

// A table for each service, the newest first, with what each changed.
std::vector<Line> show_history(const Json& history, std::uint64_t now_usec,
                               const std::string& directory);

std::vector<Line> show_difference(const Json& difference, const std::string& directory);

} // namespace hotreload::ctl
