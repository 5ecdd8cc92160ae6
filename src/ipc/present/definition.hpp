// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A service's definition as ConfigChanged tells it. Secret values are "", here as everywhere.

#include "core/change.hpp"
#include "core/definition.hpp"

#include <string>
#include <vector>

namespace hotreload::ipc {

// {"command":"/srv/shop/bin/web","env.LOG_LEVEL":"", …}: one member for each field that is set.
std::string definition_json(const ServiceDefinition& definition);

// An RFC 6902 patch from one definition_json to the other.
std::string patch_json(const ServiceDefinition& before, const ServiceDefinition& after);

} // namespace hotreload::ipc
