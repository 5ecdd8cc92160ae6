// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What a watched document on disk is against the one that was applied: made by daemon/, which has
// the contents and the parsers, and planned with here.

#include "base/error.hpp"
#include "core/key_path.hpp"

#include <string>
#include <vector>

namespace hotreload {

// One operation of the patch: how it is shown, and every key that it touches.
struct KeyDifference {
    std::string operation; // "add", "remove", "replace"
    KeyPath path;
    std::string before; // JSON text, secrets masked, shortened when long; "" for add
    std::string after;  // "" for remove
    std::vector<KeyPath> leaves;

    bool operator==(const KeyDifference&) const = default;
};

struct DocumentState {
    std::vector<Problem> problems; // why it cannot be applied: syntax, schema
    bool compared = false;         // with what was applied; false where that is not known
    std::vector<KeyDifference> differences;

    bool operator==(const DocumentState&) const = default;
};

} // namespace hotreload
