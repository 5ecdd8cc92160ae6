// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/proc.hpp"

#include <dirent.h>

#include <fstream>
#include <memory>

namespace hotreload::os {

std::vector<std::string> process_ids() {
    std::vector<std::string> ids;
    const std::unique_ptr<DIR, int (*)(DIR*)> processes(opendir("/proc"), closedir);
    while (const dirent* entry = processes ? readdir(processes.get()) : nullptr) {
        std::string name = entry->d_name;
        if (name.find_first_not_of("0123456789") == std::string::npos)
            ids.push_back(std::move(name));
    }
    return ids;
}

std::string first_line(const std::string& path) {
    std::string line;
    std::getline(std::ifstream(path), line);
    return line;
}

std::string control_group(const std::string& process) {
    std::ifstream file("/proc/" + process + "/cgroup");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::"))
            return line.substr(3);
    return "";
}

} // namespace hotreload::os
