// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Time, and turns of the loop: all that the domain needs of an event loop. os::EventLoop is one;
// tests have one that is moved by hand.

#include "base/duration.hpp"
#include "base/executor.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace hotreload {

// Calls back once. Destroyed, disarmed or armed anew, the old callback never comes.
class Alarm {
public:
    virtual ~Alarm() = default;
    // `delay` from now; kInfinity: never.
    virtual void arm(Duration delay, std::move_only_function<void()> callback) = 0;
    virtual void disarm() = 0;
};

class Clock : public Executor {
public:
    // CLOCK_MONOTONIC, as of this turn of the loop.
    [[nodiscard]] virtual Duration now() const = 0;
    // CLOCK_REALTIME in microseconds.
    [[nodiscard]] virtual std::uint64_t realtime_usec() const = 0;
    [[nodiscard]] virtual std::unique_ptr<Alarm> make_alarm() = 0;
};

} // namespace hotreload
