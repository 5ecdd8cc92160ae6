// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The checks between a diff and an action: systemd's own of `properties`, and the service's
// `validate` command. Nothing is touched before they pass.

#include "base/task.hpp"
#include "core/step.hpp"
#include "core/step_host.hpp"
#include "kinds/service/action.hpp"

#include <optional>
#include <string>

namespace hotreload::service {

Task<Verdict> validate_service(const ActionContext& context, const StepHost& host);

} // namespace hotreload::service
