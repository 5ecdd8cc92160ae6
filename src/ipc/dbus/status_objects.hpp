// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The objects of projects and services: the last status that was told, as properties. Made, they
// announce themselves, updated, they tell what differs, and destroyed, that they are gone; on a bus
// that is gone nobody is told.
//
// A project's services are registered with the bus once for all of them: a registration of each
// would take some 3 KiB, and there may be thousands.

#include "core/status.hpp"
#include "ipc/dbus/bus.hpp"

#include <functional>
#include <map>
#include <string>

namespace hotreload::ipc {

class ProjectObject {
public:
    // The bus outlives it. Throws an sdbus::Error when nothing can be registered with it.
    ProjectObject(const Bus& bus, ProjectStatus status);
    ~ProjectObject();
    ProjectObject(const ProjectObject&) = delete;
    ProjectObject& operator=(const ProjectObject&) = delete;

    void update(const ProjectStatus& status);

private:
    sd_bus* bus_;
    std::string path_;
    ProjectStatus status_;
    Slot properties_;
};

// The objects of one project's services.
class ServiceObjects {
public:
    // The bus outlives them. Throws an sdbus::Error when nothing can be registered with it.
    ServiceObjects(const Bus& bus, const std::string& project);
    ~ServiceObjects();
    ServiceObjects(const ServiceObjects&) = delete;
    ServiceObjects& operator=(const ServiceObjects&) = delete;

    // Updates the service's object, or adds it.
    void update(const ServiceStatus& status);
    // Removes the service's object, if it has one.
    void remove(const std::string& service);
    [[nodiscard]] bool empty() const { return statuses_.empty(); }

private:
    struct Callbacks; // of sd-bus
    [[nodiscard]] std::string path_of(const std::string& label) const;

    sd_bus* bus_;
    std::string project_;
    std::string path_;                                           // which theirs begin with
    std::map<std::string, ServiceStatus, std::less<>> statuses_; // by the last label of their path
    Slot properties_;
    Slot listing_;
};

} // namespace hotreload::ipc
