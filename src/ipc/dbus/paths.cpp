// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/paths.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace hotreload::ipc {

namespace {

std::string encode(const std::string& prefix, const std::string& name) {
    char* path = nullptr;
    if (sd_bus_path_encode(prefix.c_str(), name.c_str(), &path) < 0)
        throw std::bad_alloc(); // the only way: our prefixes are valid
    const std::unique_ptr<char, decltype(&std::free)> owned(path, std::free);
    return path;
}

} // namespace

std::string project_path(const std::string& project) {
    return encode(std::string(kManagerPath) + "/project", project);
}

std::string services_path(const std::string& project) {
    return project_path(project) + "/service";
}

std::string service_path(const std::string& project, const std::string& service) {
    return encode(services_path(project), service);
}

std::string config_path(const std::string& project, const std::string& config) {
    return encode(project_path(project) + "/config", config);
}

} // namespace hotreload::ipc
