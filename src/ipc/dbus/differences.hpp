// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What differs between two statuses, as names of properties; for the objects of statuses.

#include "ipc/dbus/errors.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <utility>
#include <vector>

namespace hotreload::ipc {

template <class Status>
class Differences {
public:
    Differences(const Status& was, const Status& is) : was_(was), is_(is) {}

    Differences& in(const char* property, auto Status::* member) {
        if (was_.*member != is_.*member)
            names_.emplace_back(property);
        return *this;
    }
    std::vector<sdbus::PropertyName> names() { return std::move(names_); }

private:
    const Status& was_;
    const Status& is_;
    std::vector<sdbus::PropertyName> names_;
};

// Makes it the status that is held, and tells what differs.
template <class Status>
void replace(sdbus::IObject& object, const char* interface, Status& held, const Status& status) {
    const auto changed = changed_properties(held, status);
    held = status;
    if (!changed.empty())
        send_if_connected([&] { object.emitPropertiesChangedSignal(interface, changed); });
}

} // namespace hotreload::ipc
