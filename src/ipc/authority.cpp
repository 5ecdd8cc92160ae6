// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/authority.hpp"

#include "ipc/methods.hpp"
#include "ipc/permission.hpp"

#include <format>

namespace hotreload::ipc {

std::string_view action_id(Permission permission) {
    switch (permission) {
    case Permission::Manage:
        return "org.hotreload.manage";
    case Permission::Control:
        return "org.hotreload.control";
    case Permission::Inspect:
        break;
    }
    return "org.hotreload.inspect";
}

Task<Result<>> Authority::admit(Caller caller, const Method& method, std::string /*target*/) const {
    if (permitted(caller.uid, owner_))
        co_return Result<>{};
    const auto* const who = owner_ == 0 ? "on the system instance is for root only"
                                        : "is for the user that this instance belongs to";
    co_return fail(ErrorCode::NotAuthorized,
                   std::format("{} ({}) {}", method.name, action_id(method.permission), who));
}

} // namespace hotreload::ipc
