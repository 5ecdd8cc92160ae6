// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/dependencies.hpp"

#include <algorithm>
#include <functional>

namespace hotreload {

namespace {

void collect(const ServiceDefinitions& services, const std::string& service,
             std::set<std::string>& found) {
    if (!found.insert(service).second)
        return;
    if (const auto it = services.find(service); it != services.end())
        for (const auto& other : links_of(it->second))
            collect(services, other, found);
}

// Directly or not, by `after` alone. `seen` was asked already: there may be very
// many ways to a service, and each is asked once.
bool is_after(const ServiceDefinitions& services, const std::string& service,
              const std::string& other, std::set<std::string>& seen) {
    const auto it = services.find(service);
    if (it == services.end() || !seen.insert(service).second)
        return false;
    return std::ranges::any_of(it->second.after, [&](const auto& each) {
        return each == other || is_after(services, each, other, seen);
    });
}

// Adds to `names` until nothing is added any more.
std::set<std::string> closure(std::set<std::string> names,
                              const std::function<void(std::set<std::string>&)>& add) {
    for (std::size_t before = 0; before != names.size();) {
        before = names.size();
        add(names);
    }
    return names;
}

} // namespace

std::vector<std::string> links_of(const ServiceDefinition& service) {
    auto links = service.after;
    links.insert(links.end(), service.required.begin(), service.required.end());
    links.insert(links.end(), service.part_of.begin(), service.part_of.end());
    return links;
}

bool follows(const ServiceDefinition& service, const std::string& other) {
    return std::ranges::contains(service.required, other) ||
           std::ranges::contains(service.part_of, other);
}

std::set<std::string> with_dependencies(const ServiceDefinitions& services,
                                        const std::string& service) {
    std::set<std::string> found;
    collect(services, service, found);
    return found;
}

std::set<std::string> with_followers(const ServiceDefinitions& services,
                                     std::set<std::string> names) {
    return closure(std::move(names), [&](std::set<std::string>& found) {
        for (const auto& [name, service] : services)
            if (std::ranges::any_of(found,
                                    [&](const auto& each) { return follows(service, each); }))
                found.insert(name);
    });
}

std::set<std::string> with_required(const ServiceDefinitions& services,
                                    std::set<std::string> names) {
    return closure(std::move(names), [&](std::set<std::string>& found) {
        for (const auto& [name, service] : services)
            if (found.contains(name))
                for (const auto& other : service.required)
                    if (services.contains(other))
                        found.insert(other);
    });
}

std::set<std::string> free_to_go(const ServiceDefinitions& services,
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

std::vector<std::string> order_services(const ServiceDefinitions& services) {
    std::vector<std::string> order;
    std::set<std::string> seen;
    const std::function<void(const std::string&)> visit = [&](const std::string& name) {
        const auto it = services.find(name);
        if (it == services.end() || !seen.insert(name).second)
            return;
        for (const auto& before : it->second.after)
            visit(before);
        for (const auto& before : links_of(it->second)) {
            std::set<std::string> seen_before;
            if (!is_after(services, before, name, seen_before))
                visit(before);
        }
        order.push_back(name);
    };
    for (const auto& [name, unused] : services)
        visit(name);
    return order;
}

} // namespace hotreload
