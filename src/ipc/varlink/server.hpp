// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// org.hotreload as Varlink, for callers without a bus: on the socket that hotreloadd.socket opened.
// Status is for whoever the socket's mode lets in: callers who may inspect are told values and
// reasons, too, the others what the bus tells everybody. One user has a few dozen connections at
// most, and all strangers together a few hundred: what is more is closed at once, and others go on
// being served.

#include "base/fd.hpp"
#include "ipc/service.hpp"
#include "os/event_loop.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

using sd_json_variant = struct sd_json_variant;
using sd_varlink = struct sd_varlink;
using sd_varlink_server = struct sd_varlink_server;

namespace hotreload::ipc {

class VarlinkServer {
public:
    // The loop and the service outlive it.
    VarlinkServer(os::EventLoop& loop, Service& service) : loop_(loop), service_(service) {}
    VarlinkServer(const VarlinkServer&) = delete;
    VarlinkServer& operator=(const VarlinkServer&) = delete;

    // Listens on a socket that the service manager opened. A daemon that was started by hand has
    // none.
    Result<> listen(Fd socket);

    // Connections that are open now, and a callback for the idle timer: somebody called, or left.
    [[nodiscard]] unsigned connections() const;
    std::function<void()> on_activity;

private:
    struct ServerDeleter {
        void operator()(sd_varlink_server* server) const noexcept;
    };

    Result<> make();
    void active() noexcept;
    int connected(sd_varlink* link) noexcept; // not 0: it is turned away
    void disconnected(sd_varlink* link) noexcept;
    int status(sd_varlink* link, const char* project) noexcept;

    os::EventLoop& loop_;
    Service& service_;
    std::set<sd_varlink*> strangers_; // links of those who may not inspect
    std::unique_ptr<sd_varlink_server, ServerDeleter> server_;
};

} // namespace hotreload::ipc
