// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Texts of changes, as people read them in reports, plans, the status and the monitor: "changes" of
// the daemon's JSON in, text out. Pure.

#include "client/json.hpp"
#include "ctl/client.hpp"

#include <string>
#include <vector>

namespace hotreload::ctl {

// Names alone: `env.LOG_LEVEL, config/web.toml: log.level, log.format and 2 more`. At most four; a
// document that means the same counts only where nothing else changed.
std::string name_changes(const Json& changes, const std::string& directory);

// The lines of a plan: each change with its strategy and the reason, and below a document its keys.
std::vector<std::string> list_changes(const Json& changes, const std::string& directory);

// The lines of the status: one for each change or key, the file in front; at most ten.
std::vector<std::string> summarize_changes(const Json& changes, const std::string& directory);

// The lines of an RFC 6902 patch with old values: `log.level "info" → "debug"`, `+ log.format
// "json"`, `− listen`; at most ten. None when it is no patch.
std::vector<std::string> list_patch(const std::string& patch_json);

// The command to run for changes that wait: a restart where only a new process takes one of them.
std::string hint_for_waiting(const std::string& project, const std::string& service,
                             const Json& changes);

} // namespace hotreload::ctl
