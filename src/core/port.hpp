// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A listening socket that a service is handed: what `ports` of hotreload.toml says. The daemon
// opens it, keeps it, and gives it to every generation.

#include "core/address.hpp"

#include <string>
#include <string_view>

namespace hotreload {

struct PortDefinition {
    std::string name;    // in LISTEN_FDNAMES; unique in the service
    std::string address; // as Address::text() spells it
    // The mode and the owner are of a Unix socket in the file system.
    unsigned mode = 0666;
    std::string user;
    std::string group;

    bool operator==(const PortDefinition&) const = default;
};

// The name of a port that has none: "8080" of a number, "udp-53" of a UDP one, "shop.sock" of a
// path, "shop" of "@shop".
std::string default_port_name(const Address& address);

// A name that LISTEN_FDNAMES can carry, and the fd store: letters, digits, "_", "-" and ".", at
// most 64 characters.
bool valid_port_name(std::string_view name);

} // namespace hotreload
