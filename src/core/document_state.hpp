// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// DocumentState is what a watched document on disk is against the applied one. hotreload-worker,
// which has the parsers, makes it; plans are made with it.

#include "base/error.hpp"
#include "core/key_path.hpp"
#include "core/patch.hpp"

#include <string>
#include <vector>

namespace hotreload {

// KeyDifference is one operation of the patch: how it is shown, and every key that it touches.
struct KeyDifference {
    PatchOperation::Kind operation = PatchOperation::Kind::Replace;
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
