// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/adoption.hpp"

#include "core/names.hpp"

#include <algorithm>
#include <format>
#include <map>
#include <utility>

namespace hotreload::project {

Task<Adoption::Left> Adoption::run() {
    auto& [ledger, looks, attached, units, sockets, views] = sees_;
    const bool other_manager = ledger.record().manager_id != units.manager_id();
    Left left;
    std::vector<std::string> names;
    for (const auto& [name, service] : ledger.services()) {
        names.push_back(name);
        if (service.underway || other_manager)
            looks.interrupted(name);
        if (service.underway && !service.wanted)
            left.stopping.push_back(name);
    }
    if (other_manager)
        for (const auto& name : names)
            ledger.update(name, [](MemberRecord& record) {
                return !std::exchange(record.draining, {}).empty();
            });
    co_await follow_all();
    for (const auto& name : names)
        if (const auto* const record = ledger.find(name); record->definition.attached()) {
            const auto unit = record->unit;
            co_await show_what_is_on_record(name);
            co_await attached.look_for(name, unit);
        }
    if (other_manager)
        ledger.update_project(
            [&](ProjectRecord& record) { record.manager_id = units.manager_id(); });
    const auto listed = co_await units.list(project_units_pattern(ledger.name()));
    if (!listed)
        co_return left;
    co_await take_over_what_is_not_on_record(*listed);
    left.orphans = orphans_among(*listed);
    adopt_sockets();
    remove_stale_views(*listed);
    co_return left;
}

Task<> Adoption::follow_all() {
    if (std::exchange(followed_, true))
        co_return;
    std::vector<Task<>> following;
    for (const auto& [name, service] : sees_.ledger.services()) {
        if (service.unit.empty())
            continue;
        following.push_back(follow(service.unit));
        if (service.definition.attached())
            sees_.attached.adopt(name, service.unit);
    }
    for (auto& task : following)
        task.start();
    for (auto& task : following)
        co_await task.join();
}

Task<> Adoption::follow(std::string unit) {
    // A unit that is gone is a state like any other, and the view will show it.
    (void)co_await sees_.units.follow(std::move(unit));
}

// The daemon may have died after an installed unit was to be shown something else. A view does not
// outlive a reboot: what runs now was not shown it.
Task<> Adoption::show_what_is_on_record(std::string service) {
    auto& units = sees_.units;
    const auto view = sees_.views.find(sees_.ledger.find(service)->view);
    if (!view)
        sees_.ledger.update(service, [](MemberRecord& record) {
            if (std::exchange(record.view, "").empty())
                return false;
            for (auto& watch : record.definition.watches)
                watch.pin = false;
            return true;
        });
    const auto unit = sees_.ledger.find(service)->unit;
    auto binds = view ? view->binds : std::vector<Bind>();
    const auto changed = co_await units.show_installed(unit, std::move(binds));
    if (changed && *changed && units.state(unit).running())
        (void)co_await units.restart_unit(unit);
}

std::map<std::string, std::vector<std::string>>
Adoption::orphans_among(const std::vector<std::string>& units) const {
    const auto& ledger = sees_.ledger;
    std::map<std::string, std::vector<std::string>> orphans;
    for (const auto& unit : units) {
        const bool known = std::ranges::any_of(ledger.services(), [&](const auto& each) {
            return each.second.unit == unit ||
                   std::ranges::contains(each.second.draining, unit, &Draining::unit);
        });
        if (known)
            continue;
        const auto service = service_of(unit, ledger.name());
        orphans[service ? service->first : ""].push_back(unit);
    }
    return orphans;
}

Task<std::vector<Result<>>> Adoption::remove(std::vector<std::string> orphans) {
    std::vector<Task<Result<>>> removing;
    for (const auto& unit : orphans)
        removing.push_back(sees_.units.discard(unit));
    auto removed = co_await when_all(std::move(removing));
    for (const auto& unit : orphans)
        sees_.views.remove(unit);
    co_return removed;
}

bool Adoption::is_lost(const std::string& service, std::uint64_t generation) const {
    const auto* const record = sees_.ledger.find(service);
    if (!record)
        return true;
    if (record->definition.attached() || record->generation == 0)
        return false;
    // An action that is on record as under way is begun anew; of another one, the end is not on
    // record.
    const bool is_older = !record->underway && generation > record->generation &&
                          !sees_.units.state(record->unit).running();
    return record->unit.empty() || is_older;
}

// A record that was lost, or could not be saved (a full disk), is no reason to lose the service:
// its newest unit carries the applied state, which the history may know; else the first look finds
// it changed.
Task<> Adoption::take_over_what_is_not_on_record(std::vector<std::string> units) {
    std::map<std::string, std::pair<std::uint64_t, std::string>> newest;
    for (const auto& unit : units)
        if (const auto found = service_of(unit, sees_.ledger.name());
            found && is_lost(found->first, found->second))
            newest[found->first] = std::max(newest[found->first], std::pair(found->second, unit));
    for (const auto& [service, each] : newest) {
        const auto& [generation, unit] = each;
        const auto state = co_await sees_.units.follow(unit);
        if (!state || !state->running())
            continue; // an orphan like any other
        const auto* const known = sees_.ledger.find(service);
        auto record = known ? *known : MemberRecord{};
        record.unit = unit;
        record.wanted = true;
        record.generation = std::max(record.generation, generation);
        record.last_used = std::max(record.last_used, record.generation);
        record.definition.name = service;
        sees_.ledger.replace(service, std::move(record));
    }
}

// Sockets that are on record are open, as far as they can be; a socket that no record names is of
// an action that was cut short. A service that nobody runs has none.
void Adoption::adopt_sockets() {
    const auto& ledger = sees_.ledger;
    for (const auto& [name, service] : ledger.services())
        if (service.wanted && !service.definition.ports.empty())
            (void)sees_.sockets.open(ledger.name(), name, service.definition.ports);
    static const std::vector<PortDefinition> none;
    for (const auto& [name, service] : ledger.services())
        sees_.sockets.keep_only(ledger.name(), name,
                                service.wanted ? service.definition.ports : none);
}

// A unit that is loaded may read its view until its end.
void Adoption::remove_stale_views(const std::vector<std::string>& loaded) {
    const auto prefix = std::format("hotreload-{}.", escape_unit_name(sees_.ledger.name()));
    for (const auto& view : sees_.views.names()) {
        const bool used = std::ranges::any_of(sees_.ledger.services(), [&](const auto& each) {
            return each.second.shown_view() == view ||
                   std::ranges::contains(each.second.draining, view, &Draining::unit);
        });
        if (!used && view.starts_with(prefix) && !std::ranges::contains(loaded, view))
            sees_.views.remove(view);
    }
}

} // namespace hotreload::project
