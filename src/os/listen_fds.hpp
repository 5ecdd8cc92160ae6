// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The sockets that the service manager opened for us and handed over, see sd_listen_fds(3).

#include "base/error.hpp"
#include "base/fd.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hotreload::os {

// Each with its FileDescriptorName=. They are handed over once: a second call has none, and no
// child process sees them.
Result<std::vector<std::pair<std::string, Fd>>> take_listen_fds();

} // namespace hotreload::os
