// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Probes are how a service shows that it is ready, where its type does not tell: `ready` of
// hotreload.toml, and the port over which it is asked. probe/ has the real one.

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "core/address.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload {

// ReadyProbe has one of the three.
struct ReadyProbe {
    std::string http; // URL; ready at a status of 200 to 399
    std::string tcp;  // address, as Address::text() spells it; ready when it accepts
    std::vector<std::string> command; // ready when it exits with 0
    Duration timeout = std::chrono::seconds(10);
    Duration interval = std::chrono::milliseconds(100); // between two tries

    bool operator==(const ReadyProbe&) const = default;
};

// The addresses that a probe of `url` connects to, one after the other until something listens.
// Errors: Invalid; the host is a number or "localhost", for a name would have to be looked up,
// which takes as long as it likes.
Result<std::vector<Address>> probe_addresses(std::string_view url);

// The same for the address of a stream. One that stands for every host is reached at this one,
// over IPv4 too.
std::vector<Address> connect_addresses(const Address& address);

// ProbedUnit is who is asked: generations that share a socket may not answer for each other.
struct ProbedUnit {
    std::string unit;
    std::string project; // for the name of the command's unit
    std::string service;
    std::string slice;
    std::map<std::string, std::string> env; // of the command
    std::string working_dir;
    std::string user;
};

class Probes {
public:
    virtual ~Probes() = default;

    // Ends when the probe passed, answered by a process of the unit; when its timeout is over, with
    // what the last try said (TimedOut); as soon as the unit is not active any more, with why.
    virtual Task<Result<>> until_ready(ReadyProbe probe, ProbedUnit whom) = 0;
};

} // namespace hotreload
