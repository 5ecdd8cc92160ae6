// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A child process of our own that has nothing of what we have open but its standard streams, and
// starts with no signal blocked or ignored.

#include "base/error.hpp"
#include "base/fd.hpp"

#include <string>
#include <vector>

namespace hotreload::os {

// Descriptors of ours, which stay open here; -1: /dev/null.
struct Streams {
    int input = -1;
    int output = -1;
    int error = -1;
};

// Starts a process, and answers its pidfd: the caller has to wait for it. `command` is looked up in
// $PATH, and gets just this `environment`. Errors: it could not be started.
Result<Fd> spawn(std::vector<std::string> command, std::vector<std::string> environment,
                 const Streams& streams);

} // namespace hotreload::os
