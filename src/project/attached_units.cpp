// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/attached_units.hpp"

#include "core/installed_units.hpp"
#include "core/instances.hpp"

#include <utility>

namespace hotreload::project {

AttachedUnits::AttachedUnits(Units& units, Attachments& attachments, const Ledger& ledger,
                             const ProjectFile& file, bool of_a_user)
    : units_(units),
      attachments_(attachments),
      ledger_(ledger),
      file_(file),
      of_a_user_(of_a_user) {
    // Units that are applied go before what others name, whoever is opened first.
    for (const auto& [name, service] : ledger.services())
        if (service.definition.attached())
            attachments.keep_only({ledger.name(), name}, {service.unit});
}

AttachedUnits::~AttachedUnits() {
    for (const auto& [service, held] : held_)
        for (const auto& unit : held.following)
            units_.unfollow(unit);
    for (const auto& [service, unused] : held_)
        attachments_.keep_only({ledger_.name(), service}, {});
    for (const auto& [service, unused] : ledger_.services())
        attachments_.keep_only({ledger_.name(), service}, {});
}

std::set<std::string> AttachedUnits::hold(const std::string& service) {
    std::set<std::string> units;
    const auto* const definition = file_.wanted(service);
    if (definition && definition->attached())
        units.insert(definition->unit);
    std::string leaves;
    if (const auto* const record = ledger_.find(service); record && record->definition.attached()) {
        // A unit that is shown something by us is left when that is taken away.
        if (definition && !units.contains(record->unit) && record->view.empty())
            leaves = record->unit;
        units.insert(record->unit);
    }
    auto& held = held_[service];
    const auto before = std::exchange(held.following, units);
    for (const auto& unit : before)
        if (!units.contains(unit)) {
            let_go_of(service, unit);
            held.known.erase(unit);
        }
    for (const auto& unit : units)
        followers_[unit].insert(service);
    attachments_.keep_only({ledger_.name(), service}, units, leaves);
    std::erase_if(units, [&](const auto& unit) { return before.contains(unit); });
    return units;
}

void AttachedUnits::release(const std::string& service) {
    if (const auto held = held_.extract(service))
        for (const auto& unit : held.mapped().following)
            let_go_of(service, unit);
    attachments_.keep_only({ledger_.name(), service}, {});
}

void AttachedUnits::let_go_of(const std::string& service, const std::string& unit) {
    units_.unfollow(unit);
    const auto others = followers_.find(unit);
    others->second.erase(service);
    if (others->second.empty())
        followers_.erase(others);
}

Task<> AttachedUnits::get_to_know(std::string service, std::string unit, bool is_new) {
    if (is_new)
        (void)co_await units_.follow(unit);
    co_await look_for(service, unit);
    if (follows(service, unit))
        held_.at(service).known.insert(unit);
}

void AttachedUnits::adopt(const std::string& service, const std::string& unit) {
    auto& held = held_[service];
    held.following.insert(unit);
    held.known.insert(unit);
    followers_[unit].insert(service);
}

// The manager knows what is installed.
Task<> AttachedUnits::look_for(std::string service, std::string unit) {
    std::string why;
    if (units_.state(unit).load_state == "not-found" || names_instances(unit)) {
        const auto installed = co_await units_.installed(std::string(unit_suffix(unit)));
        if (installed && !is_installed(unit, *installed))
            why = no_such_unit(unit, *installed, of_a_user_);
    }
    if (follows(service, unit))
        held_.at(service).no_such_unit = std::move(why);
}

bool AttachedUnits::follows(const std::string& service, const std::string& unit) const {
    const auto held = held_.find(service);
    return held != held_.end() && held->second.following.contains(unit);
}

const std::set<std::string>& AttachedUnits::followers(const std::string& unit) const {
    static const std::set<std::string> none;
    const auto found = followers_.find(unit);
    return found == followers_.end() ? none : found->second;
}

bool AttachedUnits::holds_any(const std::string& service) const {
    const auto held = held_.find(service);
    return held != held_.end() && !held->second.following.empty();
}

std::set<std::string> AttachedUnits::not_there(const std::string& service) const {
    const auto held = held_.find(service);
    if (held == held_.end() || held->second.no_such_unit.empty())
        return {};
    return held->second.following;
}

std::optional<Problem> AttachedUnits::barred(const std::string& service) const {
    const auto* const definition = file_.wanted(service);
    const auto held = held_.find(service);
    if (!definition || !definition->attached() || held == held_.end() ||
        !held->second.known.contains(definition->unit))
        return std::nullopt;
    const auto at = [&](std::string message) {
        return file_.problem_at(file_.key_of(service) + ".unit", std::move(message))
            .for_everybody();
    };
    const auto& unit = definition->unit;
    if (const auto rival = attachments_.rival(unit, {ledger_.name(), service}))
        return at(why_taken(unit, *rival));
    const auto state = units_.state(unit);
    auto why = why_unfit(unit, state);
    if (state.load_state == "not-found" || names_instances(unit))
        if (const auto& meant = held->second.no_such_unit; !meant.empty())
            why = meant;
    if (!why.empty())
        return at(std::move(why));
    return std::nullopt;
}

AttachedUnits::Bar AttachedUnits::look_who_is_barred(const std::string& service) {
    auto problem = barred(service);
    auto why = problem ? problem->message : "";
    auto& told = held_[service].barred;
    if (why == told)
        return {};
    told = std::move(why);
    return {.news = true, .problem = std::move(problem)};
}

bool AttachedUnits::was_started(const std::string& service, bool busy) {
    const auto* const definition = file_.wanted(service);
    if (!definition || !definition->attached())
        return false;
    const auto state = units_.state(definition->unit);
    auto& at_rest = held_[service].at_rest;
    if (state.running())
        return !busy && std::exchange(at_rest, false);
    at_rest = state.end == UnitEnd::Others || state.end == UnitEnd::Ours;
    return false;
}

} // namespace hotreload::project
