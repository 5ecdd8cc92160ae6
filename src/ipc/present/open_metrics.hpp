// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Metrics as OpenMetrics text (version 1.0.0), which Prometheus and what is like it read: one
// sample a line, "# EOF" at the end. Names are "hotreload_…", of the process "process_…" as
// everywhere; units are the base units. Labels are names of projects, services and published
// documents, and words out of fixed lists: no value, no path, no id. Always valid UTF-8.

#include "core/metrics.hpp"

#include <string>
#include <string_view>

namespace hotreload::ipc {

// `version` is the daemon's.
std::string open_metrics(const Metrics& metrics, std::string_view version);

} // namespace hotreload::ipc
