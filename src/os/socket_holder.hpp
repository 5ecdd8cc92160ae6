// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// SocketHolder is who has an address that we cannot have, to name in an error. To find it takes
// milliseconds, because the tables of all sockets and processes are read: it is not for the good
// path.

#include <sys/types.h>

#include <optional>
#include <string>

namespace hotreload::os {

struct SocketHolder {
    pid_t pid = 0;
    std::string comm;
    std::string unit; // the innermost service or scope; "" when it is in none
};

// A process that has a socket open that is in the way of `address` (text of an Address). Of
// several, one that works with it, rather than us or a service manager, which keep it for somebody
// else. Nothing: there is none, or it belongs to somebody whose descriptors we cannot see.
std::optional<SocketHolder> holder_of(const std::string& address);

// "nginx.service" of "/system.slice/nginx.service/worker".
std::string innermost_unit(const std::string& control_group);

} // namespace hotreload::os
