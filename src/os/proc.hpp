// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Processes as /proc tells of them. They may be gone at any time, or hidden: then it tells nothing.

#include "base/duration.hpp"
#include "base/fd.hpp"

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace hotreload::os {

// Numbers of all processes that can be seen, as they are spelled in /proc.
std::vector<std::string> process_ids();

// The text of a file of one line.
std::string first_line(const std::string& path);

// What a process calls itself, with all that is not plain ASCII escaped ("\\xff"): it is told to
// people. "": it is gone, or hidden.
std::string command_name(pid_t process);
// The same, and of no other process that has got its number meanwhile.
std::string command_name(const Fd& pidfd);

// The control group in the unified hierarchy: "/system.slice/nginx.service".
std::string control_group(const std::string& process);

// What this process takes. 0 of what cannot be told.
struct OwnUse {
    std::size_t resident_bytes = 0; // of files, too
    Duration cpu{};                 // user and system
};
OwnUse own_use();

} // namespace hotreload::os
