// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/manager_object.hpp"

#include "ipc/dbus/errors.hpp"
#include "ipc/dbus/methods.hpp"
#include "ipc/dbus/paths.hpp"
#include "ipc/present/json.hpp"

#include <unistd.h>

namespace hotreload::ipc {

namespace {

// The error of a Result of one type as a Result of another.
template <class T>
std::unexpected<Error> error_of(Result<T>& result) {
    return std::unexpected(std::move(result.error()));
}

} // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection, Service& service, Executor& executor)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{kManagerPath}),
      service_(service),
      callers_(connection, executor) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

Task<Result<>> ManagerObject::admit(std::string method, std::string sender) {
    const auto* row = find_method(method);
    if (!row)
        co_return fail(ErrorCode::NotAuthorized, method + " has no row in the table of methods");
    auto uid = co_await callers_.uid(std::move(sender));
    if (!uid)
        co_return error_of(uid);
    co_return authorise(*row, *uid, ::geteuid());
}

template <class... R>
void ManagerObject::serve(sdbus::Result<R...>&& reply, Answer<R...> work) {
    const auto call = getObject().getCurrentlyProcessedMessage();
    const char* sender = call.getSender();
    calls_.spawn(run(std::move(reply), std::string(call.getMemberName()),
                     std::string(sender ? sender : ""), std::move(work)));
}

template <class... R>
Task<> ManagerObject::run(sdbus::Result<R...> reply, std::string method, std::string sender,
                          Answer<R...> work) {
    ++in_flight_;
    auto admitted = co_await admit(std::move(method), std::move(sender));
    Result<std::tuple<R...>> answer = std::unexpected(admitted ? Error() : admitted.error());
    if (admitted)
        answer = co_await std::move(work);
    const bool sent = send_if_connected([&] {
        if (answer)
            std::apply([&](const R&... values) { reply.returnResults(values...); }, *answer);
        else
            reply.returnError(to_bus_error(answer.error()));
    });
    if (!sent) // an answer that the bus does not take (too long, say) must not leave them waiting
        send_if_connected([&] {
            reply.returnError(to_bus_error({ErrorCode::Failed, "the answer cannot be sent"}));
        });
    --in_flight_;
    if (on_answered)
        on_answered();
}

void ManagerObject::Up(sdbus::Result<sdbus::ObjectPath>&& reply, std::string path,
                       OptionMap options) {
    serve(std::move(reply), up(std::move(path), std::move(options)));
}

auto ManagerObject::up(std::string path, OptionMap raw) -> Answer<sdbus::ObjectPath> {
    if (auto ok = check_path(path); !ok)
        co_return error_of(ok);
    auto options = up_options(raw);
    if (!options)
        co_return error_of(options);
    auto project = co_await service_.up(std::move(path), *options);
    if (!project)
        co_return error_of(project);
    co_return std::tuple(sdbus::ObjectPath(project_path(*project)));
}

void ManagerObject::Down(sdbus::Result<>&& reply, std::string project, OptionMap options) {
    serve(std::move(reply), down(std::move(project), std::move(options)));
}

auto ManagerObject::down(std::string project, OptionMap raw) -> Answer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.down(std::move(project));
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Plan(sdbus::Result<std::string>&& reply, std::string target,
                         OptionMap options) {
    serve(std::move(reply), plan(std::move(target), std::move(options)));
}

auto ManagerObject::plan(std::string target, OptionMap raw) -> Answer<std::string> {
    auto options = reload_options(raw);
    if (!options)
        co_return error_of(options);
    auto plan = co_await service_.plan(std::move(target), *options);
    if (!plan)
        co_return error_of(plan);
    co_return std::tuple(plan_json(*plan));
}

void ManagerObject::Reload(sdbus::Result<std::uint64_t>&& reply, std::string target,
                           OptionMap options) {
    serve(std::move(reply), reload(std::move(target), std::move(options)));
}

auto ManagerObject::reload(std::string target, OptionMap raw) -> Answer<std::uint64_t> {
    auto options = reload_options(raw);
    if (!options)
        co_return error_of(options);
    auto id = co_await service_.reload(std::move(target), *options);
    if (!id)
        co_return error_of(id);
    co_return std::tuple(*id);
}

void ManagerObject::Restart(sdbus::Result<std::uint64_t>&& reply, std::string target,
                            OptionMap options) {
    serve(std::move(reply), restart(std::move(target), std::move(options)));
}

auto ManagerObject::restart(std::string target, OptionMap raw) -> Answer<std::uint64_t> {
    auto options = reload_options(raw);
    if (!options)
        co_return error_of(options);
    auto id = co_await service_.restart(std::move(target), *options);
    if (!id)
        co_return error_of(id);
    co_return std::tuple(*id);
}

void ManagerObject::Start(sdbus::Result<>&& reply, std::string target, OptionMap options) {
    serve(std::move(reply), start(std::move(target), std::move(options)));
}

auto ManagerObject::start(std::string target, OptionMap raw) -> Answer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.start(std::move(target));
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Stop(sdbus::Result<>&& reply, std::string target, OptionMap options) {
    serve(std::move(reply), stop(std::move(target), std::move(options)));
}

auto ManagerObject::stop(std::string target, OptionMap raw) -> Answer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.stop(std::move(target));
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Check(sdbus::Result<bool, ProblemList>&& reply, std::string path,
                          OptionMap options) {
    serve(std::move(reply), check(std::move(path), std::move(options)));
}

auto ManagerObject::check(std::string path, OptionMap raw) -> Answer<bool, ProblemList> {
    auto ok = check_path(path);
    if (ok)
        ok = no_options(raw);
    if (!ok)
        co_return error_of(ok);
    auto problems = co_await service_.check(std::move(path));
    if (!problems)
        co_return error_of(problems);
    co_return std::tuple(problems->empty(), to_bus(*problems));
}

std::string ManagerObject::Version() {
    return HOTRELOAD_VERSION;
}

} // namespace hotreload::ipc
