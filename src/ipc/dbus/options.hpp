// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The a{sv} that every method takes, for growth. A key that nobody knows is an error: an option
// that is silently not heeded is worse than a call that fails.

#include "base/error.hpp"
#include "ipc/service.hpp"

#include <sdbus-c++/Types.h>

#include <map>
#include <string>

namespace hotreload::ipc {

using OptionMap = std::map<std::string, sdbus::Variant>;

Result<UpOptions> up_options(const OptionMap& options);         // wait b
Result<ReloadOptions> reload_options(const OptionMap& options); // force b, strategy s, drain s
Result<PlanRequest> plan_request(const OptionMap& options);     // force b, strategy s, validate b
Result<RollbackOptions> rollback_options(const OptionMap& options); // restore-files b, drain s
Result<PauseOptions> pause_options(const OptionMap& options);       // for s, reason s
Result<> no_options(const OptionMap& options);

// Path arguments: the daemon's working directory is not the caller's, so they must be absolute.
// Errors: Invalid, with what to do.
Result<> check_path(const std::string& path);     // of a project, and there
Result<> check_any_path(const std::string& path); // of anything, there or not

} // namespace hotreload::ipc
