// SPDX-License-Identifier: LGPL-2.1-or-later
// What an earlier run of ours left: the services that go on, and units, sockets and views that no
// record names.
#include "core/names.hpp"
#include "core/pins.hpp"
#include "project/project.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace hotreload::project {

// What runs is adopted as it is. What does not, although nobody stopped it, was interrupted.
Task<> Project::adopt() {
    const bool other_manager = record_.manager_id != around_.units.manager_id();
    load_history_contents();
    for (auto& [name, service] : record_.services) {
        slots_[name].interrupted = service.underway || other_manager;
        if (service.underway && !service.wanted)
            submit({.kind = Request::Kind::Stop, .id = around_.next_id(), .service = name});
        if (other_manager)
            service.draining.clear();
    }
    co_await follow_all();
    for (auto& [name, service] : record_.services)
        if (service.definition.attached()) {
            co_await show_what_is_on_record(service);
            co_await look_for_unit(name, service.unit);
        }
    if (other_manager) {
        record_.manager_id = around_.units.manager_id();
        save();
    }
}

// All side by side, once.
Task<> Project::follow_all() {
    if (std::exchange(followed_, true))
        co_return;
    std::vector<Task<>> following;
    for (const auto& [name, service] : record_.services) {
        if (service.unit.empty())
            continue;
        following.push_back(follow(service.unit));
        if (service.definition.attached()) {
            slots_[name].following.insert(service.unit);
            slots_[name].known.insert(service.unit);
        }
    }
    for (auto& task : following)
        task.start();
    for (auto& task : following)
        co_await task.join();
}

Task<> Project::follow(std::string unit) {
    // A unit that is gone is a state like any other, and the view will show it.
    (void)co_await around_.units.follow(std::move(unit));
}

// We may have died after an installed unit was to be shown something else. A view does not outlive
// a reboot: what runs now was not shown it.
Task<> Project::show_what_is_on_record(ServiceRecord& service) {
    auto view = around_.views.find(service.view);
    if (!view && !std::exchange(service.view, "").empty())
        for (auto& watch : service.definition.watches)
            watch.pin = false;
    const auto changed = co_await around_.units.show_installed(
        service.unit, view ? std::move(view->binds) : std::vector<Bind>());
    if (changed && *changed && around_.units.state(service.unit).running())
        (void)co_await around_.units.restart_unit(service.unit);
}

Task<> Project::remove_orphans() {
    const auto listed = co_await around_.units.list(project_units_pattern(record_.name));
    if (!listed)
        co_return;
    co_await take_over_what_is_not_on_record(*listed);
    for (const auto& unit : *listed) {
        const bool known = std::ranges::any_of(record_.services, [&](const auto& each) {
            return each.second.unit == unit ||
                   std::ranges::contains(each.second.draining, unit, &Draining::unit);
        });
        if (!known)
            (void)co_await around_.units.discard(unit);
    }
    adopt_sockets();
    remove_stale_views();
}

// A record that was lost, or could not be saved (a full disk), is no reason to lose the service:
// its newest unit carries the applied state, which the history may know; else the first look finds
// it changed.
Task<> Project::take_over_what_is_not_on_record(std::vector<std::string> units) {
    const auto is_lost = [this](const std::string& service, std::uint64_t generation) {
        const auto found = record_.services.find(service);
        if (found == record_.services.end())
            return true;
        const auto& record = found->second;
        if (record.definition.attached() || record.generation == 0)
            return false;
        // An action that is on record is begun anew; of one that is not, the end is not either.
        const bool is_older = !record.underway && generation > record.generation &&
                              !around_.units.state(record.unit).running();
        return record.unit.empty() || is_older;
    };
    std::map<std::string, std::pair<std::uint64_t, std::string>> newest;
    for (const auto& unit : units)
        if (const auto found = service_of(unit, record_.name);
            found && is_lost(found->first, found->second))
            newest[found->first] = std::max(newest[found->first], std::pair(found->second, unit));
    for (const auto& [service, each] : newest) {
        const auto& [generation, unit] = each;
        const auto state = co_await around_.units.follow(unit);
        if (!state || !state->running())
            continue; // an orphan like any other
        auto& record = record_.services[service];
        record.unit = unit;
        record.wanted = true;
        record.generation = std::max(record.generation, generation);
        record.last_used = std::max(record.last_used, record.generation);
        record.definition.name = service;
        slots_.try_emplace(service);
        save(service);
    }
}

// What is on record is open, as far as it can be; a socket that no record names is of an action
// that was cut short. A service that nobody runs has none.
void Project::adopt_sockets() {
    for (const auto& [name, service] : record_.services)
        if (service.wanted && !service.definition.ports.empty())
            (void)around_.sockets.open(record_.name, name, service.definition.ports);
    static const std::vector<PortDefinition> none;
    for (const auto& [name, service] : record_.services)
        around_.sockets.keep_only(record_.name, name,
                                  service.wanted ? service.definition.ports : none);
}

void Project::remove_stale_views() {
    const auto prefix = std::format("hotreload-{}.", escape_unit_name(record_.name));
    for (const auto& view : around_.views.names()) {
        const bool used = std::ranges::any_of(record_.services, [&](const auto& each) {
            return view_of(each.second) == view ||
                   std::ranges::contains(each.second.draining, view, &Draining::unit);
        });
        if (!used && view.starts_with(prefix))
            around_.views.remove(view);
    }
}

} // namespace hotreload::project
