// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/status_objects.hpp"

#include "base/utf8.hpp"
#include "ipc/dbus/differences.hpp"
#include "ipc/dbus/paths.hpp"
#include "ipc/present/json.hpp"

#include <utility>

namespace hotreload::ipc {

namespace {

std::vector<std::string> to_bus(const std::vector<std::string>& texts) {
    std::vector<std::string> list;
    for (const auto& text : texts)
        list.push_back(to_utf8(text));
    return list;
}

} // namespace

ProjectObject::ProjectObject(sdbus::IConnection& connection, ProjectStatus status)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{project_path(status.name)}),
      status_(std::move(status)) {
    registerAdaptor();
    send_if_connected([this] { getObject().emitInterfacesAddedSignal(); });
}

ProjectObject::~ProjectObject() {
    send_if_connected([this] { getObject().emitInterfacesRemovedSignal(); });
    unregisterAdaptor();
}

void ProjectObject::update(const ProjectStatus& status) {
    replace(getObject(), INTERFACE_NAME, status_, status);
}

std::string ProjectObject::Name() {
    return status_.name;
}
std::string ProjectObject::Path() {
    return to_utf8(status_.path);
}
bool ProjectObject::Enabled() {
    return status_.enabled;
}
std::string ProjectObject::State() {
    return std::string(to_string(status_.state));
}
ProblemList ProjectObject::Problems() {
    return ipc::to_bus(status_.problems, Audience::Everybody);
}

ServiceObject::ServiceObject(sdbus::IConnection& connection, ServiceStatus status)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{service_path(status.project, status.name)}),
      status_(std::move(status)) {
    registerAdaptor();
    send_if_connected([this] { getObject().emitInterfacesAddedSignal(); });
}

ServiceObject::~ServiceObject() {
    send_if_connected([this] { getObject().emitInterfacesRemovedSignal(); });
    unregisterAdaptor();
}

void ServiceObject::update(const ServiceStatus& status) {
    replace(getObject(), INTERFACE_NAME, status_, status);
}

std::string ServiceObject::Name() {
    return status_.name;
}
std::string ServiceObject::Project() {
    return status_.project;
}
std::string ServiceObject::Kind() {
    return status_.kind;
}
std::string ServiceObject::Unit() {
    return status_.unit;
}
bool ServiceObject::Attached() {
    return status_.attached;
}
std::uint64_t ServiceObject::Generation() {
    return status_.generation;
}
std::string ServiceObject::State() {
    return std::string(to_string(status_.state));
}
std::string ServiceObject::ActiveState() {
    return status_.active_state;
}
std::uint32_t ServiceObject::MainPID() {
    return status_.main_pid;
}
std::string ServiceObject::LastStrategy() {
    return status_.last_strategy;
}
std::uint64_t ServiceObject::LastAppliedUSec() {
    return status_.last_applied_usec;
}
ProblemList ServiceObject::Problems() {
    return ipc::to_bus(status_.problems, Audience::Everybody);
}
std::vector<std::string> ServiceObject::Waiting() {
    return to_bus(status_.waiting);
}
std::string ServiceObject::Watching() {
    return to_utf8(to_string(status_.watching));
}
std::vector<std::string> ServiceObject::Missing() {
    return to_bus(status_.missing);
}
std::vector<std::string> ServiceObject::Writing() {
    return to_bus(status_.writing);
}
std::string ServiceObject::LastResult() {
    return std::string(to_string(status_.last_result));
}
std::string ServiceObject::LastChangesJSON() {
    return changes_json(status_.last_changes, Audience::Everybody);
}
bool ServiceObject::Paused() {
    return status_.paused;
}
std::uint64_t ServiceObject::PausedUntilUSec() {
    return status_.paused_until_usec;
}
std::string ServiceObject::PauseReason() {
    return to_utf8(status_.pause_reason);
}
std::vector<std::string> ServiceObject::Held() {
    return to_bus(status_.held);
}
std::vector<std::uint64_t> ServiceObject::Draining() {
    return status_.draining;
}
std::uint64_t ServiceObject::LastGapUSec() {
    return status_.last_gap_usec;
}

} // namespace hotreload::ipc
