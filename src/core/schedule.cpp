// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/schedule.hpp"

#include <algorithm>

namespace hotreload {

namespace {

void collect(const std::map<std::string, ServiceDefinition>& services, const std::string& service,
             std::set<std::string>& found) {
    if (!found.insert(service).second)
        return;
    if (const auto it = services.find(service); it != services.end())
        for (const auto& other : it->second.after)
            collect(services, other, found);
}

} // namespace

std::set<std::string> with_dependencies(const std::map<std::string, ServiceDefinition>& services,
                                        const std::string& service) {
    std::set<std::string> found;
    collect(services, service, found);
    return found;
}

std::set<std::string> free_to_go(const std::map<std::string, ServiceDefinition>& services,
                                 const std::set<std::string>& candidates,
                                 const std::set<std::string>& busy) {
    std::set<std::string> free;
    for (const auto& name : candidates)
        if (busy.empty() ||
            std::ranges::none_of(with_dependencies(services, name),
                                 [&](const auto& each) { return busy.contains(each); }))
            free.insert(name);
    return free;
}

} // namespace hotreload
