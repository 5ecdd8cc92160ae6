// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Differences between two statuses, as names of properties; for the objects of statuses.

#include "core/status_fields.hpp"
#include "ipc/dbus/errors.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <concepts>
#include <string>
#include <vector>

namespace hotreload::ipc {

// The name of the property that has the field. Changes are a text of JSON on the bus.
template <class Status, class Member>
std::string property_name(const StatusField<Status, Member>& field) {
    constexpr bool is_json = std::same_as<Member, std::vector<Change>>;
    return std::string(field.name) + (is_json ? "JSON" : "");
}

// The properties that differ, without those that never change.
template <class Status>
std::vector<sdbus::PropertyName> changed_properties(const Status& was, const Status& is) {
    std::vector<sdbus::PropertyName> names;
    each_status_field<Status>([&](const auto& field) {
        if (!field.constant && was.*field.member != is.*field.member)
            names.emplace_back(property_name(field));
    });
    return names;
}

// Makes it the status that is held, and tells what differs.
template <class Status>
void replace(sdbus::IObject& object, const char* interface, Status& held, const Status& status) {
    const auto changed = changed_properties(held, status);
    held = status;
    if (!changed.empty())
        send_if_connected([&] { object.emitPropertiesChangedSignal(interface, changed); });
}

} // namespace hotreload::ipc
