// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Details are what the daemon tells only to those who may inspect: the messages of problems, and
// the values of changes. They are put into what everybody is told. JSON of the daemon's Status and
// Details in; what that does not know of stays as it was. Pure.

#include "client/events.hpp"
#include "client/json.hpp"
#include "client/state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::client {

void add_details(ProjectState& project, const Json& status); // with its services and configs
void add_details(ServiceState& service, const Json& status);
void add_details(ConfigState& config, const Json& status);

// The id that an event's details are asked for by; nullopt: there is no more to it.
std::optional<std::string> id_of_details(const Event& event);
// It may be a change of a published document, whose details its readers are told as well
// ([configs.NAME] readers), though they may not inspect.
bool may_have_readers(const Event& event);
void add_details(Event& event, const Json& details);

} // namespace hotreload::client
