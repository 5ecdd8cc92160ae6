// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Rules that a value breaks, in words for people, which never quote the value: it may be a secret.
// Only document/schema/ asks.

#include "core/key_path.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::document {

struct BrokenRule {
    std::string_view keyword;      // "type", or "false" for a schema that nothing meets
    const Value* rule = nullptr;   // what the schema has there
    const Value* schema = nullptr; // that the keyword stands in
    KeyPath path;
    const Value* value = nullptr; // at `path`
    bool of_a_key = false;        // "propertyNames": of a key in the object at `path`
    std::string_view because;     // "dependentRequired": the key that wants others
    bool advise = true;           // which known key is nearest to one that is not
    std::size_t most = 1;         // complaints that are wanted
};

// Mostly one; of several keys that are missing, one for each.
struct Complaint {
    const Value* at;
    std::string message;
};

std::vector<Complaint> complaints(const BrokenRule& broken);

// "x.port", or "the document".
std::string named(const KeyPath& path);

// "has to meet one of the 3 schemas of "anyOf"", for `rule` the list of them.
std::string choice_text(std::string_view keyword, const Value& rule);

// The text in `most` bytes at most, with "…" for the rest.
std::string shortened(std::string_view text, std::size_t most = 100);

} // namespace hotreload::document
