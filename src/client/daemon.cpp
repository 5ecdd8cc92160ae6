// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/daemon.hpp"

#include "base/completion.hpp"
#include "client/model.hpp"

#include <format>
#include <map>

namespace hotreload::client {

namespace {

const sdbus::ServiceName bus_name("org.hotreload");
const sdbus::ObjectPath manager_path("/org/hotreload");
constexpr const char* manager_interface = "org.hotreload.Manager1";
constexpr const char* object_manager = "org.freedesktop.DBus.ObjectManager";

using Options = std::map<std::string, sdbus::Variant>;

const std::string at_once = "0";

Options to_bus(const ReloadOptions& wanted) {
    Options options;
    if (wanted.force)
        options["force"] = sdbus::Variant(true);
    if (!wanted.strategy.empty())
        options["strategy"] = sdbus::Variant(wanted.strategy);
    if (wanted.no_drain)
        options["drain"] = sdbus::Variant(at_once);
    return options;
}

Answer<std::unique_ptr<sdbus::IProxy>> proxy_of(sdbus::IConnection& connection,
                                                const sdbus::ServiceName& service,
                                                const sdbus::ObjectPath& path) {
    try {
        return sdbus::createProxy(connection, service, path);
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

// What the reply gives back, or why it does not.
template <class... Results>
Answer<std::tuple<Results...>> read(sdbus::MethodReply& reply,
                                    const std::optional<sdbus::Error>& error) {
    if (error)
        return std::unexpected(failure_of(*error));
    try {
        std::tuple<Results...> results;
        std::apply([&](auto&... result) { ((reply >> result), ...); }, results);
        return results;
    } catch (const sdbus::Error& unreadable) {
        return std::unexpected(failure_of(unreadable));
    }
}

} // namespace

Answer<std::unique_ptr<Daemon>> Daemon::connect(os::EventLoop& loop, const BusAddress& address) {
    auto bus = Bus::open(loop, address);
    if (!bus)
        return std::unexpected(std::move(bus.error()));
    try {
        return std::unique_ptr<Daemon>(new Daemon(loop, std::move(*bus)));
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

Daemon::Daemon(os::EventLoop& loop, std::unique_ptr<Bus> bus)
    : loop_(loop),
      bus_(std::move(bus)),
      proxy_(sdbus::createProxy(bus_->connection(), bus_name, manager_path)) {}

Daemon::~Daemon() = default;

template <class... Results, class... Arguments>
Task<Answer<std::tuple<Results...>>> Daemon::call_once(sdbus::IProxy& proxy, const char* interface,
                                                       const char* method, bool interactive,
                                                       Arguments... arguments) {
    Completion<Answer<std::tuple<Results...>>> answer(loop_);
    sdbus::Slot call;
    try {
        bus_->allow_interaction(interactive); // of the message, which is made next
        auto message =
            proxy.createMethodCall(sdbus::InterfaceName(interface), sdbus::MethodName(method));
        ((message << arguments), ...);
        call = proxy.callMethodAsync(
            message,
            [resolve = answer.resolver()](sdbus::MethodReply reply,
                                          std::optional<sdbus::Error> error) {
                resolve(read<Results...>(reply, error));
            },
            sdbus::return_slot);
    } catch (const sdbus::Error& error) {
        co_return std::unexpected(failure_of(error));
    }
    co_return co_await answer;
}

// Nobody is asked before polkit has said that it takes a password.
template <class... Results, class... Arguments>
Task<Answer<std::tuple<Results...>>> Daemon::call_on(sdbus::IProxy& proxy, const char* interface,
                                                     const char* method, Arguments... arguments) {
    auto answer = co_await call_once<Results...>(proxy, interface, method, false, arguments...);
    if (answer || answer.error().kind != FailureKind::NeedsPassword || !on_password_wanted)
        co_return answer;
    on_password_wanted();
    co_return co_await call_once<Results...>(proxy, interface, method, true, arguments...);
}

template <class... Arguments>
Task<Answer<>> Daemon::act(const char* method, Arguments... arguments) {
    const auto answer = co_await call_on<>(*proxy_, manager_interface, method, arguments...);
    co_return answer.transform([](const std::tuple<>&) {});
}

template <class... Arguments>
Task<Answer<std::string>> Daemon::text(const char* method, Arguments... arguments) {
    auto answer = co_await call_on<std::string>(*proxy_, manager_interface, method, arguments...);
    co_return std::move(answer).transform(
        [](auto&& results) { return std::get<0>(std::move(results)); });
}

// Names of projects are plain in their paths but for '-' and a leading digit, so the object is
// asked rather than the path taken apart.
Task<Answer<std::string>> Daemon::up(std::string path, bool wait) {
    Options options;
    if (!wait)
        options["wait"] = sdbus::Variant(false);
    const auto object =
        co_await call_on<sdbus::ObjectPath>(*proxy_, manager_interface, "Up", path, options);
    if (!object)
        co_return std::unexpected(object.error());
    const auto project = proxy_of(bus_->connection(), bus_name, std::get<0>(*object));
    if (!project)
        co_return std::unexpected(project.error());
    const auto properties =
        co_await call_once<Properties>(**project, "org.freedesktop.DBus.Properties", "GetAll",
                                       false, std::string(project_interface));
    co_return properties.transform([](const auto& results) {
        ProjectState state;
        update(state, std::get<0>(results));
        return state.name;
    });
}

Task<Answer<>> Daemon::down(std::string project) {
    co_return co_await act("Down", std::move(project), Options{});
}

Task<Answer<std::string>> Daemon::plan(std::string target, PlanRequest wanted) {
    Options options;
    if (wanted.force)
        options["force"] = sdbus::Variant(true);
    if (!wanted.strategy.empty())
        options["strategy"] = sdbus::Variant(wanted.strategy);
    if (!wanted.validate)
        options["validate"] = sdbus::Variant(false);
    co_return co_await text("Plan", std::move(target), std::move(options));
}

Task<Answer<std::string>> Daemon::reload(std::string target, ReloadOptions wanted) {
    co_return co_await text("Reload", std::move(target), to_bus(wanted));
}

Task<Answer<std::string>> Daemon::restart(std::string target, ReloadOptions wanted) {
    co_return co_await text("Restart", std::move(target), to_bus(wanted));
}

Task<Answer<std::string>> Daemon::rollback(std::string target, RollbackOptions wanted) {
    Options options;
    if (wanted.restore_files)
        options["restore-files"] = sdbus::Variant(true);
    if (wanted.no_drain)
        options["drain"] = sdbus::Variant(at_once);
    co_return co_await text("Rollback", std::move(target), wanted.generation, std::move(options));
}

Task<Answer<std::string>> Daemon::apply(std::string target, std::vector<FileContent> files,
                                        ApplyOptions wanted) {
    Options options;
    if (!wanted.confirm.empty())
        options["confirm"] = sdbus::Variant(wanted.confirm);
    if (wanted.force)
        options["force"] = sdbus::Variant(true);
    std::vector<sdbus::Struct<std::string, sdbus::UnixFd>> contents;
    for (auto& [path, content] : files)
        contents.emplace_back(std::move(path), std::move(content));
    co_return co_await text("Apply", std::move(target), std::move(contents), std::move(options));
}

Task<Answer<>> Daemon::confirm(std::string target) {
    co_return co_await act("Confirm", std::move(target), Options{});
}

Task<Answer<std::string>> Daemon::history(std::string target, std::uint32_t limit) {
    co_return co_await text("History", std::move(target), limit);
}

Task<Answer<std::string>> Daemon::diff(std::string target, std::uint64_t from, std::uint64_t to) {
    co_return co_await text("Diff", std::move(target), from, to);
}

Task<Answer<>> Daemon::start(std::string target) {
    co_return co_await act("Start", std::move(target), Options{});
}

Task<Answer<>> Daemon::stop(std::string target) {
    co_return co_await act("Stop", std::move(target), Options{});
}

Task<Answer<>> Daemon::pause(std::string target, std::string time, std::string reason) {
    Options options;
    if (!time.empty())
        options["for"] = sdbus::Variant(time);
    if (!reason.empty())
        options["reason"] = sdbus::Variant(reason);
    co_return co_await act("Pause", std::move(target), std::move(options));
}

Task<Answer<>> Daemon::resume(std::string target) {
    co_return co_await act("Resume", std::move(target), Options{});
}

Task<Answer<std::string>> Daemon::value(std::string project, std::string config) {
    std::optional<sdbus::ObjectPath> path;
    const auto known = co_await objects([&](const ManagedObjects& all) {
        for (const auto& [each, interfaces] : all) {
            const auto found = interfaces.find(sdbus::InterfaceName(config_interface));
            if (found == interfaces.end())
                continue;
            ConfigState state;
            update(state, found->second);
            if (state.project == project && state.name == config)
                path = each;
        }
    });
    if (!known)
        co_return std::unexpected(known.error());
    if (!path)
        co_return std::unexpected(Failure{
            FailureKind::Failed, std::format("{}/{} is not published any more", project, config)});
    const auto proxy = proxy_of(bus_->connection(), bus_name, *path);
    if (!proxy)
        co_return std::unexpected(proxy.error());
    auto value = co_await call_on<std::string, std::uint64_t>(**proxy, config_interface, "GetValue",
                                                              Options{});
    co_return std::move(value).transform(
        [](auto&& results) { return std::get<0>(std::move(results)); });
}

Task<Answer<std::string>> Daemon::explain(std::string path) {
    co_return co_await text("Explain", std::move(path), Options{});
}

Task<Answer<>> Daemon::sync() {
    co_return co_await act("Sync", Options{});
}

Task<Answer<std::string>> Daemon::debug_events(std::uint32_t limit) {
    co_return co_await text("DebugEvents", limit, Options{});
}

Task<Answer<std::string>> Daemon::metrics() {
    co_return co_await text("Metrics", Options{});
}

Task<Answer<CheckedFile>> Daemon::check(std::string path) {
    const auto answer = co_await call_on<bool, std::vector<BusProblem>>(
        *proxy_, manager_interface, "Check", std::move(path), Options{});
    co_return answer.transform([](const auto& results) {
        CheckedFile checked{.valid = std::get<0>(results), .problems = {}};
        for (const auto& problem : std::get<1>(results))
            checked.problems.push_back(to_problem(problem));
        return checked;
    });
}

Task<std::optional<Json>> Daemon::inspected(const char* method, std::string about) {
    if (!may_inspect_)
        co_return std::nullopt;
    co_return co_await ask(method, std::move(about));
}

// Nobody is asked for a password for what is only added to what everybody sees.
Task<std::optional<Json>> Daemon::ask(const char* method, std::string about) {
    const auto answer = co_await call_once<std::string>(*proxy_, manager_interface, method, false,
                                                        std::move(about), Options{});
    if (answer)
        co_return parse_json(std::get<0>(*answer));
    if (answer.error().kind == FailureKind::NotAuthorized ||
        answer.error().kind == FailureKind::NeedsPassword)
        may_inspect_ = false; // and it is not asked again and again
    co_return std::nullopt;
}

Task<std::optional<Json>> Daemon::status(std::string target) {
    co_return co_await inspected("Status", std::move(target));
}

Task<std::optional<Json>> Daemon::details(std::string id) {
    co_return co_await inspected("Details", std::move(id));
}

Task<std::optional<Json>> Daemon::details_for_readers(std::string id) {
    co_return co_await ask("Details", std::move(id));
}

Task<Answer<>> Daemon::objects(std::function<void(const ManagedObjects&)> take) {
    Completion<Answer<>> answer(loop_);
    sdbus::Slot call;
    try {
        const auto message = proxy_->createMethodCall(sdbus::InterfaceName(object_manager),
                                                      sdbus::MethodName("GetManagedObjects"));
        call = proxy_->callMethodAsync(
            message,
            [resolve = answer.resolver(), &take](sdbus::MethodReply reply,
                                                 std::optional<sdbus::Error> error) {
                auto objects = read<ManagedObjects>(reply, error);
                if (objects)
                    take(std::get<0>(*objects));
                resolve(objects.transform([](const auto&) {}));
            },
            sdbus::return_slot);
    } catch (const sdbus::Error& error) {
        co_return std::unexpected(failure_of(error));
    }
    co_return co_await answer;
}

Task<Answer<std::vector<ProjectState>>> Daemon::projects() {
    Model model;
    const auto known = co_await objects([&](const ManagedObjects& all) { model.learn(all); });
    co_return known.transform([&] { return model.projects(); });
}

Task<bool> Daemon::running() {
    const auto bus = proxy_of(bus_->connection(), sdbus::ServiceName("org.freedesktop.DBus"),
                              sdbus::ObjectPath("/org/freedesktop/DBus"));
    if (!bus)
        co_return false;
    const auto has_owner = co_await call_once<bool>(**bus, "org.freedesktop.DBus", "NameHasOwner",
                                                    false, std::string(bus_name));
    co_return has_owner&& std::get<0>(*has_owner);
}

} // namespace hotreload::client
