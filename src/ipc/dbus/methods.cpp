// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/methods.hpp"

#include "ipc/permission.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload::ipc {

namespace {

using enum Permission;

constexpr std::string_view kManager = "org.hotreload.Manager1";
constexpr std::string_view kConfig = "org.hotreload.Config1";

constexpr auto kTable = std::to_array<MethodRow>({
    {kManager, "Up", Manage, "sa{sv}", "path s, options a{sv}"},
    {kManager, "Down", Manage, "sa{sv}", "project s, options a{sv}"},
    {kManager, "Plan", Inspect, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Reload", Control, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Restart", Control, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Start", Control, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Stop", Control, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Pause", Control, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Rollback", Control, "sta{sv}", "target s, generation t, options a{sv}"},
    {kManager, "History", Inspect, "su", "target s, limit u"},
    {kManager, "Diff", Inspect, "stt", "target s, from t, to t"},
    {kManager, "Resume", Control, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Explain", Inspect, "sa{sv}", "path s, options a{sv}"},
    {kManager, "Sync", Inspect, "a{sv}", "options a{sv}"},
    {kManager, "DebugEvents", Inspect, "ua{sv}", "limit u, options a{sv}"},
    {kManager, "Status", Inspect, "sa{sv}", "target s, options a{sv}"},
    {kManager, "Details", Inspect, "sa{sv}", "id s, options a{sv}"},
    {kManager, "Check", Inspect, "sa{sv}", "path s, options a{sv}"},
    {kConfig, "GetValue", Inspect, "a{sv}", "options a{sv}"},
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

const MethodRow* find_method(std::string_view interface, std::string_view name) {
    const auto* const row = std::ranges::find_if(kTable, [&](const MethodRow& each) {
        return each.interface == interface && each.name == name;
    });
    return row == kTable.end() ? nullptr : row;
}

Result<> authorise(const MethodRow& method, uid_t caller, uid_t owner) {
    if (permitted(caller, owner))
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
