// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Opens the sockets that services are handed.

#include "base/error.hpp"
#include "base/fd.hpp"
#include "core/port.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace hotreload::os {

// Bound and, a stream, listening: what connects from now on waits until somebody accepts. A Unix
// socket's file has its mode and owner before anybody can connect; one that is left over from a
// process that is gone is replaced. Errors: Busy, with the one in the way where that can be seen;
// NotAuthorized, with what would help; TimedOut, the owner that a file is to have is not known yet.
Result<Fd> open_listening_socket(const PortDefinition& port);

// Gives the file of an open Unix socket the mode and the owner that `port` says. Other
// sockets stay as they are. Errors: TimedOut, the owner is not known yet.
Result<> give_access(const PortDefinition& port);

// SocketFile is the file that the path of a Unix socket names now; nullopt when that is no socket.
// The descriptor does not tell whether its file is still the one.
struct SocketFile {
    dev_t device = 0;
    ino_t inode = 0;

    bool operator==(const SocketFile&) const = default;
};
std::optional<SocketFile> socket_file(const std::string& path);

// Removes that file, and nothing else. Errors: Busy, when the path names another one by now.
Result<> remove_socket_file(const std::string& path, const SocketFile& file);

} // namespace hotreload::os
