// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/listen_fds.hpp"

#include <systemd/sd-daemon.h>

#include <cstdlib>

namespace hotreload::os {

Result<std::vector<std::pair<std::string, Fd>>> take_listen_fds() {
    char** names = nullptr;
    constexpr int unset_environment = 1;
    const int count = sd_listen_fds_with_names(unset_environment, &names);
    if (count < 0)
        return fail_errno(-count, "taking over sockets from the service manager");
    std::vector<std::pair<std::string, Fd>> fds;
    for (int i = 0; i < count; ++i) {
        fds.emplace_back(names[i], Fd(SD_LISTEN_FDS_START + i));
        std::free(names[i]);
    }
    std::free(names);
    return fds;
}

} // namespace hotreload::os
