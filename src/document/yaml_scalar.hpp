// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The meaning of a scalar of YAML. Only yaml.cpp asks.

#include "core/value.hpp"

#include <string>
#include <string_view>

namespace hotreload::document {

// The value by the core schema of YAML 1.2. A plain word that readers of YAML 1.1 (PyYAML, Go's
// yaml.v2 and many more) take for something else (yes, 0777, 1:30, 2024-01-01) is Opaque: nobody
// knows here which of them the service uses, and so it differs from all that it could mean. So does
// a number, boolean or null that is not written as it usually is (1.10, 0x1F, True, ~): a reader
// that wants a string there, as Go's do for a field of that type, sees the word itself.
Value::Data plain_scalar(std::string_view text);

// The meaning of a scalar whose tag is written there.
Value::Data tagged_scalar(std::string_view tag, std::string_view text, bool plain);

// "!!set" for "tag:yaml.org,2002:set", "!<tag:x,2000:y>" for another one of the whole world: as
// people write it, always with "!" in front.
std::string short_tag(std::string_view tag);

// A key as a string: 8080 for 8080, ["a", 1] for a list.
std::string key_text(const Value& key);

} // namespace hotreload::document
