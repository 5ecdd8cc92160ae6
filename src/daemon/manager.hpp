// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// All projects, and the answers to every transport's calls: finds the project that a target names
// and passes the work on to it.

#include "core/counters.hpp"
#include "daemon/reporter.hpp"
#include "ipc/rights.hpp"
#include "ipc/service.hpp"
#include "project/project.hpp"
#include "watch/tree_watcher.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::daemon {

class Manager final : public ipc::Service, public ipc::Rights {
public:
    // `told`: who was told the events of the ports; `counters`: what counted them.
    Manager(project::Ports ports, watch::TreeWatcher& watcher, const Reporter& told,
            const Counters& counters);
    ~Manager() override;
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    // Takes up the projects that are on record. Ends when all of them are adopted and looked at. A
    // project that cannot be opened is told as such, and keeps none of the others from it.
    Task<> open(std::vector<LoadedProject> loaded);

    // Registers those of the project files that are not, without starting what an `up` would: new
    // services are started by a project's first look. A file that is refused is told to the events,
    // and listed as a project that is invalid until it is taken up, or is none of `files` any more.
    Task<> take_up(std::vector<std::string> files);

    // Begins nothing new. Ends when what is under way in any project is finished or put back, and
    // is on the disk.
    Task<> wind_up();

    // Reads every project file again.
    void look_again();

    // There are files that were refused and are no project's.
    [[nodiscard]] bool has_refused() const { return !refused_.empty(); }

    // There is no project, nor a file that would be one if it were mended.
    [[nodiscard]] bool empty() const { return projects_.empty() && refused_.empty(); }

    Task<Result<std::string>> up(std::string path, ipc::UpOptions options) override;
    Task<Result<>> down(std::string project) override;
    Task<Result<Plan>> plan(std::string target, ipc::PlanRequest options) override;
    Task<Result<ReloadId>> reload(std::string target, ipc::ReloadOptions options) override;
    Task<Result<ReloadId>> restart(std::string target, ipc::ReloadOptions options) override;
    Task<Result<>> start(std::string target, AskedBy caller) override;
    Task<Result<>> stop(std::string target, AskedBy caller) override;
    Task<Result<>> pause(std::string target, ipc::PauseOptions options) override;
    Task<Result<>> resume(std::string target, AskedBy caller) override;
    Task<Result<ReloadId>> rollback(std::string target, std::uint64_t generation,
                                    ipc::RollbackOptions options) override;
    Task<Result<ReloadId>> apply(std::string target, std::vector<ipc::HandedContent> files,
                                 ipc::ApplyOptions options) override;
    Task<Result<>> confirm(std::string target, AskedBy caller) override;
    Task<Result<History>> history(std::string target, std::size_t limit) override;
    Task<Result<GenerationDifference>> diff(std::string target, std::uint64_t from,
                                            std::uint64_t to) override;
    Task<Result<PathExplanation>> explain(std::string path) override;
    Task<Result<>> sync() override;
    [[nodiscard]] std::vector<WatcherEvent> watcher_events(std::size_t limit) const override;
    Task<Result<std::vector<Problem>>> check(std::string path) override;
    [[nodiscard]] std::uint64_t last_event() const override { return told_.told(); }
    [[nodiscard]] std::vector<ProjectStatus> projects() const override;
    [[nodiscard]] Result<std::vector<ProjectOverview>>
    status(const std::string& target) const override;
    [[nodiscard]] Result<std::shared_ptr<const Details>> details(const ReloadId& id) const override;
    [[nodiscard]] std::vector<ConfigStatus> configs(const std::string& project) const override;
    [[nodiscard]] Metrics metrics() const override;

    Task<bool> operates(uid_t user, std::string project) override;
    Task<bool> reads(uid_t user, std::string project, std::string config) override;
    Task<bool> reads(uid_t user, ReloadId id) override;

private:
    // A target, found: the project, and one service of it or all.
    struct Found {
        project::Project* project;
        std::optional<std::string> service;
    };

    Task<> take_up_file(std::string file, std::vector<std::string>* namesakes_first);
    void keep_refused(const std::vector<std::string>& files);
    void refuse_file(const std::string& file, std::vector<Problem> problems);
    void forget_refused(const std::string& file);
    [[nodiscard]] Result<std::vector<Found>> find(const std::string& target) const;
    [[nodiscard]] static ProjectOverview overview(const Found& found);
    Task<Result<Plan>> plan_project(std::string project, std::optional<std::string> service,
                                    ipc::PlanRequest options);
    Task<Result<ReloadId>> carry_out(std::string target, project::Request request, bool wait);
    Task<Result<>> perform(std::string target, project::Request::Kind kind, PlanOptions options,
                           AskedBy caller);
    Task<std::optional<Problem>> check_attached(const ProjectDefinition& project,
                                                const MemberDefinition& service);
    Task<std::vector<Problem>> check_units(const ProjectDefinition& definition);
    Result<project::Project*> make_project(const ProjectDefinition& definition);

    project::Ports ports_;
    watch::TreeWatcher& watcher_;
    const Reporter& told_;
    const Counters& counters_;
    Units& units_;
    RecordStore& store_;
    Events& events_;
    std::map<std::string, std::unique_ptr<project::Project>> projects_;
    std::map<std::string, ProjectStatus> refused_;   // by file: never in force
    std::size_t taking_up_ = 0;                      // files are taken up so many times at once
    std::vector<std::function<void()>> on_taken_up_; // who waits for the end of that
    bool winding_up_ = false;
};

} // namespace hotreload::daemon
