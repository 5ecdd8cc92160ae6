// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake_daemon.hpp"

#include <algorithm>

namespace hotreload::ctl {

namespace {

const sdbus::ServiceName bus_name("org.hotreload");

sdbus::ObjectPath project_path(const std::string& project) {
    return sdbus::ObjectPath("/org/hotreload/project/" + project);
}

template <class Answer>
void answer(Answer&& result, auto&& work) {
    try {
        work();
    } catch (const sdbus::Error& error) {
        result.returnError(error);
    }
}

} // namespace

FakeProject::FakeProject(sdbus::IConnection& connection, std::string name, std::string path)
    : AdaptorInterfaces(connection, project_path(name)),
      name_(std::move(name)),
      path_(std::move(path)) {
    registerAdaptor();
}

FakeService::FakeService(sdbus::IConnection& connection, std::string project, std::string name)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(project_path(project) + "/service/" + name)),
      project_(std::move(project)),
      name_(std::move(name)) {
    registerAdaptor();
}

void FakeService::become(const std::string& state, std::uint64_t generation) {
    state_ = state;
    generation_ = generation;
    emitPropertiesChangedSignal(
        sdbus::InterfaceName(org::hotreload::Service1_adaptor::INTERFACE_NAME),
        {sdbus::PropertyName("State"), sdbus::PropertyName("Generation")});
}

FakeConfig::FakeConfig(sdbus::IConnection& connection, std::string project, std::string name,
                       std::string path)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(project_path(project) + "/config/" + name)),
      project_(std::move(project)),
      name_(std::move(name)),
      path_(std::move(path)) {
    registerAdaptor();
}

void FakeConfig::become(const std::string& state, std::uint64_t revision) {
    state_ = state;
    revision_ = revision;
    emitPropertiesChangedSignal(
        sdbus::InterfaceName(org::hotreload::Config1_adaptor::INTERFACE_NAME),
        {sdbus::PropertyName("State"), sdbus::PropertyName("Revision"),
         sdbus::PropertyName("Problems")});
}

std::unique_ptr<FakeDaemon> FakeDaemon::start() {
    auto connection = sdbus::createSessionBusConnection();
    auto& raw = *connection;
    std::unique_ptr<FakeDaemon> daemon(new FakeDaemon(std::move(connection)));
    raw.requestName(bus_name);
    raw.enterEventLoopAsync();
    return daemon;
}

FakeDaemon::FakeDaemon(std::unique_ptr<sdbus::IConnection> connection)
    : AdaptorInterfaces(*connection, sdbus::ObjectPath("/org/hotreload")),
      connection_(std::move(connection)) {
    registerAdaptor();
}

FakeDaemon::~FakeDaemon() {
    connection_->leaveEventLoop();
    unregisterAdaptor();
    configs_.clear();
    services_.clear();
    projects_.clear();
}

FakeService& FakeDaemon::add(const std::string& project, const std::string& path,
                             const std::string& service) {
    const bool known = std::ranges::any_of(services_, [&](const auto& each) {
        return each->getObject().getObjectPath().starts_with(project_path(project) + "/");
    });
    if (!known)
        projects_.push_back(std::make_unique<FakeProject>(*connection_, project, path));
    services_.push_back(std::make_unique<FakeService>(*connection_, project, service));
    return *services_.back();
}

FakeConfig& FakeDaemon::add_config(const std::string& project, const std::string& name,
                                   const std::string& path) {
    configs_.push_back(std::make_unique<FakeConfig>(*connection_, project, name, path));
    return *configs_.back();
}

void FakeDaemon::leave_bus() {
    connection_->releaseName(bus_name);
}

std::vector<std::string> FakeDaemon::calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
}

void FakeDaemon::wait_for_call() {
    std::unique_lock lock(mutex_);
    called_.wait(lock, [this] { return !calls_.empty(); });
}

void FakeDaemon::note(const std::string& method, const std::string& argument,
                      const Options& options) {
    std::string text = method + " " + argument;
    for (const auto& [name, value] : options)
        text += " " + name +
                (value.containsValueOfType<std::string>() ? "=" + value.get<std::string>() : "");
    const std::lock_guard lock(mutex_);
    calls_.push_back(text);
    called_.notify_all();
}

void FakeDaemon::Up(sdbus::Result<sdbus::ObjectPath>&& result, std::string path, Options options) {
    note("Up", path, options);
    answer(result, [&] { result.returnResults(project_path(on_up(path))); });
}

void FakeDaemon::Down(sdbus::Result<>&& result, std::string project, Options options) {
    note("Down", project, options);
    result.returnResults();
}

void FakeDaemon::Plan(sdbus::Result<std::string>&& result, std::string target, Options options) {
    note("Plan", target, options);
    result.returnResults(plan);
}

void FakeDaemon::Reload(sdbus::Result<std::string>&& result, std::string target, Options options) {
    note("Reload", target, options);
    answer(result, [&] { result.returnResults(on_reload(target)); });
}

void FakeDaemon::Restart(sdbus::Result<std::string>&& result, std::string target, Options options) {
    note("Restart", target, options);
    answer(result, [&] { result.returnResults(on_reload(target)); });
}

void FakeDaemon::Start(sdbus::Result<>&& result, std::string target, Options options) {
    note("Start", target, options);
    answer(result, [&] {
        on_action(target);
        result.returnResults();
    });
}

void FakeDaemon::Stop(sdbus::Result<>&& result, std::string target, Options options) {
    note("Stop", target, options);
    answer(result, [&] {
        on_action(target);
        result.returnResults();
    });
}

void FakeDaemon::Pause(sdbus::Result<>&& result, std::string target, Options options) {
    note("Pause", target, options);
    answer(result, [&] {
        on_action(target);
        result.returnResults();
    });
}

void FakeDaemon::Rollback(sdbus::Result<std::string>&& result, std::string target,
                          std::uint64_t generation, Options options) {
    note("Rollback", target + " " + std::to_string(generation), options);
    result.returnResults("7");
}

void FakeDaemon::Apply(sdbus::Result<std::string>&& result, std::string target,
                       std::vector<sdbus::Struct<std::string, sdbus::UnixFd>> files,
                       Options options) {
    for (const auto& file : files)
        target += " " + file.get<0>();
    note("Apply", target, options);
    result.returnResults("7");
}

void FakeDaemon::Confirm(sdbus::Result<>&& result, std::string target, Options options) {
    note("Confirm", target, options);
    result.returnResults();
}

void FakeDaemon::History(sdbus::Result<std::string>&& result, std::string target, std::uint32_t) {
    note("History", target, {});
    result.returnResults(R"({"generations":[]})");
}

void FakeDaemon::Diff(sdbus::Result<std::string>&& result, std::string target, std::uint64_t from,
                      std::uint64_t to) {
    note("Diff", target + " " + std::to_string(from) + " " + std::to_string(to), {});
    result.returnResults(R"({"from":1,"to":2,"changes":[]})");
}

void FakeDaemon::Resume(sdbus::Result<>&& result, std::string target, Options options) {
    note("Resume", target, options);
    answer(result, [&] {
        on_action(target);
        result.returnResults();
    });
}

void FakeDaemon::Explain(sdbus::Result<std::string>&& result, std::string path, Options options) {
    note("Explain", path, options);
    result.returnResults(explanation);
}

void FakeDaemon::Sync(sdbus::Result<>&& result, Options options) {
    note("Sync", "", options);
    answer(result, [&] {
        on_action("");
        result.returnResults();
    });
}

void FakeDaemon::DebugEvents(sdbus::Result<std::string>&& result, uint32_t limit, Options options) {
    note("DebugEvents", std::to_string(limit), options);
    result.returnResults(events);
}

// Asked beside what a command is about: not noted.
void FakeDaemon::Status(sdbus::Result<std::string>&& result, std::string, Options) {
    answer(result, [&] {
        if (status.empty())
            throw sdbus::Error(sdbus::Error::Name("org.hotreload.Error.NotAuthorized"), "no");
        result.returnResults(status);
    });
}

void FakeDaemon::Details(sdbus::Result<std::string>&& result, std::string id, Options) {
    answer(result, [&] {
        if (status.empty() && !readable.contains(id))
            throw sdbus::Error(sdbus::Error::Name("org.hotreload.Error.NotAuthorized"), "no");
        if (!details.contains(id))
            throw sdbus::Error(sdbus::Error::Name("org.hotreload.Error.NoSuchTarget"), "no");
        result.returnResults(details.at(id));
    });
}

void FakeDaemon::Check(sdbus::Result<bool, BusProblems>&& result, std::string path,
                       Options options) {
    note("Check", path, options);
    result.returnResults(false, BusProblems{{path, 7, 1, "systemd refuses it"}});
}

} // namespace hotreload::ctl
