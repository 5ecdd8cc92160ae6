// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/varlink/server.hpp"

#include "ipc/permission.hpp"
#include "ipc/varlink/answers.hpp"
#include "ipc/varlink/arguments.hpp"
#include "ipc/varlink/errors.hpp"
#include "ipc/varlink/interface.h"
#include "os/proc.hpp"

#include <fcntl.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <format>
#include <utility>
#include <vector>

namespace hotreload::ipc {

namespace {

// The limits of connections. Every connection costs the loop something in each of its turns, so
// that thousands of them would bring it to a stop. A caller needs one. Root and the owner have what
// others cannot take, and whom polkit lets in, what strangers cannot.
constexpr unsigned kMostOfOneUser = 64;
constexpr unsigned kMostOfStrangers = 256;
constexpr unsigned kMostLetIn = 256;
constexpr unsigned kMost = kMostOfStrangers + kMostLetIn + 2 * kMostOfOneUser;
constexpr std::size_t kMostUsersLetIn = 256; // then they are strangers again
// Of a stranger's connections, those that are not read. While there are more, the user's calls are
// not taken up: an answer may be large.
constexpr std::size_t kMostHeld = 8;

constexpr auto kFlags = static_cast<sd_varlink_server_flags_t>(SD_VARLINK_SERVER_INHERIT_USERDATA |
                                                               SD_VARLINK_SERVER_ACCOUNT_UID);

// Nobody's, where it cannot be found out.
uid_t user_of(sd_varlink* link) {
    auto user = static_cast<uid_t>(-1);
    (void)sd_varlink_get_peer_uid(link, &user);
    return user;
}

// What strangers send is looked at when nothing else is to be done: libsystemd reads a message of
// up to 16 MiB in one piece, before it is known whose it is, and some take it seconds.
constexpr auto kPriorityOfStrangers = SD_EVENT_PRIORITY_NORMAL + 10;

int let_others_go_first(sd_varlink* link) {
    auto* const loop = sd_varlink_get_event(link);
    sd_varlink_detach_event(link);
    return sd_varlink_attach_event(link, loop, kPriorityOfStrangers);
}

// Nothing: who it is cannot be found out.
std::optional<Caller> caller_of(sd_varlink* link, bool interactive) {
    Caller caller{.interactive = interactive};
    if (sd_varlink_get_peer_uid(link, &caller.uid) < 0)
        return std::nullopt;
    // The link's own is closed with it. Where the kernel tells none, it stays without.
    if (const int pidfd = sd_varlink_get_peer_pidfd(link); pidfd >= 0)
        caller.pidfd = Fd(::fcntl(pidfd, F_DUPFD_CLOEXEC, 3));
    if (caller.pidfd)
        caller.comm = os::command_name(caller.pidfd);
    return caller;
}

Task<> settle(Task<Result<>> question, Completion<Result<>>::Resolver resolve) {
    resolve(co_await std::move(question));
}

Result<> checked(int r, const char* doing = "making the varlink server") {
    if (r < 0)
        return fail_errno(-r, doing);
    return {};
}

} // namespace

void VarlinkServer::ServerDeleter::operator()(sd_varlink_server* server) const noexcept {
    // Links that are open hold references of their own: shut down first, and nobody is told of
    // their end any more.
    (void)sd_varlink_server_bind_disconnect(server, nullptr);
    (void)sd_varlink_server_shutdown(server);
    sd_varlink_server_unref(server);
}

template <std::size_t... kRow>
Result<> VarlinkServer::bind_methods(std::index_sequence<kRow...>) {
    Result<> bound;
    const auto bind = [&]<std::size_t kEach>() {
        constexpr auto on_call = [](sd_varlink* link, sd_json_variant* parameters,
                                    sd_varlink_method_flags_t flags, void* self) noexcept {
            return static_cast<VarlinkServer*>(self)->called(
                link, method_table()[kEach], parameters, flags & SD_VARLINK_METHOD_ONEWAY);
        };
        const auto name = std::format("org.hotreload.{}", method_table()[kEach].name);
        if (bound && method_table()[kEach].on_socket)
            bound = checked(sd_varlink_server_bind_method(server_.get(), name.c_str(), on_call));
    };
    (bind.template operator()<kRow>(), ...);
    return bound;
}

Result<> VarlinkServer::make() {
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
        .and_then([&] { return bind_methods(std::make_index_sequence<kMethods>()); })
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
    auto listening = checked(sd_varlink_server_listen_fd(server_.get(), socket.get()),
                             "listening on the varlink socket");
    if (listening)
        (void)socket.release(); // the server's now
    return listening;
}

unsigned VarlinkServer::connections() const {
    return server_ ? sd_varlink_server_current_connections(server_.get()) : 0;
}

void VarlinkServer::leave_slow_ones() noexcept {
    std::vector<Link> slow;
    for (const auto& [link, connection] : connections_)
        if (does_not_read(link))
            slow.push_back(reference(link));
    for (const auto& link : slow)
        (void)sd_varlink_close(link.get());
}

void VarlinkServer::active() noexcept {
    if (on_activity)
        on_activity();
}

int VarlinkServer::connected(sd_varlink* link) noexcept {
    const auto user = user_of(link);
    Connection connection{.user = user, .standing = standing_of(user)};
    if (connection.standing == Standing::Stranger && count(Standing::Stranger) >= kMostOfStrangers)
        return -EUSERS;
    const bool own = connection.standing == Standing::Own;
    connections_.emplace(link, std::move(connection));
    if (own)
        return 0;
    back_pressure_.add(link, user, kPriorityOfStrangers);
    return let_others_go_first(link);
}

void VarlinkServer::disconnected(sd_varlink* link) noexcept {
    back_pressure_.remove(link);
    if (const auto connection = connections_.extract(link))
        for (const auto& resolve : connection.mapped().questions)
            resolve(fail(ErrorCode::NotAuthorized, "the caller has left"));
    monitors_.remove(link);
    active();
}

std::size_t VarlinkServer::count(Standing standing) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        connections_, [&](const auto& each) { return each.second.standing == standing; }));
}

VarlinkServer::Standing VarlinkServer::standing_of(uid_t user) const {
    if (permitted(user, ::geteuid()))
        return Standing::Own;
    return let_in_.contains(user) && count(Standing::LetIn) < kMostLetIn ? Standing::LetIn
                                                                         : Standing::Stranger;
}

// The Authority has admitted the user to something, who takes no stranger's place from now on.
void VarlinkServer::let_in(sd_varlink* link) {
    const auto found = connections_.find(link);
    if (found == connections_.end() || found->second.standing != Standing::Stranger)
        return;
    if (let_in_.size() >= kMostUsersLetIn)
        let_in_.clear();
    let_in_.insert(found->second.user);
    found->second.standing = standing_of(found->second.user);
}

// A caller who wants no answer gets none, of an error either.
int VarlinkServer::called(sd_varlink* link, const Method& method, sd_json_variant* parameters,
                          bool oneway) noexcept {
    active();
    const auto refuse = [&](const Error& error) {
        return oneway ? 0 : reply_error(link, error, {}, Audience::Everybody);
    };
    if (connections_[link].calls >= kMostCalls)
        return refuse({ErrorCode::Busy,
                       std::format("{} calls of this connection are under way", kMostCalls)});
    if (back_pressure_.held(connections_[link].user) >= kMostHeld)
        return refuse({ErrorCode::Busy,
                       std::format("{} connections of yours do not read what they were answered",
                                   kMostHeld)});
    auto arguments = read_arguments(method, parameters);
    if (!arguments)
        return refuse(arguments.error());
    auto caller = caller_of(link, allows_interaction(parameters));
    if (!caller)
        return refuse({ErrorCode::NotAuthorized, "who calls cannot be found out"});
    if (!arguments->wait)
        arguments->wait = true;
    tasks_.spawn(serve(reference(link), method, *std::move(arguments), *std::move(caller), oneway));
    return 0;
}

Task<> VarlinkServer::serve(Link link, const Method& method, Arguments arguments, Caller caller,
                            bool oneway) {
    ++in_flight_;
    ++connections_[link.get()].calls;
    co_await answer(link.get(), method, std::move(arguments), std::move(caller), oneway);
    if (const auto connection = connections_.find(link.get()); connection != connections_.end())
        --connection->second.calls;
    --in_flight_;
    active();
}

// Asks the Authority. The question is withdrawn, with the task that asks it, when the caller leaves
// before it is answered: nobody is asked for a password for what nobody waits for.
Task<Result<>> VarlinkServer::admit(sd_varlink* link, const Method& method,
                                    const Arguments& arguments, Caller caller) {
    Completion<Result<>> answer(loop_);
    auto asking = settle(authority_.admit(std::move(caller), method, arguments), answer.resolver());
    asking.start();
    if (asking.done())
        co_return co_await answer;
    auto& questions = connections_[link].questions;
    const auto mine = questions.insert(questions.end(), answer.resolver());
    auto admitted = co_await answer;
    if (connections_.contains(link))
        questions.erase(mine);
    co_return admitted;
}

// What cannot be sent has nobody any more who waits for it, or is too large.
Task<> VarlinkServer::answer(sd_varlink* link, const Method& method, Arguments arguments,
                             Caller caller, bool oneway) {
    const auto target = arguments.target;
    const auto uid = caller.uid;
    Asker asker(uid, std::move(caller.comm));
    const auto admitted = co_await admit(link, method, arguments, std::move(caller));
    if (admitted && method.permission != Permission::Everyone)
        let_in(link);
    const auto reader = admitted ? authority_.audience(uid, method) : Audience::Everybody;
    Result<Answer> result = Answer();
    if (!admitted && method.open == Method::Open::Nowhere)
        result = std::unexpected(admitted.error());
    else if (method.call)
        result = co_await method.call(service_, std::move(arguments), std::move(asker));
    else
        co_return monitors_.add(reference(link), reader);
    if (oneway)
        co_return;
    if (!result)
        co_return void(reply_error(link, result.error(), target, reader));
    const auto reply = to_variant(*result, reader);
    if (!reply || sd_varlink_reply(link, reply.get()) < 0)
        (void)reply_error(link, {ErrorCode::Failed, "the answer cannot be sent"}, target, reader);
}

} // namespace hotreload::ipc
