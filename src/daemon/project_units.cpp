// SPDX-License-Identifier: LGPL-2.1-or-later
// The installed units that services are attached to: followed as long as the project file or the
// record names them, and acted on only when nothing speaks against it.
#include "core/installed_units.hpp"
#include "core/instances.hpp"
#include "daemon/project.hpp"

#include <unistd.h>

#include <algorithm>
#include <format>

namespace hotreload::daemon {

// Follows what is new, and lets go of what nothing names any more.
void Project::hold_units(const std::string& service) {
    auto& slot = slots_[service];
    std::set<std::string> units;
    if (const auto* definition = wanted(service); definition && definition->attached())
        units.insert(definition->unit);
    if (const auto record = record_.services.find(service);
        record != record_.services.end() && record->second.definition.attached())
        units.insert(record->second.unit);
    const auto before = std::exchange(slot.following, units);
    for (const auto& unit : before)
        if (!units.contains(unit)) {
            around_.units.unfollow(unit);
            slot.known.erase(unit);
        }
    around_.attachments.keep_only({record_.name, service}, units);
    for (const auto& unit : units)
        if (!before.contains(unit))
            tasks_.spawn(get_to_know(service, unit));
}

// An installed unit that is new to the project: nothing is decided before its state is known.
Task<> Project::get_to_know(std::string service, std::string unit) {
    busy_.insert(service);
    co_await follow(unit);
    co_await look_for_unit(service, unit);
    busy_.erase(busy_.find(service));
    const auto slot = slots_.find(service);
    if (slot == slots_.end())
        co_return;
    if (slot->second.following.contains(unit))
        slot->second.known.insert(unit);
    look_who_is_barred(service);
    tell(service);
    pump_soon();
}

// What somebody may have meant by a unit that is not there: the manager knows what is installed.
Task<> Project::look_for_unit(std::string service, std::string unit) {
    std::string why;
    if (around_.units.state(unit).load_state == "not-found" || names_instances(unit)) {
        const auto installed = co_await around_.units.installed(std::string(unit_suffix(unit)));
        if (installed && !is_installed(unit, *installed))
            why = no_such_unit(unit, *installed, ::geteuid() != 0);
    }
    if (const auto slot = slots_.find(service);
        slot != slots_.end() && slot->second.following.contains(unit))
        slot->second.no_such_unit = std::move(why);
}

std::optional<Problem> Project::barred(const std::string& service) const {
    const auto* definition = wanted(service);
    const auto slot = slots_.find(service);
    if (!definition || !definition->attached() || slot == slots_.end() ||
        !slot->second.known.contains(definition->unit))
        return std::nullopt;
    const auto key = "services." + service + ".unit";
    const auto& unit = definition->unit;
    if (const auto rival = around_.attachments.rival(unit, {record_.name, service}))
        return problem_at(key, why_taken(unit, *rival)).for_everybody();
    const auto state = around_.units.state(unit);
    auto why = why_unfit(unit, state);
    if (state.load_state == "not-found" || names_instances(unit))
        if (const auto& meant = slot->second.no_such_unit; !meant.empty())
            why = meant;
    if (!why.empty())
        return problem_at(key, std::move(why)).for_everybody();
    return std::nullopt;
}

// Told once, and looked at again when it is over.
void Project::look_who_is_barred(const std::string& service) {
    auto& slot = slots_.at(service);
    const auto problem = barred(service);
    const auto why = problem ? problem->message : "";
    if (why == slot.barred)
        return;
    slot.barred = why;
    slot.due = true;
    if (problem)
        around_.events.validation_failed(around_.next_id(), record_.name, "", *problem);
    pump_soon();
}

void Project::unit_changed(const std::string& unit) {
    for (auto& [name, slot] : slots_) {
        const auto record = record_.services.find(name);
        const bool on_record = record != record_.services.end() && record->second.unit == unit;
        if (!on_record && !slot.following.contains(unit))
            continue;
        look_who_is_barred(name);
        tell(name);
    }
}

void Project::units_released() {
    for (const auto& [name, slot] : slots_) {
        if (slot.following.empty())
            continue;
        look_who_is_barred(name);
        tell(name);
    }
}

} // namespace hotreload::daemon
