// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A document as jsoncons has it. Only schema.cpp asks.

#include "core/value.hpp"

#include <jsoncons/json.hpp>

namespace hotreload::document {

jsoncons::json to_jsoncons(const Value& value);

} // namespace hotreload::document
