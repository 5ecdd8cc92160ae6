// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A plan checked as a reload would check it, with nothing applied, recorded or told: what "plan"
// and "reload --dry-run" say of it. Needs nobody but its arguments, for it may outlive its project.

#include "core/transaction.hpp"

#include <optional>

namespace hotreload {

// The plan with the refusals of its services, the checks of all of them side by side. nullopt: a
// file is not any more what was looked at: look again.
Task<std::optional<Plan>> rehearse(TransactionInput input, Plan plan, Means means,
                                   const ValidationHost& host);

} // namespace hotreload
