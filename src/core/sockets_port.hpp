// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The listening sockets of services, which outlive their processes and ours. daemon/ has the real
// one, over the manager's fd store.

#include "base/error.hpp"
#include "core/port.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hotreload {

// An open one. The descriptor belongs to Sockets.
struct ServiceSocket {
    std::string name;
    int fd = -1;
};

class Sockets {
public:
    virtual ~Sockets() = default;

    // The sockets of `ports`, in their order: those that are open already, under the same address,
    // and new ones. On an error none was opened; it names the port and, where that can be told, the
    // process that holds it. Busy: the address is in use.
    virtual Result<std::vector<ServiceSocket>> open(const std::string& project,
                                                    const std::string& service,
                                                    const std::vector<PortDefinition>& ports) = 0;

    // Closes those of the service that are not among `ports`.
    virtual void keep_only(const std::string& project, const std::string& service,
                           const std::vector<PortDefinition>& ports) = 0;

    // All services that have a socket, as project and service.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> services() const = 0;
};

} // namespace hotreload
