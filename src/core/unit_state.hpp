// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// UnitState is what the service manager says of a unit. The manager is the source of truth for
// whether a service runs; we never keep a copy of our own beyond its last word.

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload {

// UnitEnd is how a unit that does not run came to its end, as far as its followers saw it.
enum class UnitEnd {
    Unknown,  // it runs, or it was down before it was followed
    ByItself, // no job stopped it: its process ended
    Ours,     // a job that we asked for
    Others,   // a job that somebody else asked for
};

struct UnitState {
    std::string load_state = "not-found"; // loaded, not-found, bad-setting, masked …
    std::string active_state = "inactive";
    std::string sub_state = "dead";
    std::string result = "success";        // Result=
    std::string reload_result = "success"; // ReloadResult=
    std::string status_text;
    std::int32_t status_errno = 0;
    std::uint32_t main_pid = 0;
    std::int32_t exec_main_code = 0; // CLD_EXITED, CLD_KILLED …
    std::int32_t exec_main_status = 0;
    std::uint32_t restarts = 0; // NRestarts
    bool can_reload = false;
    bool oneshot = false;              // Type=
    std::string id;                    // its own name, where it is followed by another; "": unknown
    std::vector<std::string> consists; // ConsistsOf=: what it only stands for
    std::string invocation;            // InvocationID= in hexadecimal digits
    // EnvironmentFile=, which may be patterns.
    std::vector<std::string> environment_files;
    UnitEnd end = UnitEnd::Unknown;

    [[nodiscard]] bool loaded() const { return load_state == "loaded"; }
    [[nodiscard]] bool running() const {
        return active_state == "active" || active_state == "reloading" ||
               active_state == "refreshing" || active_state == "activating";
    }
    // The unit's process ended, and the manager waits before it starts another (RestartSec=).
    [[nodiscard]] bool waits_for_restart() const {
        return active_state == "activating" && sub_state.starts_with("auto-restart");
    }
    [[nodiscard]] bool failed() const { return active_state == "failed"; }
    [[nodiscard]] bool stopped_by_others() const { return !running() && end == UnitEnd::Others; }

    bool operator==(const UnitState&) const = default;
};

// "exit code 3", "killed by SIGSEGV", "timeout": why a unit is not what it should be.
std::string describe_failure(const UnitState& state);

} // namespace hotreload
