// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/project_directories.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload {

namespace {

std::string_view directory_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

} // namespace

std::span<const std::string> project_file_directories() {
    static const std::array<std::string, 3> directories{"/etc/hotreload", "/run/hotreload.d",
                                                        "/usr/lib/hotreload"};
    return directories;
}

std::vector<std::string> drop_in_directories(std::string_view project_file) {
    const auto directory = directory_of(project_file);
    if (!std::ranges::contains(project_file_directories(), directory))
        return {};
    std::vector<std::string> directories;
    for (const auto& each : project_file_directories())
        directories.push_back(
            std::format("{}/{}.d", each, project_file.substr(directory.size() + 1)));
    return directories;
}

bool is_drop_in(std::string_view path, std::string_view project_file) {
    const auto directory = directory_of(path);
    return path.ends_with(".toml") && !path.substr(directory.size()).starts_with("/.") &&
           std::ranges::contains(drop_in_directories(project_file), directory);
}

} // namespace hotreload
