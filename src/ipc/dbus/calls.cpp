// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/calls.hpp"

#include "ipc/dbus/methods.hpp"

#include <unistd.h>

namespace hotreload::ipc {

Task<Result<uid_t>> Calls::admit(std::string interface, std::string method, std::string sender) {
    const auto* row = find_method(interface, method);
    if (!row)
        co_return fail(ErrorCode::NotAuthorized, method + " has no row in the table of methods");
    auto uid = co_await callers_.uid(std::move(sender));
    if (!uid)
        co_return std::unexpected(std::move(uid.error()));
    co_return authorise(*row, *uid, ::geteuid()).transform([&] { return *uid; });
}

} // namespace hotreload::ipc
