// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// An event as one JSON object (`monitor --json`) and as lines for a person. Pure.

#include "client/events.hpp"
#include "client/json.hpp"
#include "ctl/client.hpp"
#include "ctl/report.hpp"

#include <string>
#include <vector>

namespace hotreload::ctl {

Json to_json(const Event& event);
Json to_json(const ReloadFinished& reload); // as in the event, without its name

std::vector<Line> show_event(const Event& event, const std::string& directory);

// The project that an event is about; "" for the daemon itself.
std::string project_of(const Event& event);

} // namespace hotreload::ctl
