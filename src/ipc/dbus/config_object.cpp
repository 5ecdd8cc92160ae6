// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/config_object.hpp"

#include "base/utf8.hpp"
#include "ipc/dbus/differences.hpp"
#include "ipc/dbus/paths.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace hotreload::ipc {

namespace {

ConfigStatus without_value(ConfigStatus status) {
    status.value.clear();
    return status;
}

// The task is no member: the object may be gone before its caller is known.
CallAnswer<std::string, std::uint64_t> value_of(Service& service, std::string project,
                                                std::string name, OptionMap options) {
    if (auto ok = no_options(options); !ok)
        co_return std::unexpected(std::move(ok.error()));
    const auto configs = service.configs(project);
    const auto found = std::ranges::find(configs, name, &ConfigStatus::name);
    if (found == configs.end())
        co_return fail(ErrorCode::NotFound,
                       std::format("project \"{}\" publishes no config \"{}\" any more; see the "
                                   "[configs] of its hotreload.toml",
                                   project, name));
    co_return std::tuple(to_utf8(found->value), found->revision);
}

} // namespace

ConfigObject::ConfigObject(sdbus::IConnection& connection, Service& service, Calls& calls,
                           const ConfigStatus& status)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{config_path(status.project, status.name)}),
      service_(service),
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
    calls_.serve(getObject(), present_, std::move(reply),
                 value_of(service_, status_.project, status_.name, std::move(options)));
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
