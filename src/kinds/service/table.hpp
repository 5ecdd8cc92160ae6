// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Every action that touches a unit, one file each. A new one is its file, its handler here, its
// row in table.cpp and its paragraph in hotreload.toml(5).

#include "kinds/service/action.hpp"

namespace hotreload::service {

extern const ActionHandler& live;    // live.cpp
extern const ActionHandler& reload;  // reload.cpp
extern const ActionHandler& swap;    // swap.cpp
extern const ActionHandler& restart; // restart.cpp
extern const ActionHandler& start;   // start.cpp
extern const ActionHandler& stop;    // stop.cpp

// nullptr for an action that touches no unit.
const ActionHandler* handler_for(Action action);

// Sets what can be set on the running unit to the wanted values, or back: also a part of reload.
enum class Towards { Wanted, Applied };
Task<Result<>> set_live_properties(ActionContext& context, Towards towards);

// Starts the wanted definition as the next generation's unit: a part of swap, restart and start.
Task<Result<>> start_next_generation(ActionContext& context);

// Starts what is on record again, in its own unit: also a part of undoing.
Task<Result<>> start_applied_generation(ActionContext& context);

} // namespace hotreload::service
