// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/calls.hpp"

namespace hotreload::ipc {

Task<Result<Answer>> Calls::answer_to(const Method& method, Result<Arguments> arguments,
                                      std::string sender) {
    if (!arguments)
        co_return std::unexpected(std::move(arguments.error()));
    const auto uid = co_await callers_.uid(sender);
    if (!uid)
        co_return std::unexpected(uid.error());
    Caller caller{.uid = *uid, .bus_name = std::move(sender)};
    auto admitted = co_await authority_.admit(std::move(caller), method, arguments->target);
    if (!admitted)
        co_return std::unexpected(std::move(admitted.error()));
    co_return co_await method.call(service_, *std::move(arguments), *uid);
}

} // namespace hotreload::ipc
