// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/project_files.hpp"

#include "base/fault.hpp"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <format>
#include <map>

namespace hotreload::daemon {

namespace fs = std::filesystem;

std::span<const std::string> project_file_directories() {
    static const std::array<std::string, 3> directories{"/etc/hotreload", "/run/hotreload.d",
                                                        "/usr/lib/hotreload"};
    return directories;
}

std::vector<std::string> project_files(std::span<const std::string> directories) {
    std::map<std::string, fs::path> first; // by file name
    for (const auto& directory : directories) {
        std::error_code error; // what could be read until then is taken
        fs::directory_iterator each(directory, error);
        for (; !error && each != fs::directory_iterator(); each.increment(error))
            if (each->path().extension() == ".toml")
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

std::string file_stamp(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) < 0)
        return "";
    return std::format("{}:{}:{}:{}.{:09}", status.st_dev, status.st_ino, status.st_size,
                       status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

Checked<ProjectDefinition> load_noted(state::Deaths& deaths, const std::string& path,
                                      std::vector<std::string>* sources) {
    const state::Work reading{"", path, file_stamp(path)};
    if (deaths.set_aside(reading))
        return std::unexpected(std::vector{
            Problem{path, 0, 0,
                    "reading it has ended hotreloadd twice: it is left alone until it changes, or "
                    "somebody asks for it (\"hotreloadctl up\", \"hotreloadctl reload\")",
                    Audience::Everybody}});
    const state::Deaths::Scope at_it(deaths, reading);
    fault::point("load");
    return load_project(path, sources);
}

} // namespace hotreload::daemon
