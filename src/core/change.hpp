// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Changes are the differences in meaning between what is applied and what is wanted, each with the
// strategy that it asks for and why. Values that may be secret (environment) are never in them.

#include "base/error.hpp"
#include "core/change_kind.hpp"
#include "core/definition.hpp"
#include "core/document_state.hpp"
#include "core/record.hpp"
#include "core/snapshot.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload {

class WatchPatterns;

// KeyChange is an operation of a document's patch, with what it asks for.
struct KeyChange {
    PatchOperation::Kind operation = PatchOperation::Kind::Replace;
    std::string pointer; // "/log/level": RFC 6901
    std::string key;     // "log.level": as people write it
    std::string before;  // JSON text, secrets masked, shortened when it is long; "" for add
    std::string after;   // "" for remove
    Strategy strategy = Strategy::None;
    std::string reason; // "keys \"log.*\"", "on_change of its watch" …

    bool operator==(const KeyChange&) const = default;
};

struct Change {
    std::string subject; // "env.LOG_LEVEL", "properties.MemoryMax", or a file's path
    ChangeKind kind = ChangeKind::Definition;
    std::string before; // shown to people; empty for env and files
    std::string after;
    Strategy strategy = Strategy::None; // of a document, the highest of its keys'
    std::string reason;                 // the rule that asked for the strategy
    std::vector<KeyChange> keys;        // of a document that was modified
    std::size_t more_keys = 0;          // beyond those, for which the same rules decide
    std::optional<Problem> problem;     // of one that is invalid, in place of `reason`
    std::vector<std::string> lines;     // of a text, as `diff -u` has them; for inspectors
                                        // values, and asked for what differs

    bool operator==(const Change&) const = default;
};

// Every field that is set, by the name that changes carry, as it is shown to people. Values of
// secret fields are left out: their names are shown.
std::map<std::string, std::string> shown_fields(const MemberDefinition& service);

// The least strategy that puts something into effect, and why.
using Effect = std::pair<Strategy, std::string>;

// Field by field. `effect_of` says what puts a field that differs into effect: its name
// ("properties"), and the key in it ("MemoryMax", "" for a field of one value). Without it, the
// changes have no strategies.
using EffectOf = std::function<Effect(std::string_view field, const std::string& key)>;
std::vector<Change> diff_definitions(const MemberDefinition& applied,
                                     const MemberDefinition& wanted,
                                     const EffectOf& effect_of = {});

// The effect that a changed file asks for where neither its watch nor its member says it.
using Automatic = std::function<Effect(const std::string& path)>;

// File by file. A file that is missing, unreadable or half-written is no change: it is a state.
// Nor is a file that only one of the two definitions watches: it was a watch that changed.
// `documents` are those whose content differs, by path; `patterns` are those of the wanted watches,
// where somebody has parsed them.
std::vector<Change> diff_files(const MemberRecord& applied, const MemberDefinition& wanted,
                               const Snapshot& now,
                               const std::map<std::string, DocumentState>& documents,
                               const Automatic& automatic,
                               std::shared_ptr<const WatchPatterns> patterns = nullptr);

// The change is of a file, which means something else now, or is not there any more.
bool is_of_a_file(const Change& change);

// All changes are documents that were written anew and mean the same.
bool all_rewritten(const std::vector<Change>& changes);

} // namespace hotreload
