// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/properties.hpp"

#include <algorithm>
#include <iterator>

namespace hotreload::ctl {

namespace {

template <class T>
void take(const Properties& properties, const char* name, T& into) {
    const auto found = properties.find(sdbus::PropertyName(name));
    if (found != properties.end() && found->second.containsValueOfType<T>())
        into = found->second.get<T>();
}

void take(const Properties& properties, const char* name, std::vector<Problem>& into) {
    const auto found = properties.find(sdbus::PropertyName(name));
    if (found == properties.end() || !found->second.containsValueOfType<std::vector<BusProblem>>())
        return;
    into.clear();
    for (const auto& problem : found->second.get<std::vector<BusProblem>>())
        into.push_back(to_problem(problem));
}

} // namespace

Problem to_problem(const BusProblem& problem) {
    return {std::get<0>(problem), std::get<1>(problem), std::get<2>(problem), std::get<3>(problem)};
}

void update(ServiceState& service, const Properties& properties) {
    take(properties, "Name", service.name);
    take(properties, "Project", service.project);
    take(properties, "Unit", service.unit);
    take(properties, "Attached", service.attached);
    take(properties, "Generation", service.generation);
    take(properties, "State", service.state);
    take(properties, "ActiveState", service.active_state);
    take(properties, "MainPID", service.main_pid);
    take(properties, "LastStrategy", service.last_strategy);
    take(properties, "LastAppliedUSec", service.last_applied_usec);
    take(properties, "Problems", service.problems);
    take(properties, "Waiting", service.waiting);
    take(properties, "Watching", service.watching);
    take(properties, "Missing", service.missing);
    take(properties, "Writing", service.writing);
    take(properties, "LastResult", service.last_result);
    take(properties, "LastChangesJSON", service.last_changes_json);
    take(properties, "Paused", service.paused);
    take(properties, "PausedUntilUSec", service.paused_until_usec);
    take(properties, "PauseReason", service.pause_reason);
    take(properties, "Held", service.held);
    take(properties, "Draining", service.draining);
    take(properties, "LastGapUSec", service.last_gap_usec);
}

void update(ConfigState& config, const Properties& properties) {
    take(properties, "Name", config.name);
    take(properties, "Project", config.project);
    take(properties, "Path", config.path);
    take(properties, "Revision", config.revision);
    take(properties, "State", config.state);
    take(properties, "Problems", config.problems);
}

void update(ProjectState& project, const Properties& properties) {
    take(properties, "Name", project.name);
    take(properties, "Path", project.path);
    take(properties, "Enabled", project.enabled);
    take(properties, "State", project.state);
    take(properties, "Problems", project.problems);
}

std::vector<ProjectState> projects_of(const ManagedObjects& objects) {
    std::vector<ProjectState> projects;
    std::vector<ServiceState> services;
    std::vector<ConfigState> configs;
    for (const auto& [path, interfaces] : objects)
        for (const auto& [name, properties] : interfaces) {
            if (name == project_interface)
                update(projects.emplace_back(), properties);
            else if (name == service_interface)
                update(services.emplace_back(), properties);
            else if (name == config_interface)
                update(configs.emplace_back(), properties);
        }
    std::ranges::sort(projects, {}, &ProjectState::name);
    std::ranges::sort(services, {}, &ServiceState::name);
    std::ranges::sort(configs, {}, &ConfigState::name);
    for (auto& project : projects) {
        const auto ours = [&](const auto& each) { return each.project == project.name; };
        std::ranges::copy_if(services, std::back_inserter(project.services), ours);
        std::ranges::copy_if(configs, std::back_inserter(project.configs), ours);
    }
    return projects;
}

} // namespace hotreload::ctl
