// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Debounce says when a burst of events has settled: quiet for `debounce`, and never held longer
// than `debounce_max`. Pure: time is an argument.

#include "core/selection.hpp"

#include <algorithm>
#include <optional>

namespace hotreload::watch {

class Debounce {
public:
    void event(Duration now, const Timing& timing) {
        quiet_ = std::max(quiet_.value_or(now), after(now, timing.debounce));
        latest_ = std::min(latest_.value_or(kInfinity), after(now, timing.debounce_max));
    }

    // The time at which the burst has settled; nullopt when no event is waiting.
    [[nodiscard]] std::optional<Duration> due() const {
        return quiet_ ? std::optional(std::min(*quiet_, *latest_)) : std::nullopt;
    }

    void reset() { *this = {}; }

private:
    static Duration after(Duration now, Duration delay) {
        return delay < kInfinity - now ? now + delay : kInfinity;
    }

    std::optional<Duration> quiet_;
    std::optional<Duration> latest_;
};

} // namespace hotreload::watch
