// SPDX-License-Identifier: LGPL-2.1-or-later
// All instances of a template as one unit. Those that run are acted on one after another: the
// others serve meanwhile, and what fails has not reached all of them. No instance is referred to,
// so that the manager forgets one that has ended, as it would without us.
#include "core/instances.hpp"

#include "units/systemd_units.hpp"

#include <algorithm>

namespace hotreload::units {

// While one instance runs the whole does; what can be done to it is what can be done to each.
UnitState SystemdUnits::state_of_instances(const std::string& pattern) const {
    const auto known = instances_.find(pattern);
    if (known == instances_.end())
        return {};
    UnitState whole;
    for (const auto& unit : known->second.units) {
        const auto one = state(unit);
        const bool better = (one.running() && !whole.running()) ||
                            (one.failed() && !whole.running() && !whole.failed()) ||
                            (one.loaded() && !whole.loaded());
        const bool can_reload = whole.running() && one.running()
                                    ? whole.can_reload && one.can_reload
                                    : (better ? one : whole).can_reload;
        if (better)
            whole = one;
        whole.can_reload = can_reload;
    }
    whole.id = pattern;
    if (!whole.loaded()) { // none is there now, which is no fault of the template's
        whole.load_state = "loaded";
        whole.active_state = "inactive";
    }
    return whole;
}

Task<Result<UnitState>> SystemdUnits::follow_instances(std::string pattern) {
    listen_to_new_units();
    ++instances_[pattern].follows;
    if (auto found = co_await find_instances(pattern); !found)
        co_return std::unexpected(std::move(found.error()));
    co_return state(pattern);
}

// Only while somebody wants to know: the manager makes units all the time.
void SystemdUnits::listen_to_new_units() {
    if (std::exchange(hears_new_units_, true))
        return;
    std::ignore = guarded([this] { match_manager("UnitNew", &SystemdUnits::on_unit_new); });
}

Task<Result<>> SystemdUnits::find_instances(std::string pattern) {
    const auto listed = co_await list(pattern);
    if (!listed)
        co_return std::unexpected(listed.error());
    for (const auto& unit : *listed)
        co_await take_up_instance(pattern, unit);
    co_return Result<>();
}

Task<> SystemdUnits::take_up_instance(std::string pattern, std::string unit) {
    const auto known = instances_.find(pattern);
    if (known == instances_.end() || !is_instance_of(unit, pattern) ||
        !known->second.units.insert(unit).second)
        co_return;
    const bool followed_already = find(unit) != nullptr;
    if (!followed_already) {
        enter(unit).instance = true;
        std::ignore = co_await read_all(unit);
    }
    tell_of_instances(pattern);
}

void SystemdUnits::on_unit_new(sdbus::Message& signal) {
    std::string unit;
    signal >> unit;
    std::vector<std::string> concerned;
    for (const auto& [pattern, unused] : instances_)
        if (is_instance_of(unit, pattern))
            concerned.push_back(pattern);
    for (const auto& pattern : concerned)
        scope_.spawn(take_up_instance(pattern, unit));
}

void SystemdUnits::unfollow_instances(const std::string& pattern) {
    const auto known = instances_.find(pattern);
    if (known == instances_.end() || --known->second.follows > 0)
        return;
    const auto gone = instances_.extract(known);
    for (const auto& unit : gone.mapped().units)
        if (const auto* followed = find(unit); followed && followed->instance)
            leave(unit);
}

bool SystemdUnits::is_followed_as_instance(Followed& followed) const {
    followed.instance = std::ranges::any_of(
        instances_, [&](const auto& each) { return each.second.units.contains(followed.unit); });
    return followed.instance;
}

// The manager has forgotten one that nobody else follows.
void SystemdUnits::drop_instance(const std::string& unit) {
    if (const auto* followed = find(unit); !followed || !followed->instance)
        return;
    leave(unit);
    std::vector<std::string> concerned;
    for (auto& [pattern, instances] : instances_)
        if (instances.units.erase(unit) > 0)
            concerned.push_back(pattern);
    for (const auto& pattern : concerned)
        tell_of_instances(pattern);
}

void SystemdUnits::instance_changed(const std::string& unit) {
    std::vector<std::string> concerned;
    for (const auto& [pattern, instances] : instances_)
        if (instances.units.contains(unit))
            concerned.push_back(pattern);
    for (const auto& pattern : concerned)
        tell_of_instances(pattern);
}

void SystemdUnits::tell_of_instances(const std::string& pattern) {
    const auto known = instances_.find(pattern);
    auto now = state(pattern);
    if (known == instances_.end() || known->second.told == now)
        return;
    known->second.told = now;
    if (on_change)
        on_change(pattern, now);
}

Task<Result<>> SystemdUnits::each_running(std::string pattern,
                                          std::function<Task<Result<>>(std::string)> act) {
    // What the manager says now: a signal may be on its way.
    if (auto found = co_await find_instances(pattern); !found)
        co_return found;
    const auto known = instances_.find(pattern);
    const auto units = known == instances_.end() ? std::set<std::string>() : known->second.units;
    for (const auto& unit : units)
        if (state(unit).running())
            if (auto done = co_await act(unit); !done)
                co_return done;
    co_return Result<>();
}

// Those that were stopped by us last.
Task<Result<>> SystemdUnits::start_instances(std::string pattern) {
    const auto known = instances_.find(pattern);
    const auto units = known == instances_.end() ? std::set<std::string>() : known->second.stopped;
    if (units.empty() && !state(pattern).running())
        co_return fail(ErrorCode::NotFound,
                       "no instance of " + pattern +
                           " is known that could be started: start one with systemctl");
    for (const auto& unit : units)
        if (auto started = co_await start_unit(unit); !started)
            co_return started;
    co_return Result<>();
}

Task<Result<>> SystemdUnits::stop_instances(std::string pattern) {
    if (const auto known = instances_.find(pattern); known != instances_.end()) {
        known->second.stopped.clear();
        for (const auto& unit : known->second.units)
            if (state(unit).running())
                known->second.stopped.insert(unit);
    }
    return each_running(std::move(pattern), [this](std::string unit) { return stop_unit(unit); });
}

Task<Result<>> SystemdUnits::instances_stay_active(std::string pattern, Duration time) {
    std::vector<Task<Result<>>> staying;
    if (const auto known = instances_.find(pattern); known != instances_.end())
        for (const auto& unit : known->second.units)
            if (state(unit).running())
                staying.push_back(stays_active(unit, time, std::nullopt));
    if (staying.empty())
        co_return fail(ErrorCode::Failed, "no instance of " + pattern + " is running");
    for (auto& result : co_await when_all(std::move(staying)))
        if (!result)
            co_return std::move(result);
    co_return Result<>();
}

} // namespace hotreload::units
