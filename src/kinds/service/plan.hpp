// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The plan for a service that is wanted: pure.

#include "core/plan.hpp"

#include <string>

namespace hotreload::service {

MemberPlan plan_service(const std::string& name, const MemberView& view,
                        const PlanOptions& options);

} // namespace hotreload::service
