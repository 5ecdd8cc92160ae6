// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for what becomes of a unit, without a job of ours.
#include "core/instances.hpp"
#include "units/judge.hpp"
#include "units/systemd_units.hpp"

#include <algorithm>

namespace hotreload::units {

// Calls back at each change of a followed unit's facts, as long as it lives.
class SystemdUnits::Watch {
public:
    Watch(SystemdUnits& units, std::string unit, std::function<void()> tell)
        : units_(units), unit_(std::move(unit)), id_(++units.last_watcher_) {
        units_.enter(unit_).watchers.emplace(id_, std::move(tell));
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() {
        if (auto* followed = units_.find(unit_))
            followed->watchers.erase(id_);
    }

private:
    SystemdUnits& units_;
    std::string unit_;
    int id_;
};

Task<Result<>> SystemdUnits::stays_active(std::string unit, Duration time) {
    if (names_instances(unit))
        co_return co_await instances_stay_active(std::move(unit), time);
    const bool followed_by_others = find(unit) != nullptr;
    if (!followed_by_others)
        if (auto followed = co_await follow(unit); !followed)
            co_return std::unexpected(std::move(followed).error());

    const auto start = co_await facts_of(unit);
    Completion<Result<>> end(loop_);
    auto look = [this, unit, start, resolve = end.resolver()] {
        const auto* followed = find(unit);
        const auto now = followed ? followed->facts : UnitFacts();
        if (const auto why = broken(start, now))
            resolve(fail(ErrorCode::Failed, unit + ": " + *why));
        else if (finished(now))
            resolve(Result<>());
    };
    look();
    const Watch watch(*this, unit, look);
    os::Timer timer(loop_);
    if (time <= Duration::zero())
        end.resolver()(Result<>()); // counts only if nothing was found wrong
    else
        timer.arm(time, [resolve = end.resolver()] { resolve(Result<>()); });
    auto result = co_await end;
    if (!followed_by_others)
        leave(unit);
    co_return result;
}

Task<> SystemdUnits::until_started(std::string unit) {
    constexpr Duration most = std::chrono::seconds(90);
    const auto starting = [this, unit] {
        const auto* followed = find(unit);
        return followed && followed->facts.state.active_state == "activating";
    };
    if (!starting())
        co_return;
    Completion<bool> over(loop_);
    const Watch watch(*this, unit, [starting, resolve = over.resolver()] {
        if (!starting())
            resolve(true);
    });
    os::Timer timer(loop_);
    timer.arm(std::min(find(unit)->facts.start_timeout, most),
              [resolve = over.resolver()] { resolve(false); });
    co_await over;
}

} // namespace hotreload::units
