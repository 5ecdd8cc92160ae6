// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Metrics are the numbers and states that a monitoring system is told at one moment. There is
// nothing in them that is not for everybody, as they are shown (ipc/present/open_metrics.hpp).

#include "base/duration.hpp"
#include "core/counters.hpp"
#include "core/status.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hotreload {

struct Metrics {
    struct Process {
        std::size_t resident_bytes = 0; // 0: it cannot be told
        Duration cpu{};                 // user and system
    };

    // Those in force, then refused files: of two with one name the first counts.
    std::vector<ProjectOverview> projects;
    std::map<std::string, Counters::Project> counters; // by project
    std::uint64_t since_usec = 0;                      // CLOCK_REALTIME: the counters' first
    std::size_t watches = 0;                           // of inotify
    std::uint64_t overflows = 0;                       // of its queue
    Process process;
};

} // namespace hotreload
