// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Answers of methods as the results that the XML says, for the reader who called.

#include "base/utf8.hpp"
#include "ipc/dbus/paths.hpp"
#include "ipc/dbus/problems.hpp"
#include "ipc/methods.hpp"

#include <sdbus-c++/Types.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace hotreload::ipc {

inline void put(const Answer&, Audience, std::tuple<>&) {}

inline void put(const Answer& answer, Audience, std::tuple<sdbus::ObjectPath>& results) {
    if (const auto* service = std::get_if<ServiceName>(&answer))
        results = sdbus::ObjectPath(service_path(service->project, service->name));
    else
        results = sdbus::ObjectPath(project_path(std::get<ProjectName>(answer).name));
}

// Name, project file, state and object of each.
using ProjectList =
    std::vector<sdbus::Struct<std::string, std::string, std::string, sdbus::ObjectPath>>;

inline void put(const Answer& answer, Audience, std::tuple<ProjectList>& results) {
    for (const auto& each : std::get<std::vector<ProjectStatus>>(answer))
        std::get<0>(results).emplace_back(each.name, to_utf8(each.path),
                                          std::string(to_string(each.state)),
                                          sdbus::ObjectPath(project_path(each.name)));
}

// An id, metrics, or JSON.
inline void put(const Answer& answer, Audience reader, std::tuple<std::string>& results) {
    if (const auto* id = std::get_if<ReloadId>(&answer))
        results = to_string(*id);
    else if (const auto* metrics = std::get_if<MetricsText>(&answer))
        results = metrics->text;
    else
        results = std::get<Document>(answer).text(reader);
}

inline void put(const Answer& answer, Audience, std::tuple<std::string, std::uint64_t>& results) {
    const auto& [json, revision] = std::get<ConfigValue>(answer);
    results = {to_utf8(json), revision};
}

inline void put(const Answer& answer, Audience reader, std::tuple<bool, ProblemList>& results) {
    const auto& problems = std::get<std::vector<Problem>>(answer);
    results = {problems.empty(), to_bus(problems, reader)};
}

} // namespace hotreload::ipc
