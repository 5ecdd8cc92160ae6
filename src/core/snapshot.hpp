// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The content of a service's watched files at one moment. Events only say "look": what counts is
// a snapshot of the disk against the snapshot that was last applied, which is on record.

#include "base/error.hpp"
#include "core/paths.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hotreload {

// 128 bits of XXH3 over the bytes, and their number: equality stands for equal content.
struct ContentId {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t size = 0;

    auto operator<=>(const ContentId&) const = default;
};

struct Snapshot {
    std::map<std::string, ContentId> files; // by absolute path as it is watched
    std::vector<std::string> missing;       // named without wildcards, and not there
    std::vector<std::string> writing;       // open for writing: not whole, left out of `files`
    std::vector<Problem> unreadable;        // there, and cannot be read
    std::vector<Problem> unseen;            // read, but for later changes that cannot be seen

    bool operator==(const Snapshot&) const = default;
};

// The file cannot be read, or is of a directory that cannot: nobody knows whether it is there.
inline bool is_out_of_sight(const Snapshot& snapshot, const std::string& path) {
    return std::ranges::any_of(snapshot.unreadable, [&](const Problem& problem) {
        return at_or_below(path, problem.path);
    });
}

} // namespace hotreload
