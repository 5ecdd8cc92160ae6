// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Absolute paths as text.

#include <string>
#include <string_view>

namespace hotreload {

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

} // namespace hotreload
