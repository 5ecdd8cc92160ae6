// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Absolute paths as text, and maps that are keyed by them.

#include <string>
#include <string_view>
#include <utility>

namespace hotreload::watch {

inline std::string join(std::string_view directory, std::string_view name) {
    std::string path(directory == "/" ? "" : directory);
    path += '/';
    path += name;
    return path;
}

inline std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

inline bool at_or_below(const std::string& path, const std::string& directory) {
    return path == directory || directory == "/" ||
           (path.starts_with(directory) && path[directory.size()] == '/');
}

// Everything in a map that is keyed by path and lies below `directory`.
template <class Map>
auto below(Map& map, const std::string& directory) {
    const std::string prefix = join(directory, "");
    auto first = map.lower_bound(prefix);
    auto last = first;
    while (last != map.end() && last->first.starts_with(prefix))
        ++last;
    return std::pair(first, last);
}

} // namespace hotreload::watch
