// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// PathMatch says whether a path belongs to the watches of a set, and why, for people.

#include <string>
#include <vector>

namespace hotreload {

struct PathMatch {
    struct Watch {
        std::string pattern;     // the first that matches; empty: none
        std::string excluded_by; // the exclude that stops it, of the path or of a directory above
        std::string left_out;    // why it, or a directory above, is not read; of a watched set only

        bool operator==(const Watch&) const = default;
    };

    bool watched = false;       // a file at the path is one of the set
    std::string built_in;       // what else stops it: "an editor's dropping (f~)", "in .git, …"
    std::vector<Watch> watches; // in the order of the definitions

    bool operator==(const PathMatch&) const = default;
};

} // namespace hotreload
