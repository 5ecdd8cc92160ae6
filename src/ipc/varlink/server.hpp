// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// org.hotreload as Varlink, for callers without a bus: on the socket that hotreloadd.socket opened.
// It serves the table of methods to whoever the socket's mode lets in and the Authority admits.
// A call is answered when its work has ended, and others go on meanwhile; a caller who goes away
// ends nothing that has begun, and is asked about no more.
//
// Everything that a caller has is limited: one user has a few dozen connections at most, and all
// strangers together a few hundred: what is more is closed at once, and others go on being served.
// Of one connection, so many calls are under way at a time, and what strangers call is looked at
// when they have read what they were answered.

#include "base/completion.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "ipc/methods.hpp"
#include "ipc/varlink/back_pressure.hpp"
#include "ipc/varlink/link.hpp"
#include "ipc/varlink/monitors.hpp"
#include "os/event_loop.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>

using sd_json_variant = struct sd_json_variant;
using sd_varlink_server = struct sd_varlink_server;

namespace hotreload::ipc {

class VarlinkServer {
public:
    static constexpr std::size_t kMostCalls = 16; // of a connection, under way

    // All of them outlive it.
    VarlinkServer(os::EventLoop& loop, Service& service, Authority& authority)
        : loop_(loop),
          service_(service),
          authority_(authority),
          monitors_(service),
          back_pressure_(loop) {}
    VarlinkServer(const VarlinkServer&) = delete;
    VarlinkServer& operator=(const VarlinkServer&) = delete;

    // Listens on a socket that the service manager opened. A daemon that was started by hand has
    // none.
    Result<> listen(Fd socket);

    // Before the loop's end, at which libsystemd waits until everybody has read what was sent:
    // closes the connections of those who do not read.
    void leave_slow_ones() noexcept;

    // What is told to it goes to the callers of Monitor.
    [[nodiscard]] Events& monitors() { return monitors_; }

    // Connections that are open now, calls that are not answered yet, and a callback for the idle
    // timer: somebody called, was answered, or left.
    [[nodiscard]] unsigned connections() const;
    [[nodiscard]] std::size_t calls() const { return in_flight_; }
    std::function<void()> on_activity;

private:
    struct ServerDeleter {
        void operator()(sd_varlink_server* server) const noexcept;
    };
    // Root's and the owner's; a user's whom the Authority has admitted to something; nobody's in
    // particular.
    enum class Standing { Own, LetIn, Stranger };
    struct Connection {
        uid_t user = static_cast<uid_t>(-1);
        Standing standing = Standing::Stranger;
        std::size_t calls = 0; // under way
        std::list<Completion<Result<>>::Resolver>
            questions{}; // that the Authority has not answered
    };

    Result<> make();
    template <std::size_t... kRow>
    Result<> bind_methods(std::index_sequence<kRow...>);
    void active() noexcept;
    int connected(sd_varlink* link) noexcept; // not 0: it is turned away
    void disconnected(sd_varlink* link) noexcept;
    [[nodiscard]] std::size_t count(Standing standing) const; // connections
    [[nodiscard]] Standing standing_of(uid_t user) const;     // of one more
    void let_in(sd_varlink* link);
    int called(sd_varlink* link, const Method& method, sd_json_variant* parameters,
               bool oneway) noexcept;
    Task<> serve(Link link, const Method& method, Arguments arguments, Caller caller, bool oneway);
    Task<Result<>> admit(sd_varlink* link, const Method& method, const Arguments& arguments,
                         Caller caller);
    Task<> answer(sd_varlink* link, const Method& method, Arguments arguments, Caller caller,
                  bool oneway);

    os::EventLoop& loop_;
    Service& service_;
    Authority& authority_;
    std::map<sd_varlink*, Connection> connections_;
    std::set<uid_t> let_in_; // users
    std::size_t in_flight_ = 0;
    Monitors monitors_;
    std::unique_ptr<sd_varlink_server, ServerDeleter> server_;
    BackPressure back_pressure_; // goes before the links do
    TaskScope tasks_;
};

} // namespace hotreload::ipc
