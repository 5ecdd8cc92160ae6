// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What a value breaks, in words for people. jsoncons' own words quote the value, which may be a
// secret, and do not say what would be right. Only schema.cpp asks.

#include "core/key_path.hpp"
#include "core/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hotreload::document {

struct BrokenRule {
    std::string_view keyword;      // "type", or "false" for a schema that nothing meets
    const Value* rule = nullptr;   // what the schema has there; nullptr: not known
    const Value* schema = nullptr; // that the keyword stands in
    KeyPath path;
    const Value* value = nullptr;  // at `path`
    const Value* parent = nullptr; // and what that is in
    bool of_a_key = false;         // "propertyNames": of a key in the object at `path`
};

// Mostly one; of several keys that are missing or not known, one for each.
struct Complaint {
    const Value* at;
    std::string message;
};

std::vector<Complaint> complaints(const BrokenRule& broken);

} // namespace hotreload::document
