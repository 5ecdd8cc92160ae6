// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/methods.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload::ipc {

namespace {

using enum Permission;

constexpr auto kTable = std::to_array<MethodRow>({
    {"Up", Manage, "sa{sv}", "path s, options a{sv}"},
    {"Down", Manage, "sa{sv}", "project s, options a{sv}"},
    {"Plan", Inspect, "sa{sv}", "target s, options a{sv}"},
    {"Reload", Control, "sa{sv}", "target s, options a{sv}"},
    {"Restart", Control, "sa{sv}", "target s, options a{sv}"},
    {"Start", Control, "sa{sv}", "target s, options a{sv}"},
    {"Stop", Control, "sa{sv}", "target s, options a{sv}"},
    {"Check", Inspect, "sa{sv}", "path s, options a{sv}"},
});

} // namespace

std::string_view action_id(Permission permission) {
    switch (permission) {
    case Manage:
        return "org.hotreload.manage";
    case Control:
        return "org.hotreload.control";
    case Inspect:
        break;
    }
    return "org.hotreload.inspect";
}

std::span<const MethodRow> method_table() {
    return kTable;
}

const MethodRow* find_method(std::string_view name) {
    const auto* const row = std::ranges::find(kTable, name, &MethodRow::name);
    return row == kTable.end() ? nullptr : row;
}

Result<> authorise(const MethodRow& method, uid_t caller, uid_t owner) {
    if (caller == 0 || caller == owner)
        return {};
    if (owner == 0)
        return fail(ErrorCode::NotAuthorized,
                    std::format("{} ({}) on the system instance is for root only", method.name,
                                action_id(method.permission)));
    return fail(ErrorCode::NotAuthorized,
                std::format("{} ({}) is for the user that this instance belongs to", method.name,
                            action_id(method.permission)));
}

} // namespace hotreload::ipc
