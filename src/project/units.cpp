// SPDX-License-Identifier: LGPL-2.1-or-later
// The installed units that services are attached to: followed as long as the project file or the
// record names them, and acted on only when nothing speaks against it.
#include "core/installed_units.hpp"
#include "core/instances.hpp"
#include "project/project.hpp"

#include <algorithm>
#include <format>

namespace hotreload::project {

// Follows what is new, and lets go of what nothing names any more.
void Project::hold_units(const std::string& service) {
    auto& slot = slots_[service];
    std::set<std::string> units;
    const auto* const definition = wanted(service);
    if (definition && definition->attached())
        units.insert(definition->unit);
    std::string leaves;
    if (const auto record = record_.services.find(service);
        record != record_.services.end() && record->second.definition.attached()) {
        const auto& applied = record->second;
        // A unit that is shown something by us is left when that is taken away.
        if (definition && !units.contains(applied.unit) && applied.view.empty())
            leaves = applied.unit;
        units.insert(applied.unit);
    }
    const auto before = std::exchange(slot.following, units);
    for (const auto& unit : before)
        if (!units.contains(unit)) {
            around_.units.unfollow(unit);
            slot.known.erase(unit);
        }
    around_.attachments.keep_only({record_.name, service}, units, leaves);
    for (const auto& unit : units)
        if (!before.contains(unit))
            tasks_.spawn(get_to_know(service, unit, Known::NotYet));
}

// An installed unit: nothing is decided before its state is known, and whether it is there.
Task<> Project::get_to_know(std::string service, std::string unit, Known known) {
    busy_.insert(service);
    if (known == Known::NotYet)
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
            why = no_such_unit(unit, *installed, around_.of_a_user);
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

// The reason is told once, and the service is looked at again when it is over.
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
        if (!slot.no_such_unit.empty())
            tasks_.spawn(get_to_know(name, unit, Known::Before)); // it may be installed by now
        look_who_is_barred(name);
        look_at_what_was_started(name);
        tell(name);
    }
}

// A validator may need what is there only while the unit runs, such as its RuntimeDirectory=: what
// it refused meanwhile is looked at again. Not when the manager starts what has failed again and
// again.
void Project::look_at_what_was_started(const std::string& service) {
    auto& slot = slots_.at(service);
    const auto* definition = wanted(service);
    if (!definition || !definition->attached())
        return;
    const auto state = around_.units.state(definition->unit);
    if (!state.running()) {
        slot.at_rest = state.end == UnitEnd::Others || state.end == UnitEnd::Ours;
        return;
    }
    const auto record = record_.services.find(service);
    if (busy_.contains(service) || !std::exchange(slot.at_rest, false) ||
        record == record_.services.end() || !record->second.refusal ||
        record->second.refusal->result != "invalid")
        return;
    record->second.refusal.reset();
    save(service);
    slot.due = true;
    pump_soon();
}

void Project::units_released() {
    for (const auto& [name, slot] : slots_) {
        if (slot.following.empty())
            continue;
        look_who_is_barred(name);
        tell(name);
    }
}

} // namespace hotreload::project
