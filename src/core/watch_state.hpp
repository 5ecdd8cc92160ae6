// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// WatchState is how well a set of files is watched, for people.

#include <string>

namespace hotreload {

struct WatchState {
    enum class Kind {
        Watching,
        Polling,    // a file system does not tell its changes: part of the set is polled
        Incomplete, // a limit of the kernel is used up: part of the set is polled until it is
                    // raised; or a limit of ours: part of the set is left out
    };

    Kind kind = Kind::Watching;
    std::string why; // empty for Watching; for Incomplete it names the limit and what to do

    bool operator==(const WatchState&) const = default;
};

} // namespace hotreload
