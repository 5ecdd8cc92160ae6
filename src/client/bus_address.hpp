// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace hotreload::client {

// Where a daemon is.
struct BusAddress {
    bool user = false;   // the user's instance, else the system's
    std::string host;    // reached by ssh: [USER@]HOST; of the system
    std::string machine; // a local container: [USER@]MACHINE
};

} // namespace hotreload::client
