// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A child process of our own, awaited on the loop. For short-lived tools only: what belongs to a
// service runs under the service manager.

#include "base/error.hpp"
#include "base/task.hpp"
#include "os/event_loop.hpp"

#include <string>
#include <vector>

namespace hotreload::os {

struct ProcessEnd {
    bool timed_out = false; // it was killed by us
    int code = 0;           // CLD_EXITED, CLD_KILLED, CLD_DUMPED
    int status = 0;         // exit status or signal
    std::string output;     // standard output and error, at most the last 64 KiB
};

// Runs a program that is looked up in $PATH, with standard input from /dev/null, no blocked
// signals, `env` beside our own environment. Errors: it could not be started. A task that is
// destroyed kills its process.
Task<Result<ProcessEnd>> run_process(EventLoop& loop, std::vector<std::string> command,
                                     std::vector<std::string> env, Duration deadline);

} // namespace hotreload::os
