// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Pinned watches: a service sees their files as they were applied, whatever is on disk. Each
// generation of a program of the project has a view of its own, called after its unit. An installed
// unit keeps one (MemberRecord::view) until other watches of it are pinned: a view is bound when a
// process starts, and what it shows can change under it.

#include "kinds/service/action.hpp"

#include <vector>

namespace hotreload::service {

// The part of the snapshot that one of the watches selects.
Snapshot selected_by(const Snapshot& snapshot, const std::vector<WatchDefinition>& watches);

// What the service reads is as it was applied again when its action is undone: files are pinned by
// what is wanted or by what is applied, or were handed over, and are taken back.
bool files_go_back(const ActionContext& context);

// Makes the view that the next process needs, and sets `binds` and `shown`. Nobody sees it yet.
// `kept` has contents that are not on disk any more. Errors as of Views::make.
Task<Result<>> prepare_pins(ActionContext& context, Views::Kept kept);

// Shows the wanted files, before the action, to what runs, and what was prepared to the next
// process of an installed unit. A unit that is let go of reads what is on disk: in a new process,
// the only one that can.
Task<Result<>> show_wanted(ActionContext& context, Views::Kept kept);

// Shows the applied files again, after a failure and before the action is undone.
Task<Result<>> show_applied(ActionContext& context, Views::Kept kept);

} // namespace hotreload::service
