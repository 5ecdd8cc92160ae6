// SPDX-License-Identifier: LGPL-2.1-or-later
// Services that write into what they watch: found, suspended, resumed.
#include "core/instances.hpp"
#include "core/names.hpp"
#include "project/project.hpp"

#include <algorithm>
#include <ranges>

namespace hotreload::project {

namespace {

// The group is of the service's unit, of any generation, or of one of its helpers. `own`: the name
// of an installed unit that its group has, whatever it is attached by.
bool is_unit_of(const std::string& group, const std::string& project,
                const ServiceDefinition& service, const std::string& own) {
    if (names_instances(service.unit))
        return std::ranges::any_of(std::views::split(group, '/'), [&](auto part) {
            return is_instance_of(std::string_view(part.begin(), part.end()), service.unit);
        });
    if (service.attached())
        return group.contains("/" + (own.empty() ? service.unit : own));
    auto unit = generation_unit(project, service.name, 0);
    unit.resize(unit.rfind('@'));
    return group.contains("/" + unit + "@") || group.contains("/" + unit + "-");
}

} // namespace

// Notes which files are about to be acted on. Those of the plan that are suspended now are left out
// of it.
std::set<std::string> Project::find_loops(const Plan& plan) {
    std::set<std::string> suspended;
    for (const auto& service : plan.services) {
        std::vector<std::string> paths;
        for (const auto& change : service.changes)
            if (change.kind != "definition" && change.kind != "rewritten")
                paths.push_back(change.subject);
        auto& slot = slots_.at(service.service);
        if (paths.empty())
            continue;
        if (!slot.loop.proven().empty()) {
            suspend(service.service);
            suspended.insert(service.service);
            continue;
        }
        slot.loop.changed(paths, slot.changed_at);
        look_who_writes(service.service);
    }
    return suspended;
}

void Project::look_who_writes(const std::string& service) {
    auto& slot = slots_.at(service);
    slot.leases.clear();
    for (const auto& path : slot.loop.suspects())
        slot.leases.push_back(around_.writers.find_writer(
            path, [this, alive = alive_, service, path](const std::vector<std::string>& groups) {
                if (!*alive || groups.empty())
                    return;
                const auto found = slots_.find(service);
                if (found == slots_.end())
                    return;
                const auto& definition = found->second.rules->definition;
                const auto name = around_.units.state(definition.unit).id;
                const bool own = std::ranges::any_of(groups, [&](const auto& group) {
                    return is_unit_of(group, record_.name, definition, name);
                });
                if (own)
                    found->second.loop.written_by_service(path);
                else
                    found->second.loop.written_by_another();
            }));
}

void Project::suspend(const std::string& service) {
    auto& slot = slots_.at(service);
    slot.suspended = slot.loop.proven();
    slot.loop.reset();
    slot.leases.clear();
    slot.due = true; // its other files count
    around_.events.watch_suspended(record_.name, service, slot.suspended);
    tell(service);
    pump_soon();
}

void Project::leave_out_suspended(const std::string& service, ServiceView& view) const {
    const auto& slot = slots_.at(service);
    if (!slot.suspended.empty())
        hold(slot.rules->rules.watch(slot.suspended), slot.rules->rules, view);
}

// A set that is not whole is as it was applied, until it is.
void Project::hold_incomplete_sets(const WatchRules& rules, ServiceView& view) {
    std::set<const WatchDefinition*> incomplete;
    const auto look = [&](const std::string& path) {
        if (const auto* const watch = rules.watch(path); watch && watch->together)
            incomplete.insert(watch);
    };
    std::ranges::for_each(view.files->missing, look);
    std::ranges::for_each(view.files->writing, look);
    for (const auto& problem : view.files->unreadable)
        look(problem.path);
    for (const auto* const watch : incomplete)
        hold(watch, rules, view);
}

// The files of the watch count as they were applied.
void Project::hold(const WatchDefinition* watch, const WatchRules& rules, ServiceView& view) {
    if (!view.record)
        return;
    auto& files = view.files->files;
    std::erase_if(files, [&](const auto& file) {
        return rules.watch(file.first) == watch && !view.record->files.contains(file.first);
    });
    for (const auto& [path, id] : view.record->files)
        if (rules.watch(path) == watch)
            files[path] = id;
}

} // namespace hotreload::project
