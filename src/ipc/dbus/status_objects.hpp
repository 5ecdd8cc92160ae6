// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The objects of projects and services: the last status that was told, as properties. Made, they
// announce themselves, updated, they tell what differs, and destroyed, that they are gone.

#include "core/status.hpp"
#include "ipc/dbus/problems.hpp"
#include "org.hotreload.Project1.adaptor.hpp"
#include "org.hotreload.Service1.adaptor.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ipc {

class ProjectObject final : public sdbus::AdaptorInterfaces<org::hotreload::Project1_adaptor> {
public:
    ProjectObject(sdbus::IConnection& connection, ProjectStatus status);
    ~ProjectObject();
    void update(const ProjectStatus& status);

private:
    std::string Name() override;
    std::string Path() override;
    bool Enabled() override;
    std::string State() override;
    ProblemList Problems() override;

    ProjectStatus status_;
};

class ServiceObject final : public sdbus::AdaptorInterfaces<org::hotreload::Service1_adaptor> {
public:
    ServiceObject(sdbus::IConnection& connection, ServiceStatus status);
    ~ServiceObject();
    void update(const ServiceStatus& status);

private:
    std::string Name() override;
    std::string Project() override;
    std::string Kind() override;
    std::string Unit() override;
    bool Attached() override;
    std::uint64_t Generation() override;
    std::string State() override;
    std::string ActiveState() override;
    std::uint32_t MainPID() override;
    std::string LastStrategy() override;
    std::uint64_t LastAppliedUSec() override;
    ProblemList Problems() override;
    std::vector<std::string> Waiting() override;
    std::string Watching() override;
    std::vector<std::string> Missing() override;
    std::vector<std::string> Writing() override;
    std::string LastResult() override;
    std::string LastChangesJSON() override;
    bool Paused() override;
    std::uint64_t PausedUntilUSec() override;
    std::string PauseReason() override;
    std::vector<std::string> Held() override;
    std::vector<std::uint64_t> Draining() override;
    std::uint64_t LastGapUSec() override;

    ServiceStatus status_;
};

} // namespace hotreload::ipc
