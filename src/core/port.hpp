// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A listening socket that a service is handed: what `ports` of hotreload.toml says. The daemon
// opens it, keeps it, and gives it to every generation.

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace hotreload {

struct PortDefinition {
    std::string name; // in LISTEN_FDNAMES; unique in the service
    // Canonical: "127.0.0.1:8080", "[::1]:443", "udp:[::]:53", "/run/shop.sock", "@shop". An
    // address without a host ("8080") listens on all of them, IPv4 too: "[::]:8080".
    std::string address;
    // Of a Unix socket in the file system.
    unsigned mode = 0666;
    std::string user;
    std::string group;

    bool operator==(const PortDefinition&) const = default;
};

// The canonical spelling of an address as people write it. Errors: Invalid, with what is legal.
Result<std::string> parse_port_address(std::string_view text);

// Of two canonical addresses, whether only one can be open at a time: they are the same, or one of
// them is of all addresses and the port is the same.
bool exclude_each_other(std::string_view one, std::string_view other);

// The name of a port that has none, by its canonical address: "8080" of a number, "udp-53" of a UDP
// one, "shop.sock" of a path, "shop" of "@shop".
std::string default_port_name(std::string_view address);

// A name that LISTEN_FDNAMES can carry, and the fd store: letters, digits, "_", "-" and ".", at
// most 64 characters.
bool valid_port_name(std::string_view name);

} // namespace hotreload
