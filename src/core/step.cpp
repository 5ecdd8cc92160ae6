// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/step.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <utility>

namespace hotreload {

std::vector<Steps> take_groups(Steps& steps, Together together) {
    // A step that does not act connects nothing.
    std::map<std::string, Links> links;
    for (const auto& step : steps)
        if (step->acts())
            links.emplace(step->name(), step->links());
    const auto names = std::views::keys(links);
    const std::set<std::string> all(names.begin(), names.end());
    const auto connected = together == Together::Linked || all.empty()
                               ? LinkGraph(std::move(links)).groups()
                               : std::vector{all};
    std::map<std::string, std::size_t> place; // of the group, by name
    for (std::size_t i = 0; i < connected.size(); ++i)
        for (const auto& name : connected[i])
            place.emplace(name, i);
    std::vector<Steps> groups(connected.size());
    Steps rest;
    for (auto& step : steps) {
        auto& list = step->acts() ? groups[place.at(step->name())] : rest;
        list.push_back(std::move(step));
    }
    steps = std::move(rest);
    for (auto& group : groups) {
        const auto begins =
            std::ranges::stable_partition(group, [](const auto& step) { return step->ends(); });
        std::reverse(group.begin(), begins.begin());
    }
    return groups;
}

} // namespace hotreload
