// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Service is what the daemon answers, whatever the transport. daemon/ implements it, and the
// functions of methods.cpp call it. Calls come on the one thread and must not block.
//
// A target is "" (everything), "PROJECT" or "PROJECT/SERVICE". Errors carry the code that decides
// the transport's error name: NotFound is an unknown target, Invalid an input to correct.

#include "base/fd.hpp"
#include "base/task.hpp"
#include "core/details.hpp"
#include "core/metrics.hpp"
#include "core/plan.hpp"
#include "core/status.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::ipc {

struct UpOptions {
    bool wait = true; // answer when the services are started, not when the project is registered
    AskedBy caller;
};

struct ReloadOptions {
    bool force = false; // carry out what waits, try again what was refused
    bool wait = false;  // answer when the transaction has ended: with an error when it failed
    std::optional<Strategy> strategy; // at least this, for the target's services
    std::optional<Duration> drain;    // for old generations, this time
    AskedBy caller;
};

struct PlanRequest {
    bool force = false;
    std::optional<Strategy> strategy;
    bool validate = true; // run what a reload would run to check what is new
};

struct RollbackOptions {
    bool restore_files = false;
    bool wait = false; // as of ReloadOptions
    std::optional<Duration> drain;
    AskedBy caller;
};

struct PauseOptions {
    Duration time{}; // then it resumes by itself; zero: never
    std::string reason;
    AskedBy caller;
};

// Content for a watched file: a descriptor, or where there is none the bytes themselves.
struct HandedContent {
    std::string path;
    std::shared_ptr<const Fd> fd;
    std::string bytes;
};

struct ApplyOptions {
    bool force = false;
    bool wait = false;  // as of ReloadOptions
    Duration confirm{}; // then it is put back, unless somebody confirms it; zero: never
    AskedBy caller;
};

class Service {
public:
    virtual ~Service() = default;

    // `path` is absolute: a project's directory or its project file. Answers its name.
    virtual Task<Result<std::string>> up(std::string path, UpOptions options) = 0;
    virtual Task<Result<>> down(std::string project) = 0;

    // The plan of a target. For "" with more than one project, `project` is "", services are
    // "PROJECT/SERVICE".
    virtual Task<Result<Plan>> plan(std::string target, PlanRequest options) = 0;

    // The id of the transaction, which Events::reload_finished ends, once for each project of the
    // target.
    virtual Task<Result<ReloadId>> reload(std::string target, ReloadOptions options) = 0;
    virtual Task<Result<ReloadId>> restart(std::string target, ReloadOptions options) = 0;
    virtual Task<Result<>> start(std::string target, AskedBy caller) = 0;
    virtual Task<Result<>> stop(std::string target, AskedBy caller) = 0;

    // Changes are held back until resume. It also takes up watches that were suspended because
    // their service writes into them.
    virtual Task<Result<>> pause(std::string target, PauseOptions options) = 0;
    virtual Task<Result<>> resume(std::string target, AskedBy caller) = 0;

    // 0: the one before the applied one. The id as for reload.
    virtual Task<Result<ReloadId>> rollback(std::string target, std::uint64_t generation,
                                            RollbackOptions options) = 0;
    // Contents for files that the target watches: checked, written and put into effect, all of it
    // or nothing. The id as for reload.
    virtual Task<Result<ReloadId>> apply(std::string target, std::vector<HandedContent> files,
                                         ApplyOptions options) = 0;
    // What was applied is in force for good: of that id, or of the target.
    virtual Task<Result<>> confirm(std::string target, AskedBy caller) = 0;
    // The newest first, at most `limit` of each service.
    virtual Task<Result<History>> history(std::string target, std::size_t limit) = 0;
    // `target` names a service. A `to` of 0 is what is applied, a `from` of 0 the one before `to`.
    virtual Task<Result<GenerationDifference>> diff(std::string target, std::uint64_t from,
                                                    std::uint64_t to) = 0;

    // `path` is absolute. Invalid when it is not.
    virtual Task<Result<PathExplanation>> explain(std::string path) = 0;

    // Ends when everything that was written to watched files before the call has been seen, and
    // what it led to has ended. A file that is still being written counts as seen.
    virtual Task<Result<>> sync() = 0;

    // The watcher's last events, the oldest first, at most `limit`.
    [[nodiscard]] virtual std::vector<WatcherEvent> watcher_events(std::size_t limit) const = 0;

    // Everything that is wrong with a project file; empty: it is valid. An error only when
    // it cannot be looked at.
    virtual Task<Result<std::vector<Problem>>> check(std::string path) = 0;

    // The number of the last event that was told: they are counted from the start of the daemon.
    [[nodiscard]] virtual std::uint64_t last_event() const = 0;
    // Every project by itself, without its services and configs.
    [[nodiscard]] virtual std::vector<ProjectStatus> projects() const = 0;
    // The status of the target; of "" every project.
    [[nodiscard]] virtual Result<std::vector<ProjectOverview>>
    status(const std::string& target) const = 0;
    [[nodiscard]] virtual std::vector<ConfigStatus> configs(const std::string& project) const = 0;

    [[nodiscard]] virtual Metrics metrics() const = 0;

    // The details of an event that was told lately. NotFound: they are not kept, any more or at
    // all.
    [[nodiscard]] virtual Result<std::shared_ptr<const Details>>
    details(const ReloadId& id) const = 0;
};

} // namespace hotreload::ipc
