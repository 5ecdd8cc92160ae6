// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What is told of a project and of a service: the properties of org.hotreload.Project1 and
// org.hotreload.Service1 (dbus/interfaces/ says what each means). No secrets are in it.

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ipc {

struct ProjectStatus {
    std::string name;
    std::string path;
    bool enabled = true;
    std::string state; // running, invalid, missing
    std::vector<Problem> problems;

    bool operator==(const ProjectStatus&) const = default;
};

struct ServiceStatus {
    std::string name;
    std::string project;
    std::string unit;
    bool attached = false;
    std::uint64_t generation = 0;
    std::string state; // running, stopped, failed, applying, invalid, rolled-back, waiting
    std::string active_state;
    std::uint32_t main_pid = 0;
    std::string last_strategy;
    std::uint64_t last_applied_usec = 0;
    std::vector<Problem> problems;
    std::vector<std::string> waiting;
    std::string watching; // watching, off, incomplete: …
    std::vector<std::string> missing;
    std::vector<std::string> writing;

    bool operator==(const ServiceStatus&) const = default;
};

} // namespace hotreload::ipc
