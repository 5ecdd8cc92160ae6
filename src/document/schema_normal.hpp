// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A schema as jsoncons understands it better. Only schema.cpp asks.

#include "core/value.hpp"

namespace hotreload::document {

// The same rules, in other words:
// - "definitions", the word for "$defs" before 2019-09 that many still write: jsoncons does not
// find
//   what is in it with later drafts;
// - "additionalProperties" with a schema, of which jsoncons only says that it is not met: the same
//   as a pattern that all other keys match.
Value normalized(Value schema);

} // namespace hotreload::document
