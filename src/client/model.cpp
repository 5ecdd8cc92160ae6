// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/model.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace hotreload::client {

namespace {

Event changed(const ProjectState& project) {
    return ProjectChanged{project};
}

Event changed(const ServiceState& service) {
    return ServiceChanged{service};
}

Event changed(const ConfigState& config) {
    return ConfigRevision{config};
}

Event removed(const ProjectState& project) {
    return ProjectRemoved{project.name};
}

Event removed(const ServiceState& service) {
    return ServiceRemoved{service.project, service.name};
}

Event removed(const ConfigState& config) {
    return ConfigRemoved{config.project, config.name};
}

template <class State>
void change_in(std::map<std::string, State>& states, const std::string& path,
               const Properties& properties, std::vector<Event>& events) {
    const auto [found, is_new] = states.try_emplace(path);
    const auto before = found->second;
    update(found->second, properties);
    if (is_new || found->second != before)
        events.push_back(changed(found->second));
}

template <class State>
void remove_from(std::map<std::string, State>& states, const std::string& path,
                 std::vector<Event>& events) {
    if (const auto gone = states.extract(path))
        events.push_back(removed(gone.mapped()));
}

template <class State>
void keep_only(std::map<std::string, State>& states, const std::set<std::string>& shown,
               std::vector<Event>& events) {
    std::erase_if(states, [&](const auto& each) {
        if (shown.contains(each.first))
            return false;
        events.push_back(removed(each.second));
        return true;
    });
}

template <class State>
std::vector<State> by_name(const std::map<std::string, State>& states) {
    std::vector<State> sorted;
    for (const auto& [path, state] : states)
        sorted.push_back(state);
    std::ranges::sort(sorted, {}, &State::name);
    return sorted;
}

} // namespace

std::vector<Event> Model::learn(const ManagedObjects& objects) {
    std::vector<Event> events;
    std::set<std::string> projects, services, configs;
    for (const auto& [path, interfaces] : objects) {
        std::ranges::move(change(path, interfaces), std::back_inserter(events));
        if (interfaces.contains(sdbus::InterfaceName(project_interface)))
            projects.insert(path);
        if (interfaces.contains(sdbus::InterfaceName(service_interface)))
            services.insert(path);
        if (interfaces.contains(sdbus::InterfaceName(config_interface)))
            configs.insert(path);
    }
    keep_only(services_, services, events);
    keep_only(configs_, configs, events);
    keep_only(projects_, projects, events);
    return events;
}

std::vector<Event> Model::change(const std::string& path, const Interfaces& interfaces) {
    std::vector<Event> events;
    for (const auto& [name, properties] : interfaces) {
        if (name == project_interface)
            change_in(projects_, path, properties, events);
        else if (name == service_interface)
            change_in(services_, path, properties, events);
        else if (name == config_interface)
            change_in(configs_, path, properties, events);
    }
    return events;
}

std::vector<Event> Model::remove(const std::string& path,
                                 const std::vector<std::string>& interfaces) {
    std::vector<Event> events;
    for (const auto& name : interfaces) {
        if (name == project_interface)
            remove_from(projects_, path, events);
        else if (name == service_interface)
            remove_from(services_, path, events);
        else if (name == config_interface)
            remove_from(configs_, path, events);
    }
    return events;
}

std::vector<ProjectState> Model::projects() const {
    auto projects = by_name(projects_);
    const auto services = by_name(services_);
    const auto configs = by_name(configs_);
    for (auto& project : projects) {
        const auto ours = [&](const auto& each) { return each.project == project.name; };
        std::ranges::copy_if(services, std::back_inserter(project.services), ours);
        std::ranges::copy_if(configs, std::back_inserter(project.configs), ours);
    }
    return projects;
}

} // namespace hotreload::client
