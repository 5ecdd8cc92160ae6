// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Properties of the bus become states here, the one place that knows their names.

#include "client/state.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <map>
#include <string>
#include <vector>

namespace hotreload::client {

using Properties = std::map<sdbus::PropertyName, sdbus::Variant>;
using Interfaces = std::map<sdbus::InterfaceName, Properties>;
using ManagedObjects = std::map<sdbus::ObjectPath, Interfaces>;
using BusProblem = sdbus::Struct<std::string, std::uint32_t, std::uint32_t, std::string>;

inline constexpr const char* project_interface = "org.hotreload.Project1";
inline constexpr const char* service_interface = "org.hotreload.Service1";
inline constexpr const char* config_interface = "org.hotreload.Config1";

Problem to_problem(const BusProblem& problem);

// A property that is not there, or of another type than ours, leaves its field as it was.
void update(ServiceState& service, const Properties& properties);
void update(ProjectState& project, const Properties& properties);
void update(ConfigState& config, const Properties& properties);

} // namespace hotreload::client
