// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/groups.hpp"

#include <algorithm>
#include <functional>

namespace hotreload {

namespace {

const ServiceDefinition& definition_of(const ServiceView& view) {
    return view.wanted ? *view.wanted : view.record->definition;
}

} // namespace

bool starts_generation(Action action) {
    return action == Action::Swap || action == Action::Restart || action == Action::Start;
}

bool reads_files(Action action) {
    return action == Action::Reload || starts_generation(action);
}

bool is_acted_on(Action action) {
    return action != Action::None && action != Action::Wait && action != Action::Refused;
}

std::vector<std::vector<ServicePlan>>
group_by_dependency(const Plan& plan, const std::map<std::string, ServiceView>& views) {
    // Union-find over the names; a service that is not acted on connects nothing.
    std::map<std::string, std::string> leader;
    for (const auto& each : plan.services)
        if (is_acted_on(each.action))
            leader[each.service] = each.service;
    const std::function<std::string(const std::string&)> find = [&](const std::string& name) {
        auto& up = leader.at(name);
        return up == name ? name : up = find(up);
    };
    for (const auto& [name, unused] : leader)
        for (const auto& other : definition_of(views.at(name)).links().all())
            if (leader.contains(other))
                leader[find(name)] = find(other);

    std::map<std::string, std::vector<ServicePlan>> by_leader;
    for (const auto& each : plan.services)
        if (is_acted_on(each.action))
            by_leader[find(each.service)].push_back(each);

    std::vector<std::vector<ServicePlan>> groups;
    for (auto& [unused, group] : by_leader) {
        const auto starts = std::ranges::stable_partition(
            group, [](const auto& each) { return each.action == Action::Stop; });
        std::reverse(group.begin(), starts.begin());
        groups.push_back(std::move(group));
    }
    return groups;
}

} // namespace hotreload
