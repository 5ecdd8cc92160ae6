// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/project_files.hpp"

#include <filesystem>
#include <map>

namespace hotreload {

namespace fs = std::filesystem;

std::vector<std::string> project_files(std::span<const std::string> directories) {
    std::map<std::string, fs::path> first; // by file name
    for (const auto& directory : directories) {
        std::error_code error; // what could be read until then is taken
        fs::directory_iterator each(directory, error);
        for (; !error && each != fs::directory_iterator(); each.increment(error))
            if (each->path().extension() == ".toml" &&
                !each->path().filename().native().starts_with('.'))
                first.try_emplace(each->path().filename(), each->path());
    }
    std::vector<std::string> files;
    for (const auto& [name, path] : first) {
        std::error_code ignored;
        if (fs::is_regular_file(path, ignored) && !fs::is_empty(path, ignored))
            files.push_back(path);
    }
    return files;
}

} // namespace hotreload
