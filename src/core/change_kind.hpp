// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// ChangeKind is what became of what a change is about.

#include "base/words.hpp"

namespace hotreload {

enum class ChangeKind {
    Definition, // of a service: a field of it is another one
    Created,    // a file
    Modified,
    Deleted,
    Renamed,   // it has another name and holds what it held
    Rewritten, // a document, and it means the same
};

template <>
inline constexpr auto kWordsOf<ChangeKind> = words<ChangeKind>({
    {ChangeKind::Definition, "definition"},
    {ChangeKind::Created, "created"},
    {ChangeKind::Modified, "modified"},
    {ChangeKind::Deleted, "deleted"},
    {ChangeKind::Renamed, "renamed"},
    {ChangeKind::Rewritten, "rewritten"},
});

} // namespace hotreload
