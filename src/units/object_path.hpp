// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Names on the manager's bus, written once.

#include <string>
#include <string_view>

namespace hotreload::units {

inline constexpr const char* kService = "org.freedesktop.systemd1";
inline constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
inline constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
inline constexpr const char* kUnit = "org.freedesktop.systemd1.Unit";
inline constexpr const char* kServiceUnit = "org.freedesktop.systemd1.Service";
inline constexpr const char* kProperties = "org.freedesktop.DBus.Properties";

// The object of a unit, as the manager names it: known without asking.
std::string unit_path(std::string_view unit);

} // namespace hotreload::units
