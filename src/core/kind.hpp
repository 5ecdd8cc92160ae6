// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A kind of things that are kept in step with their files. A kind makes the steps that a
// transaction orders; nobody else knows what they act on.

#include "core/plan.hpp"
#include "core/reload_id.hpp"
#include "core/service_host.hpp"
#include "core/step.hpp"

#include <memory>
#include <string>

namespace hotreload {

struct StepInput {
    ReloadId transaction;
    std::string project;
    ServicePlan plan;
    ServiceView view; // that was planned with
};

class Kind {
public:
    virtual ~Kind() = default;

    // What does what the plan says; for a plan that is only shown, what checks it. `host` outlives
    // it.
    [[nodiscard]] virtual std::unique_ptr<Step> make_step(StepInput input,
                                                          ServiceHost& host) const = 0;
};

} // namespace hotreload
