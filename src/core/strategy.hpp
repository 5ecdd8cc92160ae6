// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Strategy is what may be done to put a change into effect, from least to most: a service's plan is
// the highest among its changes.

#include "base/words.hpp"

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

// "auto" is not a strategy: where it is legal, it is std::nullopt.
template <>
inline constexpr auto kWordsOf<Strategy> = words<Strategy>({
    {Strategy::None, "none"},
    {Strategy::Live, "live"},
    {Strategy::Reload, "reload"},
    {Strategy::Swap, "swap"},
    {Strategy::Restart, "restart"},
    {Strategy::Manual, "manual"},
    {Strategy::ManualRestart, "manual-restart"},
});

// A manual strategy waits for somebody to ask for it.
inline bool is_manual(Strategy strategy) {
    return strategy >= Strategy::Manual;
}

} // namespace hotreload
