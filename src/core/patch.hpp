// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Patch is the difference of two documents: an RFC 6902 patch that also carries the old values. Its
// operations, applied in their order, make the one document of the other, but for what RFC 6902 has
// no words for: the order of the members of an object.

#include "base/words.hpp"
#include "core/key_path.hpp"
#include "core/value.hpp"

#include <optional>
#include <vector>

namespace hotreload {

struct PatchOperation {
    enum class Kind { Add, Remove, Replace, Move };

    Kind kind = Kind::Replace;
    KeyPath path;
    std::optional<Value> before; // nullopt for Add
    std::optional<Value> after;  // nullopt for Remove; for Move what is `before`, too
    std::vector<KeyPath> past;   // for Move: what it now stands before instead of behind, or the
                                 // other way round, which is a change of these as well

    bool operator==(const PatchOperation&) const = default;
};

using Patch = std::vector<PatchOperation>;

template <>
inline constexpr auto kWordsOf<PatchOperation::Kind> = words<PatchOperation::Kind>({
    // of RFC 6902
    {PatchOperation::Kind::Add, "add"},
    {PatchOperation::Kind::Remove, "remove"},
    {PatchOperation::Kind::Replace, "replace"},
    {PatchOperation::Kind::Move, "move"},
});

// Objects are compared key by key. Of arrays, what is alike at both ends is left alone; between,
// elements are compared one by one, and what the longer one has more is added or removed. A value
// of another type (an object where a string was) is replaced as a whole. What stands elsewhere
// among the entries of an ordered document is moved, to where `path` says that it is now; where
// very much is, the document is replaced. Empty when they are equal, and only then.
Patch diff(const Value& before, const Value& after);

// The scalars that an operation touches, one by one: rules for keys are asked about them. Of an
// object that was added, its members; an empty array or object counts as a scalar; of one that
// moved, what it moved past, too.
std::vector<KeyPath> touched_leaves(const PatchOperation& operation);

} // namespace hotreload
