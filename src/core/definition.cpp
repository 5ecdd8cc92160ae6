// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/definition.hpp"

#include <tuple>

namespace hotreload {

Problem ProjectDefinition::problem_at(const std::string& key, std::string message) const {
    Problem problem{.path = path, .message = std::move(message)};
    for (std::string place = key; !place.empty();) {
        if (const auto found = source_map.keys.find(place); found != source_map.keys.end()) {
            std::tie(problem.line, problem.column) = found->second;
            break;
        }
        const std::size_t dot = place.rfind('.');
        place.resize(dot == std::string::npos ? 0 : dot);
    }
    return problem;
}

LinkGraph link_graph(const std::map<std::string, MemberDefinition>& services) {
    std::map<std::string, Links> links;
    for (const auto& [name, service] : services)
        links.emplace(name, service.links());
    return LinkGraph(std::move(links));
}

} // namespace hotreload
