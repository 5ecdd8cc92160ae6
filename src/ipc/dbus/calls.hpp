// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Calls of methods that are under way: each understands its arguments, has its caller admitted,
// does its work and is answered when that is done; any number at a time. The objects on the bus
// share one.

#include "base/error.hpp"
#include "base/executor.hpp"
#include "base/task.hpp"
#include "ipc/dbus/answers.hpp"
#include "ipc/dbus/arguments.hpp"
#include "ipc/dbus/bus.hpp"
#include "ipc/dbus/callers.hpp"
#include "ipc/dbus/errors.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstddef>
#include <format>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace hotreload::ipc {

class Calls {
public:
    // Calls of one connection that are under way: as many as Debian's system bus lets one wait for.
    // Only who wants no answers could have more.
    static constexpr std::size_t kMostOfOneCaller = 128;

    // All of them outlive it.
    Calls(Bus& bus, Service& service, Authority& authority, Executor& executor)
        : bus_(bus),
          service_(service),
          authority_(authority),
          callers_(bus.connection(), executor) {}

    [[nodiscard]] std::size_t count() const { return in_flight_; }
    std::function<void()> on_answered; // a call has ended

    // Held by an object on the bus as long as it is there.
    using Presence = std::shared_ptr<const bool>;
    static Presence presence() { return std::make_shared<const bool>(true); }

    // The caller and the method are those of the message that `object` is handling; its arguments
    // are `given` and `options`. The call may end after the object is gone: then its result cannot
    // be sent any more, for libsystemd compares the reply with the object's method table.
    template <class... R, class... Given>
    void serve(sdbus::IObject& object, const Presence& present, sdbus::Result<R...>&& reply,
               const OptionMap& options, Given... given) {
        const auto call = object.getCurrentlyProcessedMessage();
        const char* sender = call.getSender();
        const auto* method = find_method(call.getInterfaceName(), call.getMemberName());
        if (!method)
            return reply.returnError(
                to_bus_error({ErrorCode::Failed, "the method has no row in the table of methods"}));
        std::string caller = sender ? sender : "";
        if (const auto known = calls_of_.find(caller);
            known != calls_of_.end() && known->second >= kMostOfOneCaller)
            return reply.returnError(to_bus_error(
                {ErrorCode::Busy,
                 std::format("{} calls of this connection are under way", kMostOfOneCaller)}));
        tasks_.spawn(run(std::move(reply), *method,
                         read_arguments(*method, {Value(std::move(given))...}, options),
                         std::move(caller), allows_interaction(), present));
    }

private:
    template <class... R>
    Task<> run(sdbus::Result<R...> reply, const Method& method, Result<Arguments> arguments,
               std::string sender, bool interactive, std::weak_ptr<const bool> present) {
        ++in_flight_;
        ++calls_of_[sender];
        auto [answer, reader] =
            co_await answer_to(method, std::move(arguments), sender, interactive);
        if (answer && present.expired())
            answer = fail(ErrorCode::NotFound, "the object that was called is gone");
        const bool sent = send_if_connected([&] {
            if (!answer)
                return reply.returnError(to_bus_error(answer.error()));
            std::tuple<R...> results;
            put(*answer, reader, results);
            std::apply([&](const R&... values) { reply.returnResults(values...); }, results);
        });
        // An answer that the bus does not take (too long, say) must not leave the caller waiting.
        if (!sent)
            send_if_connected([&] {
                reply.returnError(to_bus_error({ErrorCode::Failed, "the answer cannot be sent"}));
            });
        --in_flight_;
        if (const auto its = calls_of_.find(sender); --its->second == 0)
            calls_of_.erase(its);
        if (on_answered)
            on_answered();
    }

    struct Answered {
        Result<Answer> answer;
        Audience reader = Audience::Everybody;
    };
    Task<Answered> answer_to(const Method& method, Result<Arguments> arguments, std::string sender,
                             bool interactive);
    // The caller of the message that is handled waits while somebody is asked for a password.
    [[nodiscard]] bool allows_interaction() const;

    Bus& bus_;
    Service& service_;
    Authority& authority_;
    Callers callers_;
    std::size_t in_flight_ = 0;
    std::map<std::string, std::size_t> calls_of_; // each connection's that are under way
    TaskScope tasks_;
};

} // namespace hotreload::ipc
