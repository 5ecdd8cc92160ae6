// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Durations as systemd writes them ("250ms", "1min 30s", "infinity"), see systemd.time(7).

#include "base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace hotreload {

using Duration = std::chrono::microseconds;

inline constexpr Duration kInfinity = Duration::max();

// A bare number counts seconds. Errors: Invalid, with the units that there are.
Result<Duration> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back, at most two units ("1min 30s").
std::string format_duration(Duration duration);

} // namespace hotreload
