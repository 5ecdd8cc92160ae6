// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// States are what the daemon shows of its projects, services and configs (Project1, Service1 and
// Config1), as values.

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::client {

struct ServiceState {
    std::string project;
    std::string name;
    std::string kind;
    std::string unit;
    bool attached = false;
    std::uint64_t generation = 0;
    std::string state;
    std::string active_state;
    std::uint32_t main_pid = 0;
    std::string last_strategy;
    std::uint64_t last_applied_usec = 0;
    std::vector<Problem> problems;
    std::vector<std::string> waiting;
    std::string watching;
    std::vector<std::string> missing;
    std::vector<std::string> writing;
    std::string last_result;
    std::string last_trigger;
    std::string last_changes_json;
    bool paused = false;
    std::uint64_t paused_until_usec = 0; // CLOCK_REALTIME; 0: until somebody resumes
    std::string pause_reason;
    std::vector<std::string> held;       // what waits for the end of the pause
    std::vector<std::uint64_t> draining; // generations
    std::uint64_t last_gap_usec = 0;
    std::uint64_t confirm_until_usec = 0; // CLOCK_REALTIME; 0: nothing waits to be confirmed
    std::string confirm_id;

    bool operator==(const ServiceState&) const = default;
};

struct ConfigState {
    std::string project;
    std::string name;
    std::string path;
    std::uint64_t revision = 0;
    std::string state;
    std::vector<Problem> problems;

    bool operator==(const ConfigState&) const = default;
};

struct ProjectState {
    std::string name;
    std::string path;
    bool enabled = true;
    std::string state;
    std::vector<Problem> problems;
    std::vector<ServiceState> services; // by name
    std::vector<ConfigState> configs;   // by name

    bool operator==(const ProjectState&) const = default;
};

} // namespace hotreload::client
