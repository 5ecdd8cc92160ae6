// SPDX-License-Identifier: LGPL-2.1-or-later
// States as JSON: the property names of the bus in snake_case.
#include "ctl/status_view.hpp"

namespace hotreload::ctl {

namespace {

template <class T>
Json list_of(const std::vector<T>& items) {
    Json list(jsoncons::json_array_arg);
    for (const auto& item : items)
        if constexpr (std::is_same_v<T, std::string> || std::is_integral_v<T>)
            list.push_back(item);
        else
            list.push_back(to_json(item));
    return list;
}

} // namespace

Json to_json(const Problem& problem) {
    Json json;
    json["path"] = problem.path;
    json["line"] = problem.line;
    json["column"] = problem.column;
    json["message"] = problem.message;
    return json;
}

Json to_json(const ServiceState& service) {
    Json json;
    json["project"] = service.project;
    json["service"] = service.name;
    json["state"] = service.state;
    json["generation"] = service.generation;
    json["unit"] = service.unit;
    json["attached"] = service.attached;
    json["active_state"] = service.active_state;
    json["main_pid"] = service.main_pid;
    json["last_strategy"] = service.last_strategy;
    json["last_applied_usec"] = service.last_applied_usec;
    json["problems"] = list_of(service.problems);
    json["waiting"] = list_of(service.waiting);
    json["watching"] = service.watching;
    json["missing"] = list_of(service.missing);
    json["writing"] = list_of(service.writing);
    json["last_result"] = service.last_result;
    json["last_changes"] =
        parse_json(service.last_changes_json).value_or(Json(jsoncons::json_array_arg));
    json["paused"] = service.paused;
    json["paused_until_usec"] = service.paused_until_usec;
    json["pause_reason"] = service.pause_reason;
    json["held"] = list_of(service.held);
    json["draining"] = list_of(service.draining);
    json["last_gap_usec"] = service.last_gap_usec;
    return json;
}

Json to_json(const ConfigState& config) {
    Json json;
    json["project"] = config.project;
    json["config"] = config.name;
    json["path"] = config.path;
    json["revision"] = config.revision;
    json["state"] = config.state;
    json["problems"] = list_of(config.problems);
    return json;
}

Json to_json(const ProjectState& project) {
    Json json;
    json["project"] = project.name;
    json["path"] = project.path;
    json["enabled"] = project.enabled;
    json["state"] = project.state;
    json["problems"] = list_of(project.problems);
    json["services"] = list_of(project.services);
    json["configs"] = list_of(project.configs);
    return json;
}

} // namespace hotreload::ctl
