// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// UnitFacts are what is read from the manager of one unit: the domain's UnitState and the few
// constants that the jobs on it need. One table of properties fills them from the replies to Get
// and GetAll and from change signals alike.

#include "base/duration.hpp"
#include "core/unit_state.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <span>
#include <string>
#include <string_view>

namespace hotreload::units {

struct UnitFacts {
    UnitState state;
    std::string type;                                  // "notify-reload"
    Duration start_timeout = std::chrono::seconds(90); // also bounds a reload
    bool remain_after_exit = false;

    bool operator==(const UnitFacts&) const = default;
};

// The properties that are wanted of any unit's interface, to be read one by one: a GetAll of it has
// the manager look for new drop-ins in all of its directories (NeedDaemonReload), which takes it
// twenty times as long as all the rest.
std::span<const char* const> unit_properties();

// Reads the dictionary (a{sv}) of a GetAll reply or of a PropertiesChanged signal. Throws
// sdbus::Error: to be called within `guarded`.
void read_properties(sdbus::Message& dictionary, std::string_view interface, UnitFacts& facts);

// Reads the variant of a Get reply. Throws likewise.
void read_property(sdbus::Message& value, std::string_view interface, std::string_view property,
                   UnitFacts& facts);

} // namespace hotreload::units
