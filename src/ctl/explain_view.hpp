// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// `explain` and `debug events`: JSON of the daemon in, lines and exit status out. Pure.

#include "client/json.hpp"
#include "client/state.hpp"
#include "ctl/client.hpp"
#include "ctl/report.hpp"

#include <string>
#include <vector>

namespace hotreload::ctl {

// Failed when nobody watches the path; `nearest` are the projects whose directory it is in.
Report report_explanation(const Json& explanation, const std::vector<const ProjectState*>& nearest,
                          const std::string& directory);

// A table, the oldest event first, in local time.
std::vector<Line> list_watcher_events(const Json& events, const std::string& directory);

} // namespace hotreload::ctl
