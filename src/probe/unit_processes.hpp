// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The processes of a unit: those of its control group and of all beneath it.

#include "core/unit_state.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace hotreload::probe {

// None: it cannot be told.
std::vector<pid_t> unit_processes(const std::string& unit, const UnitState& state);

// The unit's part of the group that its main process is in: a service may make groups of its own
// below it, and live in one of them.
std::string_view unit_group(std::string_view group, std::string_view unit);

} // namespace hotreload::probe
