// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Documents and patches as JSON text, for the bus and for people. What JSON has no type for is
// told as a string; so is a number that is not finite.

#include "core/patch.hpp"

#include <string>

namespace hotreload {

std::string to_json(const Value& value);

// RFC 6902, with a member "old" for what was there: [{"op":"replace","path":"/log/level",
// "value":"debug","old":"info"}]
std::string to_json(const Patch& patch);

} // namespace hotreload
