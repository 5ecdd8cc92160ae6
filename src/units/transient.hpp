// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Transient units as the manager's StartTransientUnit takes them. A command is taken literally: the
// bus expands no specifiers, and "no-env-expand" keeps $ as it is.

#include "core/definition.hpp"
#include "core/units_port.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <string>
#include <vector>

namespace hotreload::units {

using Property = sdbus::Struct<std::string, sdbus::Variant>;
using Properties = std::vector<Property>;
using AuxiliaryUnits = std::vector<sdbus::Struct<std::string, Properties>>; // always empty

// `properties` and `reload` of the definition are not in it: they go to a drop-in (drop_in.hpp);
// nor is its environment, which is in `environment_file` (environment.hpp; "": there is none).
// Throws sdbus::Error for text that the bus does not carry (not UTF-8): to be called within
// `guarded`.
Properties generation_properties(const GenerationRequest& request,
                                 const std::string& environment_file);

// A oneshot that leaves nothing behind; what it prints goes to `output`, which is duplicated.
// Throws likewise.
Properties command_properties(const CommandRequest& request, const std::string& environment_file,
                              int output);

Properties live_properties(const std::vector<LiveValue>& values);

} // namespace hotreload::units
