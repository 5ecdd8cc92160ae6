// SPDX-License-Identifier: LGPL-2.1-or-later
// States as JSON, by the names of client/state_fields.hpp.
#include "client/state_fields.hpp"
#include "ctl/client.hpp"
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

template <class T>
Json value_of(const T& value) {
    if constexpr (requires { list_of(value); })
        return list_of(value);
    else
        return value;
}

template <class State>
Json fields_of(const State& state) {
    Json json;
    each_state_field<State>([&](const auto& field) {
        auto& member = json[field.name];
        member = value_of(state.*field.value);
        if (field.is_json)
            member = parse_json(member.template as<std::string>())
                         .value_or(Json(jsoncons::json_array_arg));
    });
    return json;
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
    return fields_of(service);
}

Json to_json(const ConfigState& config) {
    return fields_of(config);
}

Json to_json(const ProjectState& project) {
    auto json = fields_of(project);
    json["services"] = list_of(project.services);
    json["configs"] = list_of(project.configs);
    return json;
}

} // namespace hotreload::ctl
