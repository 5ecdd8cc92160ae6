// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Scalars that are kept as they are written, for those who see that, and what they mean, for
// schemas and for readers of the JSON. In yaml_scalar.cpp, for the words of JSON are all words of
// YAML.

#include "core/value.hpp"

#include <optional>
#include <string_view>

namespace hotreload::document {

// `data`, or one of the three spelled types when `text`, whose meaning it is, is not how it is
// usually written.
Value::Data as_written(Value::Data data, std::string_view text);

// The number, boolean or null of the three spelled types; every other one as it is.
Value::Data plain_value(const Opaque& opaque);

// The tree with the meanings of the scalars that are kept as they are written. nullopt: it has
// none.
std::optional<Value> plain_tree(const Value& tree);

} // namespace hotreload::document
