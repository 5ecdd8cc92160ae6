// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// org.hotreload on the bus: the manager's object, an object for each project, service and
// config, and the signals. daemon/ makes it, tells it what there is through Events, and publishes
// the name last: whoever waits for activation then sees everything loaded.

#include "core/events.hpp"
#include "ipc/dbus/bus.hpp"
#include "ipc/dbus/calls.hpp"
#include "ipc/dbus/config_object.hpp"
#include "ipc/dbus/manager_object.hpp"
#include "ipc/dbus/status_objects.hpp"
#include "ipc/service.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

using sd_bus_message = struct sd_bus_message;

namespace hotreload::ipc {

class DbusServer final : public Events {
public:
    // All of them outlive it.
    DbusServer(Bus& bus, Service& service, Authority& authority, Executor& executor);
    ~DbusServer() override;
    DbusServer(const DbusServer&) = delete;
    DbusServer& operator=(const DbusServer&) = delete;

    // Takes the name org.hotreload. Busy: another daemon has it.
    Result<> publish();
    // Gives it back before an exit: calls that come later activate the next daemon.
    void withdraw() noexcept;

    // Calls that are not answered yet, and a callback for the idle timer: a call came, of any kind
    // (reading a property, too), or was answered.
    [[nodiscard]] std::size_t calls() const { return calls_.count(); }
    std::function<void()> on_activity;

    void file_changed(const std::string& project, const std::string& path, ChangeKind kind,
                      const std::string& from) noexcept override;
    void files_settled(const std::string& project, const ReloadId& id,
                       const std::vector<SettledFile>& files, std::size_t more) noexcept override;
    void config_changed(const ReloadId& id, const ConfigChange& change) noexcept override;
    void validation_failed(const ReloadId& id, const std::string& project,
                           const std::string& target, const Problem& problem) noexcept override;
    void reload_started(const ReloadId& id, const Plan& plan) noexcept override;
    void pause_changed(const std::string& project, const std::string& service, const Pause& pause,
                       bool paused, AskedBy caller) noexcept override;
    void reload_finished(const Outcome& outcome) noexcept override;
    void project_changed(const ProjectStatus& status) noexcept override;
    void project_removed(const std::string& project) noexcept override;
    void service_changed(const ServiceStatus& status) noexcept override;
    void service_removed(const std::string& project, const std::string& service) noexcept override;
    void config_status_changed(const ConfigStatus& status) noexcept override;
    void config_removed(const std::string& project, const std::string& config) noexcept override;

private:
    // Looks at every message before it is dispatched; not 0: it is answered.
    int look_at(sd_bus_message* message) noexcept;

    Bus& bus_;
    Calls calls_;
    ManagerObject manager_;
    std::map<std::string, ProjectObject> projects_;
    std::map<std::string, ServiceObjects> services_; // by project, of those that have any
    std::map<std::pair<std::string, std::string>, ConfigObject> configs_;
    Slot filter_;
};

} // namespace hotreload::ipc
