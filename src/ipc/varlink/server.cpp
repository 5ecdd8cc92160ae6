// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/server.hpp"

#include "ipc/present/json.hpp"
#include "ipc/varlink/interface.h"

#include <systemd/sd-json.h>
#include <systemd/sd-varlink.h>

#include <cstddef>

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

struct VariantDeleter {
    void operator()(sd_json_variant* variant) const noexcept { sd_json_variant_unref(variant); }
};
using Variant = std::unique_ptr<sd_json_variant, VariantDeleter>;

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
        // Not 0: what is wrong with them is answered already.
        if (const int r = sd_varlink_dispatch(link, parameters, kStatusArguments, &arguments))
            return r;
        return static_cast<VarlinkServer*>(self)->status(link, arguments.project);
    };
    // The link is not counted any more.
    constexpr auto on_disconnect = [](sd_varlink_server*, sd_varlink*, void* self) noexcept {
        static_cast<VarlinkServer*>(self)->active();
    };
    sd_varlink_server* server = nullptr;
    return checked(sd_varlink_server_new(&server, SD_VARLINK_SERVER_INHERIT_USERDATA))
        .and_then([&] {
            server_.reset(server);
            sd_varlink_server_set_userdata(server, this);
            return checked(sd_varlink_server_set_info(server, "hotreload", "hotreloadd",
                                                      HOTRELOAD_VERSION, nullptr));
        })
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

int VarlinkServer::status(sd_varlink* link, const char* project) noexcept {
    active();
    std::vector<ProjectView> views;
    for (auto& each : service_.projects())
        if (!project || each.name == project)
            views.push_back({each, service_.services(each.name), service_.configs(each.name)});
    if (project && views.empty())
        return sd_varlink_errorbo(link, "org.hotreload.NoSuchTarget",
                                  SD_JSON_BUILD_PAIR_STRING("target", project));

    sd_json_variant* parsed = nullptr;
    const int r =
        sd_json_parse(status_json(HOTRELOAD_VERSION, views).c_str(), {}, &parsed, nullptr, nullptr);
    const Variant answer(parsed);
    return r < 0 ? r : sd_varlink_reply(link, answer.get());
}

} // namespace hotreload::ipc
