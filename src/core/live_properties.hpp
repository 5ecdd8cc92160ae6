// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The directives that the manager changes on a running unit, and that we know to write as a typed
// property: the table behind strategy `live`. Anything else in `properties` needs a restart.

#include "base/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hotreload {

// A property as SetUnitProperties takes it.
struct LiveValue {
    std::string property; // "MemoryMax", "MemoryMaxScale", "CPUQuotaPerSecUSec"
    std::variant<std::uint64_t, std::uint32_t, bool, std::string> value;

    bool operator==(const LiveValue&) const = default;
};

bool is_live_property(std::string_view directive);

// `values` in systemd's syntax; empty means the directive was taken away, so its default.
// Errors: Invalid for a value that systemd would not take, or that only a new start puts in force.
Result<LiveValue> parse_live_property(std::string_view directive,
                                      std::span<const std::string> values);

// The names of all properties, for the tables in the documentation and their check.
std::vector<std::string_view> live_property_names();

} // namespace hotreload
