// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/service_kind.hpp"

#include "service/service_step.hpp"

namespace hotreload::service {

std::unique_ptr<Step> ServiceKind::make_step(StepInput input, ServiceHost& host) const {
    ActionContext context{.means = means_,
                          .transaction = input.transaction,
                          .project = std::move(input.project),
                          .plan = std::move(input.plan),
                          .view = std::move(input.view),
                          .unit = {},
                          .sockets = {},
                          .binds = {},
                          .shown = {}};
    return std::make_unique<ServiceStep>(std::move(context), host);
}

} // namespace hotreload::service
