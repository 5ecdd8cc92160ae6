// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/unit_state.hpp"

#include "base/signal.hpp"

#include <array>
#include <csignal>
#include <format>
#include <string_view>
#include <utility>

namespace hotreload {

namespace {

// Exit statuses that the manager gives a process which could not be made into the service
// (systemd.exec(5), "Process Exit Codes"), with what a person should look at.
constexpr std::array<std::pair<int, std::string_view>, 20> kSetupFailures = {{
    {200, "cannot change to its working directory (200/CHDIR)"},
    {202, "cannot hand over its file descriptors (202/FDS)"},
    {203, "cannot execute its command (203/EXEC)"},
    {205, "cannot set its resource limits (205/LIMITS)"},
    {208, "cannot set up its standard input (208/STDIN)"},
    {209, "cannot set up its standard output (209/STDOUT)"},
    {210, "cannot change its root directory (210/CHROOT)"},
    {216, "cannot take its group (216/GROUP): no such group, or not allowed"},
    {217, "cannot take its user (217/USER): no such user, or not allowed"},
    {218, "cannot set its capabilities (218/CAPABILITIES)"},
    {219, "cannot enter its control group (219/CGROUP)"},
    {222, "cannot set up its standard error (222/STDERR)"},
    {226, "cannot set up its mount namespace (226/NAMESPACE)"},
    {227, "cannot set its no-new-privileges flag (227/NO_NEW_PRIVILEGES)"},
    {228, "cannot apply its system call filter (228/SECCOMP)"},
    {233, "cannot set up its run-time directory (233/RUNTIME_DIRECTORY)"},
    {238, "cannot set up its state directory (238/STATE_DIRECTORY)"},
    {239, "cannot set up its cache directory (239/CACHE_DIRECTORY)"},
    {240, "cannot set up its log directory (240/LOGS_DIRECTORY)"},
    {243, "cannot set up its credentials (243/CREDENTIALS)"},
}};

std::string describe_exit(int status) {
    for (const auto& [code, words] : kSetupFailures)
        if (code == status)
            return std::string(words);
    return std::format("exit code {}", status);
}

std::string describe_end(const UnitState& state) {
    if (state.exec_main_code == CLD_EXITED)
        return describe_exit(state.exec_main_status);
    if (state.exec_main_code == CLD_KILLED)
        return "killed by " + signal_name(state.exec_main_status);
    if (state.exec_main_code == CLD_DUMPED)
        return "killed by " + signal_name(state.exec_main_status) + " (core dumped)";
    return {};
}

} // namespace

std::string describe_failure(const UnitState& state) {
    // The failure is that of another command of the unit when the main process ended well.
    const bool main_failed = state.exec_main_code == CLD_KILLED ||
                             state.exec_main_code == CLD_DUMPED || state.exec_main_status != 0;
    const auto& result = state.result;
    if (result == "exit-code" || result == "signal" || result == "core-dump") {
        if (const auto end = describe_end(state); main_failed && !end.empty())
            return end;
        return result == "exit-code" ? "one of its commands failed"
                                     : "one of its commands was killed by a signal";
    }
    if (result == "timeout")
        return "timeout";
    if (result == "watchdog")
        return "watchdog timeout";
    if (result == "oom-kill")
        return "killed for lack of memory";
    if (result == "start-limit-hit")
        return "started too often in a short time";
    if (result == "protocol")
        return "it did not do what its type asks for: ended before it was ready, or left no PID";
    if (result == "resources")
        return "the manager lacked a resource or a file to start it";
    if (result != "success")
        return result;
    if (state.load_state == "not-found")
        return "no such unit";
    if (!state.loaded())
        return "its definition cannot be used (" + state.load_state + ")";
    if (state.stopped_by_others())
        return "somebody else stopped it meanwhile";
    if (!state.running() || state.waits_for_restart()) {
        const auto end = describe_end(state);
        return end.empty() ? "it is " + state.active_state : "it ended: " + end;
    }
    return "it is " + state.active_state + " (" + state.sub_state + ")";
}

} // namespace hotreload
