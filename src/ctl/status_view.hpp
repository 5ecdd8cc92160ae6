// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// `status` and `list`: states in, lines and exit status out; and the same states as JSON. Pure.

#include "client/json.hpp"
#include "client/state.hpp"
#include "ctl/client.hpp"
#include "ctl/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::ctl {

// `now_usec` is CLOCK_REALTIME, for the age of what was applied. `detailed`: for each service the
// changes that led to its state; without, only where something is wrong or waits.
Report report_status(const ProjectState& project, std::uint64_t now_usec,
                     const std::string& directory, bool detailed = false);

// Failed, when one of them is.
Report list_projects(const std::vector<ProjectState>& projects);

// The lines after start, stop and up: for each service what became of it.
Report report_services(const ProjectState& project, const std::string& directory);

// "now", "12s ago", "2min ago", "3h ago", "5 days ago"
std::string show_age(std::uint64_t then_usec, std::uint64_t now_usec);

// The note for a person who may not inspect.
inline constexpr const char* without_details =
    "values, and reasons that may quote them, are left out: they are shown to those who may "
    "inspect";

Json to_json(const Problem& problem);
Json to_json(const ServiceState& service);
Json to_json(const ConfigState& config);
Json to_json(const ProjectState& project); // with its services and configs

} // namespace hotreload::ctl
