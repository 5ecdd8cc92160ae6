// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Strategy is what may be done to put a change into effect, from least to most: a service's plan is
// the highest among its changes.

#include <optional>
#include <string_view>

namespace hotreload {

enum class Strategy {
    None,          // recorded, nothing done
    Live,          // SetUnitProperties on the running unit
    Reload,        // the service reads its configuration again, the process stays
    Swap,          // the next generation starts beside the old one, on the same sockets
    Restart,       // the old generation stops, the next one starts
    Manual,        // listed as waiting; done only when forced
    ManualRestart, // the same, and only a new process can take it
};

// A manual strategy waits for somebody to ask for it.
inline bool is_manual(Strategy strategy) {
    return strategy >= Strategy::Manual;
}

std::string_view to_string(Strategy strategy);

// The strategy of a word; nullopt: there is none. "auto" is not a strategy: where it is legal, it
// is std::nullopt.
std::optional<Strategy> parse_strategy(std::string_view word);

} // namespace hotreload
