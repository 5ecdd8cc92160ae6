// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/daemon_proxy.hpp"

#include "ctl/bus.hpp"

#include <systemd/sd-bus.h>
#include <unistd.h>

#include <chrono>
#include <format>
#include <map>

namespace hotreload::ctl {

namespace {

const sdbus::ServiceName bus_name("org.hotreload");
const sdbus::ObjectPath manager_path("/org/hotreload");
const sdbus::InterfaceName manager_interface("org.hotreload.Manager1");
const sdbus::InterfaceName object_manager("org.freedesktop.DBus.ObjectManager");

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

// sdbus-c++ has no words for it.
struct RawMessage : sdbus::Message {
    static sd_bus_message* of(const sdbus::Message& message) {
        return static_cast<sd_bus_message*>(message.*(&RawMessage::msg_));
    }
};

// A person is asked for a password, if polkit wants one.
enum class Interaction { None, Password };

// Calls a method, with the one try for all of them: `Results` are what the method gives back.
template <class... Results, class... Arguments>
auto call_once(sdbus::IProxy& proxy, const sdbus::InterfaceName& interface, Interaction interaction,
               const char* method, const Arguments&... arguments)
    -> Answer<std::tuple<Results...>> {
    try {
        auto message = proxy.createMethodCall(interface, sdbus::MethodName(method));
        (void)sd_bus_message_set_allow_interactive_authorization(
            RawMessage::of(message), interaction == Interaction::Password);
        ((message << arguments), ...);
        auto reply = proxy.callMethod(message);
        std::tuple<Results...> results;
        std::apply([&](auto&... result) { ((reply >> result), ...); }, results);
        return results;
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

template <class T>
Answer<T> only(Answer<std::tuple<T>> results) {
    return std::move(results).transform([](std::tuple<T> r) { return std::get<0>(std::move(r)); });
}

Answer<> none(const Answer<std::tuple<>>& results) {
    return results.transform([](const std::tuple<>&) {});
}

// Names of projects are plain in their paths but for '-' and a leading digit, so the object is
// asked rather than the path taken apart.
Answer<std::string> name_at(sdbus::IConnection& connection, const sdbus::ObjectPath& path) {
    try {
        const auto proxy = sdbus::createProxy(connection, bus_name, path);
        return proxy->getProperty("Name").onInterface(project_interface).get<std::string>();
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

} // namespace

Answer<std::unique_ptr<DaemonProxy>> DaemonProxy::connect(const GlobalOptions& options) {
    auto connection = open_bus(options);
    if (!connection)
        return std::unexpected(std::move(connection.error()));
    const bool asks =
        options.ask_password && !options.on_user_bus() && !options.remote() && ::geteuid() != 0;
    return std::unique_ptr<DaemonProxy>(new DaemonProxy(std::move(*connection), asks));
}

DaemonProxy::DaemonProxy(std::unique_ptr<sdbus::IConnection> connection, bool asks_for_passwords)
    : connection_(std::move(connection)), asks_for_passwords_(asks_for_passwords) {
    // Up waits for services to be ready. The bus ends the call when the daemon dies.
    connection_->setMethodCallTimeout(std::chrono::hours(24));
    connection_->attachSdEventLoop(loop_.handle());
    proxy_ = sdbus::createProxy(*connection_, bus_name, manager_path);
}

// Nobody is asked before polkit has said that it takes a password.
template <class... Results, class... Arguments>
auto DaemonProxy::call_on(sdbus::IProxy& proxy, const sdbus::InterfaceName& interface,
                          const char* method, const Arguments&... arguments)
    -> Answer<std::tuple<Results...>> {
    auto answer = call_once<Results...>(proxy, interface, Interaction::None, method, arguments...);
    if (answer || !answer.error().takes_password || !asks_for_passwords_)
        return answer;
    if (!password_agent_)
        password_agent_ = PasswordAgent::start();
    return call_once<Results...>(proxy, interface, Interaction::Password, method, arguments...);
}

template <class... Results, class... Arguments>
auto DaemonProxy::call(const char* method, const Arguments&... arguments)
    -> Answer<std::tuple<Results...>> {
    return call_on<Results...>(*proxy_, manager_interface, method, arguments...);
}

DaemonProxy::~DaemonProxy() {
    proxy_.reset();
    connection_->detachSdEventLoop();
}

Answer<std::string> DaemonProxy::up(const std::string& path, bool wait) {
    Options options;
    if (!wait)
        options["wait"] = sdbus::Variant(false);
    const auto object = only(call<sdbus::ObjectPath>("Up", path, options));
    if (!object)
        return std::unexpected(object.error());
    return name_at(*connection_, *object);
}

Answer<> DaemonProxy::down(const std::string& project) {
    return none(call<>("Down", project, Options{}));
}

Answer<std::string> DaemonProxy::plan(const std::string& target, const PlanRequest& wanted) {
    Options options;
    if (wanted.force)
        options["force"] = sdbus::Variant(true);
    if (!wanted.strategy.empty())
        options["strategy"] = sdbus::Variant(wanted.strategy);
    if (!wanted.validate)
        options["validate"] = sdbus::Variant(false);
    return only(call<std::string>("Plan", target, options));
}

Answer<std::string> DaemonProxy::reload(const std::string& target, const ReloadOptions& wanted) {
    return only(call<std::string>("Reload", target, to_bus(wanted)));
}

Answer<std::string> DaemonProxy::restart(const std::string& target, const ReloadOptions& wanted) {
    return only(call<std::string>("Restart", target, to_bus(wanted)));
}

Answer<std::string> DaemonProxy::rollback(const std::string& target,
                                          const RollbackOptions& wanted) {
    Options options;
    if (wanted.restore_files)
        options["restore-files"] = sdbus::Variant(true);
    if (wanted.no_drain)
        options["drain"] = sdbus::Variant(at_once);
    return only(call<std::string>("Rollback", target, wanted.generation, options));
}

Answer<std::string> DaemonProxy::history(const std::string& target, std::uint32_t limit) {
    return only(call<std::string>("History", target, limit));
}

Answer<std::string> DaemonProxy::diff(const std::string& target, std::uint64_t from,
                                      std::uint64_t to) {
    return only(call<std::string>("Diff", target, from, to));
}

Answer<> DaemonProxy::start(const std::string& target) {
    return none(call<>("Start", target, Options{}));
}

Answer<> DaemonProxy::stop(const std::string& target) {
    return none(call<>("Stop", target, Options{}));
}

Answer<> DaemonProxy::pause(const std::string& target, const std::string& time,
                            const std::string& reason) {
    Options options;
    if (!time.empty())
        options["for"] = sdbus::Variant(time);
    if (!reason.empty())
        options["reason"] = sdbus::Variant(reason);
    return none(call<>("Pause", target, options));
}

Answer<> DaemonProxy::resume(const std::string& target) {
    return none(call<>("Resume", target, Options{}));
}

Answer<std::string> DaemonProxy::value(const std::string& project, const std::string& config) {
    const auto all = objects();
    if (!all)
        return std::unexpected(all.error());
    const sdbus::InterfaceName interface(config_interface);
    for (const auto& [path, interfaces] : *all) {
        const auto found = interfaces.find(interface);
        if (found == interfaces.end())
            continue;
        ConfigState state;
        update(state, found->second);
        if (state.project != project || state.name != config)
            continue;
        const auto proxy = sdbus::createProxy(*connection_, bus_name, path);
        return call_on<std::string, std::uint64_t>(*proxy, interface, "GetValue", Options{})
            .transform([](auto&& results) { return std::get<0>(std::move(results)); });
    }
    return give_up(ExitStatus::Failed,
                   std::format("{}/{} is not published any more", project, config));
}

Answer<std::string> DaemonProxy::explain(const std::string& path) {
    return only(call<std::string>("Explain", path, Options{}));
}

Answer<> DaemonProxy::sync() {
    return none(call<>("Sync", Options{}));
}

Answer<std::string> DaemonProxy::debug_events(std::uint32_t limit) {
    return only(call<std::string>("DebugEvents", limit, Options{}));
}

Answer<std::pair<bool, std::vector<Problem>>> DaemonProxy::check(const std::string& path) {
    auto results = call<bool, std::vector<BusProblem>>("Check", path, Options{});
    if (!results)
        return std::unexpected(std::move(results.error()));
    std::vector<Problem> problems;
    for (const auto& problem : std::get<1>(*results))
        problems.push_back(to_problem(problem));
    return std::pair(std::get<0>(*results), std::move(problems));
}

std::optional<Json> DaemonProxy::inspected(const Answer<std::string>& answer) {
    if (answer)
        return parse_json(*answer);
    if (answer.error().status == ExitStatus::NotAuthorized)
        may_inspect_ = false; // and it is not asked again and again
    return std::nullopt;
}

std::optional<Json> DaemonProxy::status(const std::string& target) {
    if (!may_inspect_)
        return std::nullopt;
    return inspected(only(call_once<std::string>(*proxy_, manager_interface, Interaction::None,
                                                 "Status", target, Options{})));
}

std::optional<Json> DaemonProxy::details(const std::string& id) {
    if (!may_inspect_)
        return std::nullopt;
    return inspected(only(call_once<std::string>(*proxy_, manager_interface, Interaction::None,
                                                 "Details", id, Options{})));
}

Answer<ManagedObjects> DaemonProxy::objects() {
    try {
        ManagedObjects objects;
        proxy_->callMethod("GetManagedObjects").onInterface(object_manager).storeResultsTo(objects);
        return objects;
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error));
    }
}

Answer<std::vector<ProjectState>> DaemonProxy::projects() {
    return objects().transform([](const ManagedObjects& all) { return projects_of(all); });
}

bool DaemonProxy::running() {
    try {
        const auto bus =
            sdbus::createProxy(*connection_, sdbus::ServiceName("org.freedesktop.DBus"),
                               sdbus::ObjectPath("/org/freedesktop/DBus"));
        bool has_owner = false;
        bus->callMethod("NameHasOwner")
            .onInterface("org.freedesktop.DBus")
            .withArguments(std::string(bus_name))
            .storeResultsTo(has_owner);
        return has_owner;
    } catch (const sdbus::Error&) {
        return false;
    }
}

Answer<> DaemonProxy::dispatch(Duration timeout) {
    try {
        loop_.run_once(timeout);
        return {};
    } catch (const std::exception& error) { // sdbus-c++ throws through the loop
        return give_up(ExitStatus::NoDaemon, std::string("the bus went away: ") + error.what());
    }
}

Answer<> DaemonProxy::drain() {
    try {
        while (connection_->processPendingEvent()) {
        }
        return {};
    } catch (const sdbus::Error& error) {
        return give_up(ExitStatus::NoDaemon, "the bus went away: " + error.getMessage());
    }
}

} // namespace hotreload::ctl
