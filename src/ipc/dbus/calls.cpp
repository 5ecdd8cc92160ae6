// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/calls.hpp"

#include <systemd/sd-bus.h>

namespace hotreload::ipc {

bool Calls::allows_interaction() const {
    auto* const call = sd_bus_get_current_message(bus_.handle());
    return call && sd_bus_message_get_allow_interactive_authorization(call) > 0;
}

Task<Result<Answer>> Calls::answer_to(const Method& method, Result<Arguments> arguments,
                                      std::string sender, bool interactive) {
    if (!arguments)
        co_return std::unexpected(std::move(arguments.error()));
    const auto uid = co_await callers_.uid(sender);
    if (!uid)
        co_return std::unexpected(uid.error());
    Caller caller{.uid = *uid, .bus_name = std::move(sender), .interactive = interactive};
    auto admitted = co_await authority_.admit(std::move(caller), method, *arguments);
    if (!admitted)
        co_return std::unexpected(std::move(admitted.error()));
    auto answer = co_await method.call(service_, *std::move(arguments), *uid);
    if (!answer)
        co_return std::unexpected(
            shown_to(authority_.audience(*uid, method), std::move(answer.error())));
    co_return answer;
}

} // namespace hotreload::ipc
