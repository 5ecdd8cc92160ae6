// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// PasswordAgent is pkttyagent(1) beside this command, as systemctl has it: when polkit wants a
// password before the daemon does what was asked for, it asks for it at the terminal.

#include <sys/types.h>

#include <memory>

namespace hotreload::ctl {

class PasswordAgent {
public:
    // Starts the agent, and waits until polkit knows it. Nothing where there is no terminal to ask
    // at, or no pkttyagent: then polkit finds nobody to ask, and says so.
    static std::unique_ptr<PasswordAgent> start();

    explicit PasswordAgent(pid_t process) : process_(process) {}
    ~PasswordAgent();
    PasswordAgent(const PasswordAgent&) = delete;
    PasswordAgent& operator=(const PasswordAgent&) = delete;

private:
    pid_t process_;
};

} // namespace hotreload::ctl
