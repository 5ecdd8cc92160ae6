// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/properties.hpp"

#include "ctl/state_fields.hpp"

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

template <class State>
void take_all(const Properties& properties, State& state) {
    each_state_field<State>(
        [&](const auto& field) { take(properties, field.property, state.*field.value); });
}

} // namespace

Problem to_problem(const BusProblem& problem) {
    return {std::get<0>(problem), std::get<1>(problem), std::get<2>(problem), std::get<3>(problem)};
}

void update(ServiceState& service, const Properties& properties) {
    take_all(properties, service);
}

void update(ConfigState& config, const Properties& properties) {
    take_all(properties, config);
}

void update(ProjectState& project, const Properties& properties) {
    take_all(properties, project);
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
