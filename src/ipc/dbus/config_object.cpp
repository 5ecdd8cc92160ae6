// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/config_object.hpp"

#include "base/utf8.hpp"
#include "ipc/dbus/differences.hpp"
#include "ipc/dbus/paths.hpp"

#include <utility>

namespace hotreload::ipc {

namespace {

ConfigStatus without_value(ConfigStatus status) {
    status.value = {};
    return status;
}

} // namespace

ConfigObject::ConfigObject(sdbus::IConnection& connection, Calls& calls, const ConfigStatus& status)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{config_path(status.project, status.name)}),
      calls_(calls),
      status_(without_value(status)) {
    registerAdaptor();
    send_if_connected([this] { getObject().emitInterfacesAddedSignal(); });
}

ConfigObject::~ConfigObject() {
    send_if_connected([this] { getObject().emitInterfacesRemovedSignal(); });
    unregisterAdaptor();
}

void ConfigObject::update(const ConfigStatus& status) {
    replace(getObject(), INTERFACE_NAME, status_, without_value(status));
}

void ConfigObject::GetValue(sdbus::Result<std::string, std::uint64_t>&& reply, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply), options, status_.project, status_.name);
}

std::string ConfigObject::Name() {
    return status_.name;
}
std::string ConfigObject::Project() {
    return status_.project;
}
std::string ConfigObject::Path() {
    return to_utf8(status_.path);
}
std::uint64_t ConfigObject::Revision() {
    return status_.revision;
}
std::string ConfigObject::State() {
    return std::string(to_string(status_.state));
}
ProblemList ConfigObject::Problems() {
    return to_bus(status_.problems, Audience::Everybody);
}

} // namespace hotreload::ipc
