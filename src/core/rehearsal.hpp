// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A plan checked as a reload would check it, with nothing applied, recorded or told: what "plan"
// and "reload --dry-run" say of it. It may outlive its project.

#include "core/step.hpp"
#include "core/step_host.hpp"

#include <optional>

namespace hotreload {

// Answers the plan with the refusals of its services, the checks of all steps side by side.
// nullopt: a file is not any more what was looked at: look again.
Task<std::optional<Plan>> rehearse(Plan plan, Steps steps, const StepHost& host);

} // namespace hotreload
