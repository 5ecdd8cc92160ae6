// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A daemon that does nothing but answer as it is told, on the bus of the test and in a thread of
// its own: hotreloadctl runs as a process of its own and is waited for.

#include "org.hotreload.Config1.adaptor.hpp"
#include "org.hotreload.Manager1.adaptor.hpp"
#include "org.hotreload.Project1.adaptor.hpp"
#include "org.hotreload.Service1.adaptor.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace hotreload::ctl {

using BusProblems = std::vector<sdbus::Struct<std::string, uint32_t, uint32_t, std::string>>;
using Options = std::map<std::string, sdbus::Variant>;

class FakeProject final : public sdbus::AdaptorInterfaces<org::hotreload::Project1_adaptor,
                                                          sdbus::ManagedObject_adaptor> {
public:
    FakeProject(sdbus::IConnection& connection, std::string name, std::string path);
    ~FakeProject() { unregisterAdaptor(); }

private:
    std::string Name() override { return name_; }
    std::string Path() override { return path_; }
    bool Enabled() override { return true; }
    std::string State() override { return "running"; }
    BusProblems Problems() override { return {}; }

    std::string name_;
    std::string path_;
};

class FakeService final
    : public sdbus::AdaptorInterfaces<org::hotreload::Service1_adaptor, sdbus::Properties_adaptor,
                                      sdbus::ManagedObject_adaptor> {
public:
    FakeService(sdbus::IConnection& connection, std::string project, std::string name);
    ~FakeService() { unregisterAdaptor(); }

    // Sets it and tells.
    void become(const std::string& state, std::uint64_t generation);

    std::vector<std::string> waiting;
    std::string last_changes = "[]";

private:
    std::string Name() override { return name_; }
    std::string Project() override { return project_; }
    std::string Kind() override { return "service"; }
    std::string Unit() override { return "hotreload-" + project_ + "." + name_ + "@7.service"; }
    bool Attached() override { return false; }
    uint64_t Generation() override { return generation_; }
    std::string State() override { return state_; }
    std::string ActiveState() override { return "active"; }
    uint32_t MainPID() override { return 4321; }
    std::string LastStrategy() override { return "restart"; }
    uint64_t LastAppliedUSec() override { return 1'000'000; }
    BusProblems Problems() override { return {}; }
    std::vector<std::string> Waiting() override { return waiting; }
    std::string Watching() override { return "watching"; }
    std::vector<std::string> Missing() override { return {}; }
    std::vector<std::string> Writing() override { return {}; }
    std::string LastResult() override { return "applied"; }
    std::string LastTrigger() override { return "file"; }
    std::string LastChangesJSON() override { return last_changes; }
    bool Paused() override { return false; }
    std::uint64_t PausedUntilUSec() override { return 0; }
    std::string PauseReason() override { return ""; }
    std::vector<std::string> Held() override { return {}; }
    std::vector<std::uint64_t> Draining() override { return {}; }
    std::uint64_t LastGapUSec() override { return 0; }
    std::uint64_t ConfirmUntilUSec() override { return 0; }
    std::string ConfirmId() override { return ""; }

    std::string project_;
    std::string name_;
    std::string state_ = "running";
    std::uint64_t generation_ = 7;
};

class FakeConfig final
    : public sdbus::AdaptorInterfaces<org::hotreload::Config1_adaptor, sdbus::Properties_adaptor,
                                      sdbus::ManagedObject_adaptor> {
public:
    FakeConfig(sdbus::IConnection& connection, std::string project, std::string name,
               std::string path);
    ~FakeConfig() { unregisterAdaptor(); }

    // Sets it and tells.
    void become(const std::string& state, std::uint64_t revision);
    void wait_until_read() const { read_.wait(false); } // by whoever asks for all objects

private:
    void GetValue(sdbus::Result<std::string, uint64_t>&& result, Options) override {
        result.returnResults("{}", revision_);
    }
    std::string Name() override { return name_; }
    std::string Project() override { return project_; }
    std::string Path() override { return path_; }
    uint64_t Revision() override { return revision_; }
    std::string State() override {
        read_ = true;
        read_.notify_all();
        return state_;
    }
    BusProblems Problems() override {
        return state_ == "valid" ? BusProblems{} : BusProblems{{path_, 3, 1, "no"}};
    }

    std::string project_;
    std::string name_;
    std::string path_;
    std::string state_ = "valid";
    std::uint64_t revision_ = 1;
    std::atomic<bool> read_ = false;
};

class FakeDaemon final : public sdbus::AdaptorInterfaces<org::hotreload::Manager1_adaptor,
                                                         sdbus::ObjectManager_adaptor> {
public:
    static std::unique_ptr<FakeDaemon> start();
    ~FakeDaemon();

    FakeService& add(const std::string& project, const std::string& path,
                     const std::string& service);
    FakeConfig& add_config(const std::string& project, const std::string& name,
                           const std::string& path);
    void leave_bus(); // keeps the connection

    // "Reload shop force", as they came.
    std::vector<std::string> calls();
    void wait_for_call(); // until there was one

    // The methods, which are called in the daemon's thread. An exception is the answer.
    std::function<std::string(const std::string& path)> on_up;
    std::function<std::string(const std::string& target)> on_reload;
    std::function<void(const std::string& target)> on_action = [](const auto&) {};
    std::string plan = "{}";
    std::string explanation = "{}";
    std::string events = "{}";
    std::string status = "{}";                  // for callers who may inspect; "": this one may not
    std::map<std::string, std::string> details; // likewise, by id
    std::set<std::string> readable;             // ids of which this one is told all the same

    void finish(const std::string& id, const std::string& project, const std::string& result,
                const std::string& detail) {
        emitReloadFinished(id, project, result, 31'000, detail);
    }

private:
    explicit FakeDaemon(std::unique_ptr<sdbus::IConnection> connection);

    void note(const std::string& method, const std::string& argument, const Options& options);

    // hotreloadctl has the objects from GetManagedObjects.
    using ProjectList =
        std::vector<sdbus::Struct<std::string, std::string, std::string, sdbus::ObjectPath>>;
    void ListProjects(sdbus::Result<ProjectList>&& result) override { result.returnResults({}); }
    void GetService(sdbus::Result<sdbus::ObjectPath>&& result, std::string) override {
        result.returnResults(sdbus::ObjectPath("/"));
    }
    void Up(sdbus::Result<sdbus::ObjectPath>&& result, std::string path, Options options) override;
    void Down(sdbus::Result<>&& result, std::string project, Options options) override;
    void Plan(sdbus::Result<std::string>&& result, std::string target, Options options) override;
    void Reload(sdbus::Result<std::string>&& result, std::string target, Options options) override;
    void Restart(sdbus::Result<std::string>&& result, std::string target, Options options) override;
    void Start(sdbus::Result<>&& result, std::string target, Options options) override;
    void Stop(sdbus::Result<>&& result, std::string target, Options options) override;
    void Pause(sdbus::Result<>&& result, std::string target, Options options) override;
    void Apply(sdbus::Result<std::string>&& result, std::string target,
               std::vector<sdbus::Struct<std::string, sdbus::UnixFd>> files,
               Options options) override;
    void Confirm(sdbus::Result<>&& result, std::string target, Options options) override;
    void Rollback(sdbus::Result<std::string>&& result, std::string target, std::uint64_t generation,
                  Options options) override;
    void History(sdbus::Result<std::string>&& result, std::string target,
                 std::uint32_t limit) override;
    void Diff(sdbus::Result<std::string>&& result, std::string target, std::uint64_t from,
              std::uint64_t to) override;
    void Resume(sdbus::Result<>&& result, std::string target, Options options) override;
    void Explain(sdbus::Result<std::string>&& result, std::string path, Options options) override;
    void Sync(sdbus::Result<>&& result, Options options) override;
    void DebugEvents(sdbus::Result<std::string>&& result, uint32_t limit, Options options) override;
    void Status(sdbus::Result<std::string>&& result, std::string target, Options options) override;
    void Metrics(sdbus::Result<std::string>&& result, Options) override {
        result.returnResults("# EOF\n");
    }
    void GetState(sdbus::Result<std::string>&& result, Options) override {
        result.returnResults("{}");
    }
    void Details(sdbus::Result<std::string>&& result, std::string id, Options options) override;
    void Check(sdbus::Result<bool, BusProblems>&& result, std::string path,
               Options options) override;
    std::string Version() override { return "0"; }

    std::unique_ptr<sdbus::IConnection> connection_;
    std::vector<std::unique_ptr<FakeProject>> projects_;
    std::vector<std::unique_ptr<FakeService>> services_;
    std::vector<std::unique_ptr<FakeConfig>> configs_;
    std::mutex mutex_;
    std::condition_variable called_;
    std::vector<std::string> calls_;
};

} // namespace hotreload::ctl
