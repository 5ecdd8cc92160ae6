// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The status of projects for a transport that sends JSON in a form of its own: what status_json()
// makes a text of.

#include "core/status.hpp"

#include <jsoncons/json_visitor.hpp>

#include <string_view>
#include <vector>

namespace hotreload::ipc {

void write_status(jsoncons::json_visitor& out, std::string_view version,
                  const std::vector<ProjectOverview>& projects, Audience reader);

} // namespace hotreload::ipc
