// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/step.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <utility>

namespace hotreload {

std::vector<Steps> take_groups(Steps& steps) {
    // A step that does not act connects nothing.
    std::map<std::string, Links> links;
    for (const auto& step : steps)
        if (step->acts())
            links.emplace(step->name(), step->links());
    const LinkGraph graph(std::move(links));
    std::map<std::string, Steps> by_first; // of the names in the group
    Steps rest;
    for (auto& step : steps)
        if (step->acts())
            by_first[*graph.connected(step->name()).begin()].push_back(std::move(step));
        else
            rest.push_back(std::move(step));
    steps = std::move(rest);
    std::vector<Steps> groups;
    for (auto& [unused, group] : by_first) {
        const auto begins =
            std::ranges::stable_partition(group, [](const auto& step) { return step->ends(); });
        std::reverse(group.begin(), begins.begin());
        groups.push_back(std::move(group));
    }
    return groups;
}

} // namespace hotreload
