// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/status_objects.hpp"

#include "ipc/dbus/paths.hpp"
#include "ipc/dbus/status_properties.hpp"

#include <sdbus-c++/Error.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace hotreload::ipc {

namespace {

using ProjectProperties = StatusProperties<ProjectStatus>;
using ServiceProperties = StatusProperties<ServiceStatus>;

Slot registered(int r, sd_bus_slot* slot) {
    if (r < 0)
        throw sdbus::createError(-r, "registering objects with the bus");
    return Slot(slot);
}

// A list of strings that ends with a null pointer, as sd-bus frees it; nullptr: no memory.
class StringArray {
public:
    explicit StringArray(std::size_t size)
        : strings_(static_cast<char**>(std::calloc(size + 1, sizeof(char*)))) {}
    StringArray(const StringArray&) = delete;
    StringArray& operator=(const StringArray&) = delete;
    ~StringArray() {
        for (auto* each = strings_; each && *each; ++each)
            std::free(*each);
        std::free(strings_);
    }

    bool add(const std::string& string) {
        return strings_ && (strings_[size_++] = ::strdup(string.c_str()));
    }
    char** release() { return std::exchange(strings_, nullptr); }

private:
    char** strings_;
    std::size_t size_ = 0;
};

} // namespace

ProjectObject::ProjectObject(const Bus& bus, ProjectStatus status)
    : bus_(bus.handle()), path_(project_path(status.name)), status_(std::move(status)) {
    sd_bus_slot* slot = nullptr;
    const int r =
        sd_bus_add_object_vtable(bus_, &slot, path_.c_str(), ProjectProperties::interface(),
                                 ProjectProperties::table(), &status_);
    properties_ = registered(r, slot);
    (void)sd_bus_emit_object_added(bus_, path_.c_str());
}

ProjectObject::~ProjectObject() {
    (void)sd_bus_emit_object_removed(bus_, path_.c_str());
}

void ProjectObject::update(const ProjectStatus& status) {
    ProjectProperties::replace(bus_, path_, status_, status);
}

struct ServiceObjects::Callbacks {
    // The status of the object at a path; 0: there is none.
    static int find(sd_bus*, const char* path, const char*, void* self, void** status,
                    sd_bus_error*) noexcept {
        auto& objects = *static_cast<ServiceObjects*>(self);
        std::string_view label(path);
        if (label.size() <= objects.path_.size())
            return 0;
        label.remove_prefix(objects.path_.size() + 1);
        const auto found = objects.statuses_.find(label);
        if (found == objects.statuses_.end())
            return 0;
        *status = &found->second;
        return 1;
    }

    static int list(sd_bus*, const char*, void* self, char*** paths, sd_bus_error*) noexcept {
        const auto& objects = *static_cast<ServiceObjects*>(self);
        StringArray all(objects.statuses_.size());
        const bool complete = std::ranges::all_of(objects.statuses_, [&](const auto& entry) {
            return all.add(objects.path_of(entry.first));
        });
        if (!complete)
            return -ENOMEM;
        *paths = all.release();
        return 0;
    }
};

ServiceObjects::ServiceObjects(const Bus& bus, const std::string& project)
    : bus_(bus.handle()), project_(project), path_(services_path(project)) {
    sd_bus_slot* slot = nullptr;
    int r = sd_bus_add_fallback_vtable(bus_, &slot, path_.c_str(), ServiceProperties::interface(),
                                       ServiceProperties::table(), Callbacks::find, this);
    properties_ = registered(r, slot);
    r = sd_bus_add_node_enumerator(bus_, &slot, path_.c_str(), Callbacks::list, this);
    listing_ = registered(r, slot);
}

ServiceObjects::~ServiceObjects() {
    for (const auto& [label, status] : statuses_)
        (void)sd_bus_emit_object_removed(bus_, path_of(label).c_str());
}

std::string ServiceObjects::path_of(const std::string& label) const {
    return path_ + "/" + label;
}

void ServiceObjects::update(const ServiceStatus& status) {
    const auto path = service_path(project_, status.name);
    const auto [entry, added] = statuses_.try_emplace(path.substr(path_.size() + 1), status);
    if (added)
        (void)sd_bus_emit_object_added(bus_, path.c_str());
    else
        ServiceProperties::replace(bus_, path, entry->second, status);
}

void ServiceObjects::remove(const std::string& service) {
    const auto path = service_path(project_, service);
    const auto found = statuses_.find(path.substr(path_.size() + 1));
    if (found == statuses_.end())
        return;
    (void)sd_bus_emit_object_removed(bus_, path.c_str());
    statuses_.erase(found);
}

} // namespace hotreload::ipc
