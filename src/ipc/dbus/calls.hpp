// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Calls of methods that are under way: each authorises its caller by the table of methods, does its
// work and is answered when that is done; any number at a time. The objects on the bus share one.

#include "base/error.hpp"
#include "base/executor.hpp"
#include "base/task.hpp"
#include "ipc/dbus/callers.hpp"
#include "ipc/dbus/errors.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace hotreload::ipc {

template <class... R>
using CallAnswer = Task<Result<std::tuple<R...>>>;

class Calls {
public:
    Calls(sdbus::IConnection& connection, Executor& executor) : callers_(connection, executor) {}

    [[nodiscard]] std::size_t count() const { return in_flight_; }
    std::function<void()> on_answered; // a call has ended

    // Held by an object on the bus as long as it is there.
    using Presence = std::shared_ptr<const bool>;
    static Presence presence() { return std::make_shared<const bool>(true); }

    // The caller and the method are those of the message that `object` is handling. `work` does not
    // begin before its caller is admitted, and may end after the object is gone: then its result
    // cannot be sent any more, for libsystemd compares the reply with the object's method table.
    template <class... R>
    void serve(sdbus::IObject& object, const Presence& present, sdbus::Result<R...>&& reply,
               CallAnswer<R...> work) {
        serve(object, present, std::move(reply),
              [work = std::move(work)](uid_t) mutable { return std::move(work); });
    }

    // Serves work that has to know its caller: it is made of the caller's user id, once the caller
    // is admitted.
    template <class... R, std::invocable<uid_t> Make>
    void serve(sdbus::IObject& object, const Presence& present, sdbus::Result<R...>&& reply,
               Make make) {
        const auto call = object.getCurrentlyProcessedMessage();
        const char* sender = call.getSender();
        tasks_.spawn(run(std::move(reply), call.getInterfaceName(), call.getMemberName(),
                         sender ? sender : "", present, std::move(make)));
    }

private:
    template <class... R, class Make>
    Task<> run(sdbus::Result<R...> reply, std::string interface, std::string method,
               std::string sender, std::weak_ptr<const bool> present, Make make) {
        ++in_flight_;
        auto admitted = co_await admit(std::move(interface), std::move(method), std::move(sender));
        Result<std::tuple<R...>> answer = std::unexpected(admitted ? Error() : admitted.error());
        if (admitted)
            answer = co_await make(*admitted);
        if (answer && present.expired())
            answer = fail(ErrorCode::NotFound, "the object that was called is gone");
        const bool sent = send_if_connected([&] {
            if (answer)
                std::apply([&](const R&... values) { reply.returnResults(values...); }, *answer);
            else
                reply.returnError(to_bus_error(answer.error()));
        });
        // An answer that the bus does not take (too long, say) must not leave the caller waiting.
        if (!sent)
            send_if_connected([&] {
                reply.returnError(to_bus_error({ErrorCode::Failed, "the answer cannot be sent"}));
            });
        --in_flight_;
        if (on_answered)
            on_answered();
    }

    Task<Result<uid_t>> admit(std::string interface, std::string method, std::string sender);

    Callers callers_;
    std::size_t in_flight_ = 0;
    TaskScope tasks_;
};

} // namespace hotreload::ipc
