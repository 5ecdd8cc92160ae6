// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Model is what a daemon shows of its projects, services and configs, kept by what it tells. What
// comes of each piece of news is an event. Pure.

#include "client/events.hpp"
#include "client/properties.hpp"
#include "client/state.hpp"

#include <map>
#include <string>
#include <vector>

namespace hotreload::client {

class Model {
public:
    // All that there is: what the daemon does not show now is removed. Events tell what differs
    // from what was known.
    std::vector<Event> learn(const ManagedObjects& objects);

    // Properties of an object that is new, or of one that has changed.
    std::vector<Event> change(const std::string& path, const Interfaces& interfaces);
    std::vector<Event> remove(const std::string& path, const std::vector<std::string>& interfaces);

    // By name, each with its services and configs by name.
    [[nodiscard]] std::vector<ProjectState> projects() const;

private:
    std::map<std::string, ProjectState> projects_; // by the path of the object, as all of them
    std::map<std::string, ServiceState> services_;
    std::map<std::string, ConfigState> configs_;
};

} // namespace hotreload::client
