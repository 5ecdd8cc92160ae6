// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/definition.hpp"

#include <string_view>

namespace hotreload {

Problem ProjectDefinition::problem_at(const std::string& key, std::string message) const {
    Problem problem{.path = path, .message = std::move(message)};
    for (std::string_view place = key; !place.empty();) {
        if (const auto found = source_map.find(place)) {
            problem.line = found->line;
            problem.column = found->column;
            if (const auto* const drop_in = source_map.drop_in(*found))
                problem.path = *drop_in;
            break;
        }
        const auto dot = place.rfind('.');
        place = place.substr(0, dot == std::string_view::npos ? 0 : dot);
    }
    return problem;
}

LinkGraph link_graph(const MemberDefinitions& services) {
    std::map<std::string, Links> links;
    for (const auto& [name, service] : services)
        links.emplace(name, service->links());
    return LinkGraph(std::move(links));
}

} // namespace hotreload
