// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/callers.hpp"

#include "base/completion.hpp"
#include "base/fd.hpp"
#include "os/proc.hpp"

#include <fcntl.h>
#include <sdbus-c++/sdbus-c++.h>

#include <format>
#include <map>
#include <optional>

namespace hotreload::ipc {

namespace {

constexpr std::size_t kMostKnown = 256; // then all are forgotten, and asked for again

using Found = Result<Asker>;
using Credentials = std::map<std::string, sdbus::Variant>;

template <class T>
std::optional<T> credential(const Credentials& credentials, const char* name) {
    const auto found = credentials.find(name);
    if (found == credentials.end() || !found->second.containsValueOfType<T>())
        return std::nullopt;
    return found->second.get<T>();
}

// A bus that hands out no descriptor of the process has its number, which another one may have by
// now: it is for people alone.
std::string command_name_in(const Credentials& credentials) {
    if (const auto process = credential<sdbus::UnixFd>(credentials, "ProcessFD"))
        return os::command_name(Fd(::fcntl(process->get(), F_DUPFD_CLOEXEC, 3)));
    const auto number = credential<std::uint32_t>(credentials, "ProcessID");
    return number ? os::command_name(static_cast<pid_t>(*number)) : "";
}

std::unexpected<Error> unknown(const std::string& sender, const std::string& why) {
    return fail(ErrorCode::NotAuthorized,
                std::format("who {} is cannot be found out: {}", sender, why));
}

Found asker_in(const Credentials& credentials, const std::string& sender) {
    const auto uid = credential<std::uint32_t>(credentials, "UnixUserID");
    if (!uid)
        return unknown(sender, "the bus does not know its user");
    return Asker(*uid, command_name_in(credentials));
}

} // namespace

Callers::Callers(sdbus::IConnection& connection, Executor& executor)
    : executor_(executor),
      bus_(sdbus::createProxy(connection, sdbus::ServiceName{"org.freedesktop.DBus"},
                              sdbus::ObjectPath{"/org/freedesktop/DBus"})) {}

Task<Result<Asker>> Callers::find(std::string sender) {
    if (const auto known = known_.find(sender); known != known_.end())
        co_return known->second;

    Completion<Found> answer(executor_);
    try {
        bus_->callMethodAsync("GetConnectionCredentials")
            .onInterface("org.freedesktop.DBus")
            .withArguments(sender)
            .uponReplyInvoke(
                [resolve = answer.resolver(), sender](std::optional<sdbus::Error> error,
                                                      const Credentials& credentials) {
                    if (error)
                        resolve(unknown(sender, error->getMessage()));
                    else
                        resolve(asker_in(credentials, sender));
                });
    } catch (const sdbus::Error& error) { // it cannot be sent
        co_return unknown(sender, error.getMessage());
    }
    auto found = co_await answer;
    if (!found)
        co_return found;
    if (known_.size() >= kMostKnown)
        known_.clear();
    known_.emplace(sender, *found);
    co_return found;
}

} // namespace hotreload::ipc
