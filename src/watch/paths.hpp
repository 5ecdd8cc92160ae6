// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Maps that are keyed by absolute paths, and what core/ has for paths.

#include "core/paths.hpp"

#include <string>
#include <utility>

namespace hotreload::watch {

using hotreload::at_or_below;
using hotreload::join;
using hotreload::parent_of;

// Everything in a map that is keyed by path and lies below `directory`, which itself does not: "/"
// begins with what all paths below it begin with.
template <class Map>
auto below(Map& map, const std::string& directory) {
    const std::string prefix = join(directory, "");
    auto first = map.upper_bound(prefix);
    auto last = first;
    while (last != map.end() && last->first.starts_with(prefix))
        ++last;
    return std::pair(first, last);
}

} // namespace hotreload::watch
