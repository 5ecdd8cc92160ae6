// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What `after`, `requires` and `part_of` mean among the services of a project, with systemd's
// meaning: `after` orders; a service is stopped and restarted with those that it requires or is a
// part of, and starts those that it requires. We also act on a service after all three, so that it
// is left alone when one of them fails.

#include "core/definition.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace hotreload {

using ServiceDefinitions = std::map<std::string, ServiceDefinition>;

// Names in `after`, `requires` and `part_of`.
std::vector<std::string> links_of(const ServiceDefinition& service);

// It is restarted and stopped when `other` is.
bool follows(const ServiceDefinition& service, const std::string& other);

// `service` and everything that it is linked to, directly or not, as far as it is in `services`.
std::set<std::string> with_dependencies(const ServiceDefinitions& services,
                                        const std::string& service);

// `names` and everything that follows one of them, directly or not.
std::set<std::string> with_followers(const ServiceDefinitions& services,
                                     std::set<std::string> names);

// `names` and everything that one of them requires, directly or not.
std::set<std::string> with_required(const ServiceDefinitions& services,
                                    std::set<std::string> names);

// Those of `candidates` none of whose dependencies, nor themselves, are in `busy`: a service that
// depends on one that is being acted on waits for its end. All others go on.
std::set<std::string> free_to_go(const ServiceDefinitions& services,
                                 const std::set<std::string>& candidates,
                                 const std::set<std::string>& busy);

// Each service after those that it is linked to. Cycles of `after` are refused when the project
// file is read; one of the others is cut somewhere.
std::vector<std::string> order_services(const ServiceDefinitions& services);

} // namespace hotreload
