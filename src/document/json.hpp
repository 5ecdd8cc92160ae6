// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Documents and patches as JSON text, for the bus and for people. What JSON has no type for is
// told as a string, without its tag; so is a number that is not finite. What an array or object has
// beside its members (document/mark.hpp) is left out, and told only where it is what a patch adds
// or removes.

#include "core/patch.hpp"

#include <string>

namespace hotreload {

std::string to_json(const Value& value);

// Sides are the old and the new value as JSON; "" for a side that is not there. A scalar that is
// only written in another way is shown as it is written, as a string: "1.10" and 1.1. One that
// differs only in what it is has that with it, too: "!x foo" and "!y foo", "yes (yaml)" and "yes".
struct Sides {
    std::string before;
    std::string after;
};

Sides sides_of(const PatchOperation& operation);

// RFC 6902, with a member "old" for what was there: [{"op":"replace","path":"/log/level",
// "value":"debug","old":"info"}]
std::string to_json(const Patch& patch);

} // namespace hotreload
