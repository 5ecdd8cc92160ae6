// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// DocumentState is what a watched document on disk is against the applied one. hotreload-worker,
// which has the parsers, makes it; plans are made with it.

#include "base/error.hpp"
#include "core/key_path.hpp"
#include "core/patch.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hotreload {

// KeyDifference is one operation of the patch: how it is shown, and what rules for keys are asked
// about.
struct KeyDifference {
    PatchOperation::Kind operation = PatchOperation::Kind::Replace;
    KeyPath path;
    std::string before;          // JSON text, secrets masked, shortened when long; "" for add
    std::string after;           // "" for remove
    std::vector<KeyPath> leaves; // of the keys that it touches, one for each rule that decides

    bool operator==(const KeyDifference&) const = default;
};

// About what it takes, in a message and in memory: bytes.
std::size_t size_of(const KeyDifference& difference);

// The room for what is told of one member's documents, or of a published one: about a thousand
// keys.
inline constexpr std::size_t kRoomForDifferences = std::size_t{256} << 10;

struct DocumentState {
    std::vector<Problem> problems; // why it cannot be applied: syntax, schema
    bool compared = false;         // with what was applied; false where that is not known
    // Those for which there was room, and one at least for each rule that any of them asks for; and
    // how many more there are.
    std::vector<KeyDifference> differences;
    std::size_t more = 0;

    bool operator==(const DocumentState&) const = default;
};

} // namespace hotreload
