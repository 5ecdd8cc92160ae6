// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/calls.hpp"

#include <systemd/sd-bus.h>

namespace hotreload::ipc {

bool Calls::allows_interaction() const {
    auto* const call = sd_bus_get_current_message(bus_.handle());
    return call && sd_bus_message_get_allow_interactive_authorization(call) > 0;
}

Task<Calls::Answered> Calls::answer_to(const Method& method, Result<Arguments> arguments,
                                       std::string sender, bool interactive) {
    if (!arguments)
        co_return Answered{std::unexpected(std::move(arguments.error()))};
    auto asker = co_await callers_.find(sender);
    if (!asker)
        co_return Answered{std::unexpected(asker.error())};
    const uid_t uid = asker->uid;
    Caller caller{.uid = uid, .bus_name = std::move(sender), .interactive = interactive};
    auto admitted = co_await authority_.admit(std::move(caller), method, *arguments);
    if (!admitted && method.open != Method::Open::Everywhere)
        co_return Answered{std::unexpected(std::move(admitted.error()))};
    const auto reader = admitted ? authority_.audience(uid, method) : Audience::Everybody;
    auto answer = co_await method.call(service_, *std::move(arguments), *std::move(asker));
    if (!answer)
        co_return Answered{std::unexpected(shown_to(reader, std::move(answer.error())))};
    co_return Answered{std::move(answer), reader};
}

} // namespace hotreload::ipc
