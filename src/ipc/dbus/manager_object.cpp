// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/manager_object.hpp"

#include "ipc/dbus/paths.hpp"
#include "ipc/present/json.hpp"

#include <limits>

namespace hotreload::ipc {

namespace {

// The error of a Result of one type as a Result of another.
template <class T>
std::unexpected<Error> error_of(Result<T>& result) {
    return std::unexpected(std::move(result.error()));
}

} // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection, Service& service, Calls& calls)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{kManagerPath}),
      service_(service),
      calls_(calls) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::Up(sdbus::Result<sdbus::ObjectPath>&& reply, std::string path,
                       OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return up(path, options, caller); });
}

auto ManagerObject::up(std::string path, OptionMap raw, uid_t caller)
    -> CallAnswer<sdbus::ObjectPath> {
    if (auto ok = check_path(path); !ok)
        co_return error_of(ok);
    auto options = up_options(raw);
    if (!options)
        co_return error_of(options);
    options->caller = caller;
    auto project = co_await service_.up(std::move(path), *options);
    if (!project)
        co_return error_of(project);
    co_return std::tuple(sdbus::ObjectPath(project_path(*project)));
}

void ManagerObject::Down(sdbus::Result<>&& reply, std::string project, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 down(std::move(project), std::move(options)));
}

auto ManagerObject::down(std::string project, OptionMap raw) -> CallAnswer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.down(std::move(project));
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Plan(sdbus::Result<std::string>&& reply, std::string target,
                         OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 plan(std::move(target), std::move(options)));
}

auto ManagerObject::plan(std::string target, OptionMap raw) -> CallAnswer<std::string> {
    auto options = plan_request(raw);
    if (!options)
        co_return error_of(options);
    auto plan = co_await service_.plan(std::move(target), *options);
    if (!plan)
        co_return error_of(plan);
    co_return std::tuple(plan_json(*plan, Audience::Inspectors));
}

void ManagerObject::Reload(sdbus::Result<std::string>&& reply, std::string target,
                           OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return reload(target, options, caller); });
}

auto ManagerObject::reload(std::string target, OptionMap raw, uid_t caller)
    -> CallAnswer<std::string> {
    auto options = reload_options(raw);
    if (!options)
        co_return error_of(options);
    options->caller = caller;
    auto id = co_await service_.reload(std::move(target), *options);
    if (!id)
        co_return error_of(id);
    co_return std::tuple(to_string(*id));
}

void ManagerObject::Restart(sdbus::Result<std::string>&& reply, std::string target,
                            OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return restart(target, options, caller); });
}

auto ManagerObject::restart(std::string target, OptionMap raw, uid_t caller)
    -> CallAnswer<std::string> {
    auto options = reload_options(raw);
    if (!options)
        co_return error_of(options);
    options->caller = caller;
    auto id = co_await service_.restart(std::move(target), *options);
    if (!id)
        co_return error_of(id);
    co_return std::tuple(to_string(*id));
}

void ManagerObject::Start(sdbus::Result<>&& reply, std::string target, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return start(target, options, caller); });
}

auto ManagerObject::start(std::string target, OptionMap raw, uid_t caller) -> CallAnswer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.start(std::move(target), caller);
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Stop(sdbus::Result<>&& reply, std::string target, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return stop(target, options, caller); });
}

auto ManagerObject::stop(std::string target, OptionMap raw, uid_t caller) -> CallAnswer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.stop(std::move(target), caller);
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Pause(sdbus::Result<>&& reply, std::string target, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return pause(target, options, caller); });
}

auto ManagerObject::pause(std::string target, OptionMap raw, uid_t caller) -> CallAnswer<> {
    auto options = pause_options(raw);
    if (!options)
        co_return error_of(options);
    options->caller = caller;
    const auto done = co_await service_.pause(std::move(target), *options);
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Rollback(sdbus::Result<std::string>&& reply, std::string target,
                             std::uint64_t generation, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return rollback(target, generation, options, caller); });
}

auto ManagerObject::rollback(std::string target, std::uint64_t generation, OptionMap raw,
                             uid_t caller) -> CallAnswer<std::string> {
    auto options = rollback_options(raw);
    if (!options)
        co_return error_of(options);
    options->caller = caller;
    auto id = co_await service_.rollback(std::move(target), generation, *options);
    if (!id)
        co_return error_of(id);
    co_return std::tuple(to_string(*id));
}

void ManagerObject::History(sdbus::Result<std::string>&& reply, std::string target,
                            std::uint32_t limit) {
    calls_.serve(getObject(), present_, std::move(reply), history(std::move(target), limit));
}

auto ManagerObject::history(std::string target, std::uint32_t limit) -> CallAnswer<std::string> {
    auto generations = co_await service_.history(
        std::move(target), limit ? std::size_t{limit} : std::numeric_limits<std::size_t>::max());
    if (!generations)
        co_return error_of(generations);
    co_return std::tuple(history_json(*generations));
}

void ManagerObject::Diff(sdbus::Result<std::string>&& reply, std::string target, std::uint64_t from,
                         std::uint64_t to) {
    calls_.serve(getObject(), present_, std::move(reply), diff(std::move(target), from, to));
}

auto ManagerObject::diff(std::string target, std::uint64_t from, std::uint64_t to)
    -> CallAnswer<std::string> {
    auto difference = co_await service_.diff(std::move(target), from, to);
    if (!difference)
        co_return error_of(difference);
    co_return std::tuple(difference_json(*difference));
}

void ManagerObject::Resume(sdbus::Result<>&& reply, std::string target, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 [=, this](uid_t caller) { return resume(target, options, caller); });
}

auto ManagerObject::resume(std::string target, OptionMap raw, uid_t caller) -> CallAnswer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.resume(std::move(target), caller);
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::Explain(sdbus::Result<std::string>&& reply, std::string path,
                            OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 explain(std::move(path), std::move(options)));
}

auto ManagerObject::explain(std::string path, OptionMap raw) -> CallAnswer<std::string> {
    auto ok = check_any_path(path);
    if (ok)
        ok = no_options(raw);
    if (!ok)
        co_return error_of(ok);
    auto explanation = co_await service_.explain(std::move(path));
    if (!explanation)
        co_return error_of(explanation);
    co_return std::tuple(explain_json(*explanation));
}

void ManagerObject::Sync(sdbus::Result<>&& reply, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply), sync(std::move(options)));
}

auto ManagerObject::sync(OptionMap raw) -> CallAnswer<> {
    auto done = no_options(raw);
    if (done)
        done = co_await service_.sync();
    co_return done.transform([] { return std::tuple<>(); });
}

void ManagerObject::DebugEvents(sdbus::Result<std::string>&& reply, std::uint32_t limit,
                                OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply), debug_events(limit, std::move(options)));
}

auto ManagerObject::debug_events(std::uint32_t limit, OptionMap raw) -> CallAnswer<std::string> {
    if (auto ok = no_options(raw); !ok)
        co_return error_of(ok);
    co_return std::tuple(events_json(service_.watcher_events(
        limit ? std::size_t{limit} : std::numeric_limits<std::size_t>::max())));
}

void ManagerObject::Status(sdbus::Result<std::string>&& reply, std::string target,
                           OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 status(std::move(target), std::move(options)));
}

auto ManagerObject::status(std::string target, OptionMap raw) -> CallAnswer<std::string> {
    if (auto ok = no_options(raw); !ok)
        co_return error_of(ok);
    auto projects = service_.status(target);
    if (!projects)
        co_return error_of(projects);
    co_return std::tuple(status_json(HOTRELOAD_VERSION, *projects, Audience::Inspectors));
}

void ManagerObject::Details(sdbus::Result<std::string>&& reply, std::string id, OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 details(std::move(id), std::move(options)));
}

auto ManagerObject::details(std::string text, OptionMap raw) -> CallAnswer<std::string> {
    if (auto ok = no_options(raw); !ok)
        co_return error_of(ok);
    const auto id = parse_reload_id(text);
    if (!id)
        co_return fail(ErrorCode::Invalid,
                       std::format("\"{}\" is no id: one has 32 hexadecimal digits", text));
    auto details = service_.details(*id);
    if (!details)
        co_return error_of(details);
    co_return std::tuple(co_await details_json(*details));
}

void ManagerObject::Check(sdbus::Result<bool, ProblemList>&& reply, std::string path,
                          OptionMap options) {
    calls_.serve(getObject(), present_, std::move(reply),
                 check(std::move(path), std::move(options)));
}

auto ManagerObject::check(std::string path, OptionMap raw) -> CallAnswer<bool, ProblemList> {
    auto ok = check_path(path);
    if (ok)
        ok = no_options(raw);
    if (!ok)
        co_return error_of(ok);
    auto problems = co_await service_.check(std::move(path));
    if (!problems)
        co_return error_of(problems);
    co_return std::tuple(problems->empty(), to_bus(*problems, Audience::Inspectors));
}

std::string ManagerObject::Version() {
    return HOTRELOAD_VERSION;
}

} // namespace hotreload::ipc
