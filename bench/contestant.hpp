// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Who takes part in a measurement, and what was measured. The runner names them on the driver's
// standard input, one line each, so that the driver knows nothing of how each is set up.

#include <chrono>
#include <istream>
#include <string>
#include <vector>

namespace hotreload::bench {

using Microseconds = std::chrono::duration<double, std::micro>;

struct Contestant {
    std::string group; // compared with one another
    std::string role;  // tight: the group's measure; hotreload: what is measured; peer, floor
    std::string name;  // what its target sends with each receipt
    std::string unit;  // the target
    std::string file;  // what is saved
    unsigned every;    // takes part in every n-th round
    Microseconds less; // counted out: the debounce
    std::string label;

    std::vector<Microseconds> samples;
};

// `group role name unit file every less_usec label…`; throws std::runtime_error.
std::vector<Contestant> read_contestants(std::istream& in);

// The table, with ratios to each group's tight loop and to its hotreload.
std::string report(const std::vector<Contestant>& contestants);

} // namespace hotreload::bench
