// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The descriptors that the service manager hands us as we start, see sd_listen_fds(3): sockets that
// it opened for us, and what we had it keep (os/fd_store.hpp). Their names tell them apart.

#include "base/error.hpp"
#include "base/fd.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hotreload::os {

struct NamedFd {
    std::string name; // FileDescriptorName=, FDNAME=
    Fd fd;
};

// Takes the descriptors that the manager handed over. A second call has none, and no child process
// sees them.
Result<std::vector<NamedFd>> take_listen_fds();

// Takes the descriptors called `name` out of `fds`.
std::vector<Fd> take_named(std::vector<NamedFd>& fds, std::string_view name);

} // namespace hotreload::os
