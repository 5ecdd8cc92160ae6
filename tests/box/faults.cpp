// SPDX-License-Identifier: LGPL-2.1-or-later
// The fault points of hotreloadd-faults. The file that $HOTRELOAD_FAULT names holds "POINT WHAT":
// WHAT is "abort", "stop" (until somebody sends SIGCONT), or the number of an errno. The file is
// removed when the point is reached, so that it counts once.
#include "base/fault.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

namespace hotreload::fault {

int point(std::string_view name) {
    const char* const path = std::getenv("HOTRELOAD_FAULT");
    if (!path)
        return 0;
    std::string wanted, what;
    if (!(std::ifstream(path) >> wanted >> what) || wanted != name)
        return 0;
    ::unlink(path);
    if (what == "abort")
        ::kill(::getpid(), SIGKILL);
    if (what == "stop")
        ::raise(SIGSTOP);
    return std::atoi(what.c_str());
}

} // namespace hotreload::fault
