// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The methods of Manager1 and Config1 as far as they are data: who may call them, and what they
// take. One row for each method of the XML (a test compares them).

#include "base/error.hpp"

#include <sys/types.h>

#include <span>
#include <string_view>

namespace hotreload::ipc {

// The polkit action that a method belongs to, on the system bus (design section 8).
enum class Permission { Manage, Control, Inspect };

std::string_view action_id(Permission permission); // "org.hotreload.control"

struct MethodRow {
    std::string_view interface;
    std::string_view name;
    Permission permission;
    std::string_view signature; // of the input
    std::string_view usage;     // the same for people
};

std::span<const MethodRow> method_table();
const MethodRow* find_method(std::string_view interface, std::string_view name);

// NotAuthorized, with who may, when the caller is not permitted (ipc/permission.hpp).
Result<> authorise(const MethodRow& method, uid_t caller, uid_t owner);

} // namespace hotreload::ipc
