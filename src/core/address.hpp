// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Address is where a socket listens or is connected to, as a value: the one parser of what people
// write for it, and the one spelling of it. os/socket_address.hpp turns it into what the kernel
// takes, and back. Names of hosts are no addresses: nothing is looked up.

#include "base/error.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hotreload {

struct Address {
    enum class Kind {
        V4,
        V6,
        Path,     // of a Unix socket in the file system
        Abstract, // a Unix socket without a file: "@shop"
    };

    Kind kind = Kind::Path;
    bool datagram = false;                // UDP; a stream otherwise
    std::array<unsigned char, 16> host{}; // in network order; of V4 the first four
    std::uint16_t port = 0;               // of V4 and V6
    std::string name;                     // of Path and Abstract; without the "@"

    // Reads what people write: "8080", "*:8080", "127.0.0.1:8080", "[::1]:8080", "udp:53",
    // "/run/NAME.sock", "@NAME". A port without a host is on all of them, IPv4 too: "[::]:8080".
    // Errors: Invalid, with what is legal.
    static Result<Address> parse(std::string_view text);

    // The canonical spelling, which parse() reads back: "127.0.0.1:8080", "[::1]:443",
    // "udp:[::]:53", "/run/shop.sock", "@shop".
    [[nodiscard]] std::string text() const;

    [[nodiscard]] bool inet() const { return kind == Kind::V4 || kind == Kind::V6; }

    // The address of all hosts of its kind: "0.0.0.0", or "[::]", which is IPv4's, too.
    [[nodiscard]] bool every_host() const { return inet() && host == decltype(host){}; }

    bool operator==(const Address&) const = default;
};

// Two addresses exclude each other when only one of them can be open at a time: they are the same,
// or one is of every host and the port is the same.
bool exclude_each_other(const Address& one, const Address& other);

// The same of two texts. One that is no address is in the way of itself alone.
bool exclude_each_other(std::string_view one, std::string_view other);

} // namespace hotreload
