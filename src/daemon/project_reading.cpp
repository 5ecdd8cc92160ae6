// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/project_reading.hpp"

#include "base/fault.hpp"

#include <sys/stat.h>

#include <format>

namespace hotreload::daemon {

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
