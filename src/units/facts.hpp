// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What is read from the manager of one unit: the domain's UnitState and the few constants that the
// jobs on it need. Filled from whole reads (GetAll), single ones (Get) and change signals alike, by
// one table of properties.

#include "base/duration.hpp"
#include "core/unit_state.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <optional>
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

// From the dictionary (a{sv}) of a GetAll reply or of a PropertiesChanged signal. Throws
// sdbus::Error: to be called within `guarded`.
void read_properties(sdbus::Message& dictionary, std::string_view interface, UnitFacts& facts);

// From the variant of a Get reply. Throws likewise.
void read_property(sdbus::Message& value, std::string_view interface, std::string_view property,
                   UnitFacts& facts);

} // namespace hotreload::units
