// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What a scalar of YAML means. Only yaml.cpp asks.

#include "core/value.hpp"

#include <string>
#include <string_view>

namespace hotreload::document {

// By the core schema of YAML 1.2. A plain word that readers of YAML 1.1 (PyYAML, Go's yaml.v2 and
// many more) take for something else (yes, 0777, 1:30, 2024-01-01) is Opaque: nobody knows here
// which of them the service uses, and so it differs from all that it could mean.
Value::Data plain_scalar(std::string_view text);

// Of a scalar with a tag: "!" is a quoted one, "?" a plain one, all others are written there.
Value::Data tagged_scalar(std::string_view tag, std::string_view text);

// "!!set" for "tag:yaml.org,2002:set": as people write it.
std::string short_tag(std::string_view tag);

// A key that is no string, as a string.
std::string key_text(const Value::Data& scalar);

} // namespace hotreload::document
