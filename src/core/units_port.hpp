// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The service manager in our own verbs. units/ is the real one; tests have a fake. Nothing here
// blocks: every operation that takes the manager's time is a task that ends when its job has.

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "core/definition.hpp"
#include "core/live_properties.hpp"
#include "core/sockets_port.hpp"
#include "core/unit_state.hpp"
#include "core/views_port.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// CommandResult is how a validator or another helper command ended.
struct CommandResult {
    bool ok = false;
    std::string reason; // "exit code 1", "killed by SIGSEGV", "timed out after 30s", "not found"
    bool no_namespace = false; // what was to be shown to it could not be
    std::string output;        // standard output and error, at most the last 16 KiB
};

struct CommandRequest {
    std::string unit;  // full name of the transient unit
    std::string slice; // of the project
    std::string description;
    std::vector<std::string> command;
    std::map<std::string, std::string> env;
    std::string working_dir;
    std::string user;
    Duration timeout = std::chrono::seconds(90);
    std::vector<Bind> binds; // shown to it, read-only
};

// A generation as it is started.
struct GenerationRequest {
    std::string unit; // full name of the transient unit
    std::string slice;
    MemberDefinition definition;
    std::vector<ServiceSocket> sockets; // LISTEN_FDS, in this order
    std::vector<Bind> binds;            // shown to it, read-only
};

class Units {
public:
    virtual ~Units() = default;

    // The manager's last word on a unit; complete for units that are followed.
    [[nodiscard]] virtual UnitState state(const std::string& unit) const = 0;

    // Keep state(unit) current and tell on_change; also keeps a stopped transient unit loaded
    // (RefUnit), so that it can be started again. Ends with the first state read. An alias is
    // followed to the unit that it names. Counted: a unit is followed until each has unfollowed it,
    // also whoever was told an error: it could not be read now, and what comes of it later is told.
    virtual Task<Result<UnitState>> follow(std::string unit) = 0;
    virtual void unfollow(const std::string& unit) = 0;
    // Called with the name that was given to follow().
    std::function<void(const std::string& unit, const UnitState&)> on_change;

    // Start a generation under a new transient unit, or again under the same if it is still
    // loaded. Ends when the start job has: for notify types, when the service is ready. Follows
    // the unit. Errors carry the manager's or the service's reason.
    virtual Task<Result<>> start_generation(GenerationRequest request) = 0;

    // Jobs on existing units; each ends with its job. stop_unit of an unknown unit is done.
    virtual Task<Result<>> start_unit(std::string unit) = 0;
    virtual Task<Result<>> stop_unit(std::string unit) = 0;
    // Stops a unit as stop_unit does; what is left of it after `patience` is killed. 0: at once.
    virtual Task<Result<>> end_unit(std::string unit, Duration patience) = 0;
    virtual Task<Result<>> restart_unit(std::string unit) = 0;

    // Shows an installed unit these binds from its next start on; none: what is there. Its other
    // settings stay as they are. True when that was something else before: it takes a
    // daemon-reload.
    virtual Task<Result<bool>> show_installed(std::string unit, std::vector<Bind> binds) = 0;

    // The manager knows an installed unit as its files on disk are from now on; a daemon-reload,
    // only if it knows something else.
    virtual Task<Result<>> load_anew(std::string unit) = 0;

    // Judged by the job's result and what the unit says of itself after it (ReloadResult,
    // StatusErrno, MainPID): ok only when the service did reload and its process is the same, or
    // when somebody else started it anew meanwhile. One that is starting is waited for, here and by
    // signal_unit. Ends with the unit as it has to stay, for stays_active().
    virtual Task<Result<UnitState>> reload_unit(std::string unit) = 0;

    // Sends a signal to the main process, by the manager; ok when it was sent. Ends with the unit
    // as it was then.
    virtual Task<Result<UnitState>> signal_unit(std::string unit, int signal) = 0;

    virtual Task<Result<>> set_properties(std::string unit, std::vector<LiveValue> values) = 0;

    // Ends with success when the unit has been active without a break, with the same process as
    // in `since` (nullopt: as now), for `time`; as soon as it is not, with why. 0: only looks at
    // the state there is. One that somebody else starts anew has its time from then on.
    virtual Task<Result<>> stays_active(std::string unit, Duration time,
                                        std::optional<UnitState> since) = 0;

    // Stops a unit that is not wanted any more and forgets it: failed state, drop-ins, reference.
    virtual Task<Result<>> discard(std::string unit) = 0;

    // A transient oneshot, awaited and collected. An error means that it could not be tried.
    virtual Task<Result<CommandResult>> run_command(CommandRequest request) = 0;

    // Would systemd take these directives? One problem per refused directive: its name in
    // Problem::path, systemd's reason in Problem::message. No unit is loaded for it.
    virtual Task<Result<std::vector<Problem>>>
    check_properties(std::map<std::string, std::vector<std::string>> properties) = 0;

    // Names of the loaded units that match a shell pattern, for finding orphans.
    virtual Task<Result<std::vector<std::string>>> list(std::string pattern) = 0;

    // Names of the unit files and loaded units of a type (".service"), templates and aliases, too:
    // to tell whether there is one, and what somebody may have meant.
    virtual Task<Result<std::vector<std::string>>> installed(std::string suffix) = 0;

    // Tells this run of the manager from another (after a reboot or a new login nothing runs,
    // and that nobody stopped it by hand).
    [[nodiscard]] virtual const std::string& manager_id() const = 0;
};

} // namespace hotreload
