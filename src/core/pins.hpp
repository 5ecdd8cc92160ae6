// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Pinned watches: a service sees their files as they were applied, whatever is on disk. Each
// generation has a view of its own, called after its unit.

#include "core/action.hpp"

#include <vector>

namespace hotreload {

std::vector<WatchDefinition> pinned_watches(const ServiceDefinition& service);

// Of the snapshot, what one of the watches selects.
Snapshot selected_by(const Snapshot& snapshot, const std::vector<WatchDefinition>& watches);

// What the running unit is shown from now on; nothing happens where nothing is pinned. `kept` has
// contents that are not on disk any more.
Result<> repin(const ActionContext& context, const ServiceDefinition& definition,
               const Snapshot& snapshot, const Views::Kept& kept);

// The view of the generation that is started next; nothing to bind where nothing is pinned. Busy:
// the disk has moved on.
Result<std::vector<Bind>> pin_next_generation(const ActionContext& context);

} // namespace hotreload
