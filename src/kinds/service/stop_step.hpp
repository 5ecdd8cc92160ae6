// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A stop that somebody asked for: until the service is started again, whatever its files do. It
// stands by itself: where it fails, that is told, and the others are stopped all the same.

#include "core/record_step.hpp"

#include <optional>

namespace hotreload::service {

class StopStep final : public RecordStep {
public:
    StopStep(StepInput input, StepHost& host, const KindPorts& ports);

    // Cut short, it is finished by the next run of the daemon.
    void reserve() override;
    Task<std::optional<Problem>> apply() override;
    MemberOutcome commit() override;
    [[nodiscard]] bool is_done_for_good() const override { return true; }

private:
    const KindPorts& ports_;
    std::optional<Problem> failure_;
};

} // namespace hotreload::service
