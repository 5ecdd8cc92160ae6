// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Problems as D-Bus has them: a(suus), file, line, column, message.

#include "base/error.hpp"

#include <sdbus-c++/Types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ipc {

using ProblemList =
    std::vector<sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string>>;

// The problems as `reader` may see them.
ProblemList to_bus(const std::vector<Problem>& problems, Audience reader);

} // namespace hotreload::ipc
