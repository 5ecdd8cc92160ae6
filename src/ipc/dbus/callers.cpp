// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/callers.hpp"

#include "base/completion.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <format>

namespace hotreload::ipc {

namespace {

constexpr std::size_t kMostKnown = 256; // then all are forgotten, and asked for again

using Found = Result<std::uint32_t>;

std::unexpected<Error> unknown(const std::string& sender, const sdbus::Error& error) {
    return fail(ErrorCode::NotAuthorized,
                std::format("who {} is cannot be found out: {}", sender, error.getMessage()));
}

} // namespace

Callers::Callers(sdbus::IConnection& connection, Executor& executor)
    : executor_(executor),
      bus_(sdbus::createProxy(connection, sdbus::ServiceName{"org.freedesktop.DBus"},
                              sdbus::ObjectPath{"/org/freedesktop/DBus"})) {}

Task<Result<uid_t>> Callers::uid(std::string sender) {
    if (const auto known = known_.find(sender); known != known_.end())
        co_return known->second;

    Completion<Found> answer(executor_);
    try {
        bus_->callMethodAsync("GetConnectionUnixUser")
            .onInterface("org.freedesktop.DBus")
            .withArguments(sender)
            .uponReplyInvoke([resolve = answer.resolver(),
                              sender](std::optional<sdbus::Error> error, std::uint32_t uid) {
                if (error)
                    resolve(unknown(sender, *error));
                else
                    resolve(uid);
            });
    } catch (const sdbus::Error& error) { // it cannot be sent
        co_return unknown(sender, error);
    }
    auto uid = co_await answer;
    if (!uid)
        co_return std::unexpected(std::move(uid.error()));
    if (known_.size() >= kMostKnown)
        known_.clear();
    known_[sender] = *uid;
    co_return *uid;
}

} // namespace hotreload::ipc
