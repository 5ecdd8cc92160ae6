// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Which services of a plan stand and fall together: those that `after`,
// `requires` and `part_of` connect.

#include "core/plan.hpp"

#include <map>
#include <string>
#include <vector>

namespace hotreload {

// Something is done to the unit or to the record of such a service.
bool is_acted_on(Action action);

// The service gets a new process by it.
bool starts_generation(Action action);

// The service reads its files for it.
bool reads_files(Action action);

// The services that are acted on, each group in the order in which it is acted on: stops first and
// backwards, then the plan's order.
std::vector<std::vector<ServicePlan>>
group_by_dependency(const Plan& plan, const std::map<std::string, ServiceView>& views);

} // namespace hotreload
