// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Services: programs of a project that run as units of ours, and installed units.

#include "core/kind.hpp"
#include "service/action.hpp"

#include <utility>

namespace hotreload::service {

class ServiceKind final : public Kind {
public:
    explicit ServiceKind(Means means) : means_(std::move(means)) {}

    [[nodiscard]] std::unique_ptr<Step> make_step(StepInput input,
                                                  ServiceHost& host) const override;

private:
    Means means_;
};

} // namespace hotreload::service
