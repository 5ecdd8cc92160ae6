// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/server.hpp"

#include "base/utf8.hpp"
#include "ipc/permission.hpp"
#include "ipc/present/status.hpp"
#include "ipc/varlink/interface.h"
#include "ipc/varlink/variant.hpp"

#include <systemd/sd-json.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace hotreload::ipc {

namespace {

struct StatusArguments {
    const char* project = nullptr;
};

constexpr sd_json_dispatch_field kStatusArguments[] = {
    {"project", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
     offsetof(StatusArguments, project), SD_JSON_NULLABLE},
    {},
};

// The limits of connections. Every connection costs the loop something in each of its turns, so
// that thousands of them would bring it to a stop. A caller needs one. Root and the owner have what
// others cannot take.
constexpr unsigned kMostOfOneUser = 64;
constexpr unsigned kMostOfStrangers = 256;
constexpr unsigned kMost = kMostOfStrangers + 2 * kMostOfOneUser;

constexpr auto kFlags = static_cast<sd_varlink_server_flags_t>(SD_VARLINK_SERVER_INHERIT_USERDATA |
                                                               SD_VARLINK_SERVER_ACCOUNT_UID);

bool is_stranger(sd_varlink* link) {
    uid_t caller = 0;
    return sd_varlink_get_peer_uid(link, &caller) < 0 || !permitted(caller, ::geteuid());
}

// Ends the call with an error, as the transport has it.
int refuse(sd_varlink* link, const char* target, const Error& error) {
    switch (error.code) {
    case ErrorCode::NotFound: {
        VariantBuilder parameters;
        parameters.begin_object();
        parameters.key("target");
        parameters.string_value(to_utf8(target));
        parameters.end_object();
        return sd_varlink_error(link, "org.hotreload.NoSuchTarget",
                                std::move(parameters).take().get());
    }
    case ErrorCode::Invalid:
        return sd_varlink_error_invalid_parameter_name(link, "project");
    case ErrorCode::NotAuthorized:
        return sd_varlink_error(link, SD_VARLINK_ERROR_PERMISSION_DENIED, nullptr);
    case ErrorCode::Busy:
        return sd_varlink_error_errno(link, -EBUSY);
    case ErrorCode::TimedOut:
        return sd_varlink_error_errno(link, -ETIMEDOUT);
    case ErrorCode::Failed:
        break;
    }
    return sd_varlink_error_errno(link, -EIO);
}

} // namespace

void VarlinkServer::ServerDeleter::operator()(sd_varlink_server* server) const noexcept {
    // Links that are open hold references of their own: shut down first, and nobody is told of
    // their end any more.
    (void)sd_varlink_server_bind_disconnect(server, nullptr);
    (void)sd_varlink_server_shutdown(server);
    sd_varlink_server_unref(server);
}

Result<> VarlinkServer::make() {
    const auto checked = [](int r) -> Result<> {
        if (r < 0)
            return fail_errno(-r, "making the varlink server");
        return {};
    };
    constexpr auto on_status = [](sd_varlink* link, sd_json_variant* parameters,
                                  sd_varlink_method_flags_t, void* self) noexcept {
        StatusArguments arguments;
        // sd_varlink_dispatch has answered when it does not return 0.
        if (const int r = sd_varlink_dispatch(link, parameters, kStatusArguments, &arguments))
            return r;
        return static_cast<VarlinkServer*>(self)->status(link, arguments.project);
    };
    // An error closes the link.
    constexpr auto on_connect = [](sd_varlink_server*, sd_varlink* link, void* self) noexcept {
        return static_cast<VarlinkServer*>(self)->connected(link);
    };
    // The link is not counted any more.
    constexpr auto on_disconnect = [](sd_varlink_server*, sd_varlink* link, void* self) noexcept {
        static_cast<VarlinkServer*>(self)->disconnected(link);
    };
    sd_varlink_server* server = nullptr;
    return checked(sd_varlink_server_new(&server, kFlags))
        .and_then([&] {
            server_.reset(server);
            sd_varlink_server_set_userdata(server, this);
            return checked(sd_varlink_server_set_info(server, "hotreload", "hotreloadd",
                                                      HOTRELOAD_VERSION, nullptr));
        })
        .and_then([&] { return checked(sd_varlink_server_set_connections_max(server, kMost)); })
        .and_then([&] {
            return checked(sd_varlink_server_set_connections_per_uid_max(server, kMostOfOneUser));
        })
        .and_then([&] { return checked(sd_varlink_server_bind_connect(server, on_connect)); })
        .and_then([&] {
            return checked(sd_varlink_server_add_interface(server, hotreload_varlink_interface()));
        })
        .and_then([&] {
            return checked(
                sd_varlink_server_bind_method(server, "org.hotreload.Status", on_status));
        })
        .and_then([&] { return checked(sd_varlink_server_bind_disconnect(server, on_disconnect)); })
        .and_then([&] {
            return checked(
                sd_varlink_server_attach_event(server, loop_.handle(), SD_EVENT_PRIORITY_NORMAL));
        });
}

Result<> VarlinkServer::listen(Fd socket) {
    if (!server_)
        if (auto made = make(); !made)
            return made;
    if (const int r = sd_varlink_server_listen_fd(server_.get(), socket.get()); r < 0)
        return fail_errno(-r, "listening on the varlink socket");
    (void)socket.release(); // the server's now
    return {};
}

unsigned VarlinkServer::connections() const {
    return server_ ? sd_varlink_server_current_connections(server_.get()) : 0;
}

void VarlinkServer::active() noexcept {
    if (on_activity)
        on_activity();
}

int VarlinkServer::connected(sd_varlink* link) noexcept {
    if (!is_stranger(link))
        return 0;
    if (strangers_.size() >= kMostOfStrangers)
        return -EUSERS;
    strangers_.insert(link);
    return 0;
}

void VarlinkServer::disconnected(sd_varlink* link) noexcept {
    strangers_.erase(link);
    active();
}

int VarlinkServer::status(sd_varlink* link, const char* project) noexcept {
    active();
    const auto* const target = project ? project : "";
    const auto views = service_.status(target);
    if (!views)
        return refuse(link, target, views.error());
    uid_t caller = 0;
    if (const int r = sd_varlink_get_peer_uid(link, &caller); r < 0)
        return r;
    VariantBuilder answer;
    write_status(answer, HOTRELOAD_VERSION, *views, audience_of(caller, ::geteuid()));
    const auto status = std::move(answer).take();
    return status ? sd_varlink_reply(link, status.get()) : sd_varlink_error_errno(link, -EIO);
}

} // namespace hotreload::ipc
