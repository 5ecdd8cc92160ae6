// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A schema as it is written → nodes that can be evaluated. Only schema.cpp asks.

#include "document/schema/node.hpp"

#include <memory>

namespace hotreload::document {

// Throws Failure, with the place in the schema: a keyword that is not what its draft wants; a
// pattern that is no regular expression; a reference that leads out of the schema (and to none of
// the drafts), or in a circle; a schema that is too much work to read.
std::unique_ptr<const CompiledSchema> compile_schema(const Value& schema);

} // namespace hotreload::document
