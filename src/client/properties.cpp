// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/properties.hpp"

#include "client/state_fields.hpp"

namespace hotreload::client {

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

} // namespace hotreload::client
