// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Schemas that would be applied to one value for ever, for they lead back to themselves without
// going on to a part of it. Only compiler.cpp asks.

#include "document/schema/node.hpp"

#include <deque>
#include <functional>

namespace hotreload::document {

// A circle of references; nullptr: there is none. `dynamic` gives a node for all that a reference
// may lead to which is looked up while evaluating; nullptr: the node has none. That node has no
// `schema`.
const SchemaNode* find_circle(const std::deque<SchemaNode>& nodes,
                              const std::function<const SchemaNode*(const SchemaNode&)>& dynamic);

} // namespace hotreload::document
