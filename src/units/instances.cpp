// SPDX-License-Identifier: LGPL-2.1-or-later
// All instances of a template as one unit. Those that run are acted on one after another: the
// others serve meanwhile, and what fails has not reached all of them. No instance is referred to,
// so that the manager forgets one that has ended, as it would without us.
#include "core/instances.hpp"

#include "units/judge.hpp"
#include "units/systemd_units.hpp"

#include <algorithm>

namespace hotreload::units {

namespace {

// The backslashes of an escaped name are none of a pattern's.
std::string literal_glob(std::string_view text) {
    std::string glob;
    for (const char each : text) {
        if (each == '\\')
            glob += '\\';
        glob += each;
    }
    return glob;
}

} // namespace

// A template runs while one of its instances does; what can be done to it is what can be done to
// each.
UnitState SystemdUnits::state_of_instances(const std::string& pattern) const {
    const auto known = instances_.find(pattern);
    if (known == instances_.end())
        return {};
    const auto& units = known->second.units;
    const bool all_read = std::ranges::all_of(units, [this](const auto& unit) {
        const auto* followed = find(unit);
        return !followed || followed->known;
    });
    // An instance that is being read may be the one that runs.
    if (!all_read && known->second.told.loaded())
        return known->second.told;
    UnitState whole;
    for (const auto& unit : units) {
        if (!find_known(unit))
            continue;
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
    listen_to_new_jobs();
    ++instances_[pattern].follows;
    if (auto found = co_await find_instances(pattern); !found)
        co_return std::unexpected(std::move(found.error()));
    co_return state(pattern);
}

// New jobs are listened to only when somebody wants to know: the manager makes jobs all the time.
// No instance comes to run without one. That a unit is new (UnitNew) says less: a caller who asks
// about a unit that does not run has the manager load it, which is such news, and forget it at
// once; answered by asking again, that would go on for ever.
void SystemdUnits::listen_to_new_jobs() {
    if (std::exchange(hears_new_jobs_, true))
        return;
    std::ignore = guarded([this] { match_manager("JobNew", &SystemdUnits::on_job_new); });
}

Task<Result<>> SystemdUnits::find_instances(std::string pattern) {
    const auto star = pattern.find('*');
    const auto listed = co_await list(literal_glob(pattern.substr(0, star)) + "*" +
                                      literal_glob(pattern.substr(star + 1)));
    if (!listed)
        co_return std::unexpected(listed.error());
    for (const auto& unit : *listed)
        co_await take_up_instance(pattern, unit);
    co_return Result<>();
}

// Ends when it has been read, whoever else reads it already.
Task<> SystemdUnits::take_up_instance(std::string pattern, std::string unit) {
    const auto known = instances_.find(pattern);
    if (known == instances_.end() || !is_instance_of(unit, pattern))
        co_return;
    known->second.units.insert(unit);
    if (!find(unit))
        enter(unit).instance = true;
    if (!find_known(unit))
        if (const auto read = co_await read_all(unit); !read)
            drop_instance(unit);
    tell_of_instances(pattern);
}

void SystemdUnits::on_job_new(sdbus::Message& signal) {
    std::uint32_t id = 0;
    sdbus::ObjectPath job;
    std::string unit;
    signal >> id >> job >> unit;
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
    const auto* followed = find(unit);
    if (!followed || !followed->instance)
        return;
    const bool rightly =
        followed->facts.state.end == UnitEnd::Others || followed->facts.type == "oneshot";
    leave(unit);
    std::vector<std::string> concerned;
    for (auto& [pattern, instances] : instances_) {
        if (rightly)
            instances.acted.erase(unit);
        if (instances.units.erase(unit) > 0)
            concerned.push_back(pattern);
    }
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

Task<Result<>> SystemdUnits::each_running(std::string pattern, Act act) {
    // The manager is asked now: a signal may be on its way.
    if (auto found = co_await find_instances(pattern); !found)
        co_return found;
    const auto known = instances_.find(pattern);
    if (known == instances_.end())
        co_return Result<>();
    remember_fallen(known->second);
    auto units = known->second.units;
    units.insert(known->second.fallen.begin(), known->second.fallen.end());
    for (const auto& unit : units) {
        const bool runs = state(unit).running();
        const auto before = instances_.find(pattern);
        const bool fell = before != instances_.end() && before->second.fallen.erase(unit) > 0 &&
                          !state(unit).stopped_by_others();
        if (!runs && !fell)
            continue;
        auto acting = runs ? act(unit) : start_unit(unit);
        auto done = co_await std::move(acting);
        if (const auto still = instances_.find(pattern); still != instances_.end()) {
            auto& [ignored, instances] = *still;
            if (done)
                instances.acted.insert(unit);
            else if (!state(unit).running() && !state(unit).stopped_by_others())
                instances.fallen.insert(unit);
        }
        if (!done)
            co_return done;
    }
    co_return Result<>();
}

// Starts the instances that fell of what we did and, when none runs, those that we stopped last.
Task<Result<>> SystemdUnits::start_instances(std::string pattern) {
    // The manager is asked now: a signal may be on its way that says who stopped them.
    if (auto found = co_await find_instances(pattern); !found)
        co_return found;
    const bool runs = state(pattern).running();
    std::set<std::string> units;
    if (const auto known = instances_.find(pattern); known != instances_.end()) {
        remember_fallen(known->second);
        units = known->second.fallen;
        if (!runs)
            units.insert(known->second.stopped.begin(), known->second.stopped.end());
    }
    if (units.empty() && !runs)
        co_return fail(ErrorCode::NotFound,
                       "no instance of " + pattern +
                           " is known that could be started: start one with systemctl");
    for (const auto& unit : units) {
        if (auto started = co_await start_unit(unit); !started)
            co_return started;
        if (const auto known = instances_.find(pattern); known != instances_.end()) {
            known->second.fallen.erase(unit);
            known->second.stopped.erase(unit); // else one that somebody stops later is started, too
            known->second.acted.insert(unit);
        }
    }
    co_return Result<>();
}

Task<Result<>> SystemdUnits::stop_instances(std::string pattern) {
    if (const auto known = instances_.find(pattern); known != instances_.end()) {
        auto& instances = known->second;
        remember_fallen(instances);
        instances.stopped = std::exchange(instances.fallen, {});
        for (const auto& unit : instances.units)
            if (state(unit).running())
                instances.stopped.insert(unit);
    }
    auto stopped =
        co_await each_running(pattern, [this](std::string unit) { return stop_unit(unit); });
    if (const auto known = instances_.find(pattern); known != instances_.end()) {
        known->second.acted.clear();
        known->second.fallen.clear();
    }
    co_return stopped;
}

std::vector<std::string> SystemdUnits::fallen_of(const Instances& instances) const {
    std::vector<std::string> fallen;
    for (const auto& unit : instances.acted) {
        const auto now = state(unit);
        const auto* followed = find(unit);
        const bool done = followed && finished(followed->facts);
        if (!now.running() && !now.stopped_by_others() && !done)
            fallen.push_back(unit);
    }
    return fallen;
}

// Those that fell after the proof of what was done to them, or without one, fell of it, too.
void SystemdUnits::remember_fallen(Instances& instances) const {
    const auto fallen = fallen_of(instances);
    instances.fallen.insert(fallen.begin(), fallen.end());
    instances.acted.clear();
}

Task<Result<>> SystemdUnits::instances_stay_active(std::string pattern, Duration time) {
    std::vector<Task<Result<>>> staying;
    if (const auto known = instances_.find(pattern); known != instances_.end()) {
        auto& instances = known->second;
        // The first ones may have died of it while the last ones had their turn.
        if (const auto fallen = fallen_of(instances); !fallen.empty()) {
            instances.fallen.insert(fallen.begin(), fallen.end());
            const auto& first = fallen.front();
            co_return fail(ErrorCode::Failed,
                           first + ": " +
                               (find(first) ? describe_failure(state(first)) : "it has ended"));
        }
        for (const auto& unit : instances.units)
            if (state(unit).running())
                staying.push_back(stays_active(unit, time, std::nullopt));
    }
    if (staying.empty())
        co_return fail(ErrorCode::Failed, "no instance of " + pattern + " is running");
    const auto results = co_await when_all(std::move(staying));
    if (const auto known = instances_.find(pattern); known != instances_.end()) {
        const auto fallen = fallen_of(known->second);
        known->second.fallen.insert(fallen.begin(), fallen.end());
    }
    for (const auto& result : results)
        if (!result)
            co_return result;
    co_return Result<>();
}

} // namespace hotreload::units
