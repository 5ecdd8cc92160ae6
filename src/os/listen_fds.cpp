// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/listen_fds.hpp"

#include <systemd/sd-daemon.h>

#include <cstdlib>

namespace hotreload::os {

Result<std::vector<NamedFd>> take_listen_fds() {
    char** names = nullptr;
    constexpr int unset_environment = 1;
    const int count = sd_listen_fds_with_names(unset_environment, &names);
    if (count < 0)
        return fail_errno(-count, "taking over sockets from the service manager");
    std::vector<NamedFd> fds;
    for (int i = 0; i < count; ++i) {
        fds.push_back({names[i], Fd(SD_LISTEN_FDS_START + i)});
        std::free(names[i]);
    }
    std::free(names);
    return fds;
}

std::vector<Fd> take_named(std::vector<NamedFd>& fds, std::string_view name) {
    std::vector<Fd> taken;
    for (auto& each : fds)
        if (each.name == name)
            taken.push_back(std::move(each.fd));
    std::erase_if(fds, [&](const NamedFd& each) { return each.name == name; });
    return taken;
}

} // namespace hotreload::os
