// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/password_agent.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

namespace hotreload::ctl {

namespace {

// A child ends with this command, also one that is killed, and by the signals that end a command,
// which this one may have blocked to read them itself.
void be_endable(pid_t command) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGINT, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != command) // it has ended already
        _exit(1);
}

} // namespace

std::unique_ptr<PasswordAgent> PasswordAgent::start() {
    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return nullptr;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return nullptr;
    const Fd ready(ends[0]);
    Fd told(ends[1]);
    const auto number = std::to_string(told.get());
    const pid_t command = getpid();
    const pid_t process = fork();
    if (process == 0) {
        be_endable(command);
        fcntl(told.get(), F_SETFD, 0);
        execlp("pkttyagent", "pkttyagent", "--notify-fd", number.c_str(), "--fallback", nullptr);
        _exit(127);
    }
    told = Fd();
    if (process < 0)
        return nullptr;
    // The agent closes it when it is registered; so does the end of one that could not be started.
    char nothing = 0;
    while (read(ready.get(), &nothing, 1) < 0 && errno == EINTR) {
    }
    return std::make_unique<PasswordAgent>(process);
}

PasswordAgent::~PasswordAgent() {
    kill(process_, SIGTERM);
    kill(process_, SIGCONT); // one that was stopped at the terminal
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

} // namespace hotreload::ctl
