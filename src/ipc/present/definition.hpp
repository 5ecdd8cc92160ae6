// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A change of a service's definition as ConfigChanged tells it. Secret values are "", here as
// everywhere.

#include "core/definition.hpp"
#include "core/details.hpp"

#include <string>

namespace hotreload::ipc {

// The change as texts: {"command":"/srv/shop/bin/web","env.LOG_LEVEL":"", …}, one member for each
// field that is set, and an RFC 6902 patch from one to the other.
ConfigChange definition_change(const std::string& project, const MemberDefinition& before,
                               const MemberDefinition& after);

} // namespace hotreload::ipc
