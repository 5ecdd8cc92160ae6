// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The listening sockets of all projects' services, over the manager's fd store: they outlive us as
// PROJECT.SERVICE.PORT. Services of one project share a socket of one address, so that a port can
// move from one to the other without being closed.

#include "base/fd.hpp"
#include "core/sockets_port.hpp"
#include "os/listen_fds.hpp"
#include "os/listening_socket.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::daemon {

class ServiceSockets final : public Sockets {
public:
    ServiceSockets() = default;
    ServiceSockets(const ServiceSockets&) = delete;
    ServiceSockets& operator=(const ServiceSockets&) = delete;

    // Takes back what the store had as we started; what is no socket of a service leaves it. Then
    // call open() for what is on record, before keep_only(): a port that was moving is in the store
    // for one of its services only.
    void adopt(std::vector<os::NamedFd> fds);

    // Sockets of Unix files: open ones get their mode and owner anew, and those whose file is gone
    // are opened anew. keep_only() puts mode and owner back.
    Result<std::vector<ServiceSocket>> open(const std::string& project, const std::string& service,
                                            const std::vector<PortDefinition>& ports) override;
    void keep_only(const std::string& project, const std::string& service,
                   const std::vector<PortDefinition>& ports) override;

    // All services that have a socket, with their projects, sorted: keep_only() with no ports
    // closes the sockets of one that is not known any more.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> services() const override;

private:
    struct Socket {
        std::string project;
        std::string address; // os::bound_address()
        Fd fd;
        std::optional<os::SocketFile> file;       // of a Unix socket, as it was made
        std::map<std::string, std::string> names; // of the port, by service
        std::string stored;                       // its name in the store

        [[nodiscard]] bool of_file() const { return address.starts_with('/'); }
        [[nodiscard]] bool file_is_there() const;
        void remove_file() const;
    };

    [[nodiscard]] Socket* find(const std::string& project, const std::string& address);
    Result<Socket> make(const std::string& project, const std::string& service,
                        const PortDefinition& port);
    Result<Fd> listen(const PortDefinition& port);
    void undo(const std::vector<Socket>& opened);
    // Gives the fd store, under these names, the sockets that we have for them now, or none.
    void renew(const std::set<std::string>& names);
    [[nodiscard]] Error in_our_words(Error error, const std::string& address) const;

    std::vector<Socket> sockets_;
    std::set<std::string> given_up_; // addresses: the manager may not have closed its copies yet
};

} // namespace hotreload::daemon
