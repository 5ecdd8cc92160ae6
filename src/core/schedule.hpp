// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Which services may be looked at now: one that is being acted on, or depends on one that is, waits
// for its end. All others go on.

#include "core/definition.hpp"

#include <map>
#include <set>
#include <string>

namespace hotreload {

// `service` and everything that it is after, directly or not, as far as it is in `services`.
std::set<std::string> with_dependencies(const std::map<std::string, ServiceDefinition>& services,
                                        const std::string& service);

// Those of `candidates` none of whose dependencies, nor themselves, are in `busy`.
std::set<std::string> free_to_go(const std::map<std::string, ServiceDefinition>& services,
                                 const std::set<std::string>& candidates,
                                 const std::set<std::string>& busy);

} // namespace hotreload
