// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The changes from what is applied of a service to what is wanted, with what puts them into effect:
// pure.

#include "core/change.hpp"
#include "core/plan.hpp"

#include <string>
#include <vector>

namespace hotreload::service {

// The changes of a view that has a record and a wanted definition.
std::vector<Change> changes_of(const MemberView& view);

// The same from what is on record to what the view wants, of definitions alone or of files alone.
std::vector<Change> definition_changes(const MemberDefinition& applied,
                                       const MemberDefinition& wanted);
std::vector<Change> file_changes(const MemberRecord& applied, const MemberView& view,
                                 const std::map<std::string, DocumentState>& documents);

// The effect that a changed file asks for where nothing was said. `service` outlives it.
Automatic automatic_strategy(const MemberDefinition& service, const UnitState& unit);

// The next generation can start beside the present one: it is handed its sockets, and shows when it
// is ready.
bool can_swap(const MemberDefinition& service);

// The wanted ports that can only be opened when applied ones have been closed ("8080" and
// "127.0.0.1:8080"), by address: the present generation has to end first.
std::vector<std::string> ports_in_place_of(const MemberDefinition& applied,
                                           const MemberDefinition& wanted);

// A service can put a file's new content into effect without losing its process.
bool can_reload(const MemberDefinition& service, bool unit_can_reload);

} // namespace hotreload::service
