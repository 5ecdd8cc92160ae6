// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// `plan` and `reload --dry-run`: what a reload of the targets would do.

#include "ctl/session.hpp"

#include <string>
#include <vector>

namespace hotreload::ctl {

Answer<ExitStatus> print_plans(Session& session, const std::vector<std::string>& words,
                               const PlanRequest& wanted);

} // namespace hotreload::ctl
