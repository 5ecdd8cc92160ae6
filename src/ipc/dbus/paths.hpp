// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Object paths, escaped as sd_bus_path_encode(3) does: "-" becomes _2d, "_" becomes _5f.

#include <string>

namespace hotreload::ipc {

inline constexpr const char* kBusName = "org.hotreload";
inline constexpr const char* kManagerPath = "/org/hotreload";

std::string project_path(const std::string& project);
// The path of the node that the project's services are below.
std::string services_path(const std::string& project);
std::string service_path(const std::string& project, const std::string& service);
std::string config_path(const std::string& project, const std::string& config);

} // namespace hotreload::ipc
