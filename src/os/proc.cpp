// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/proc.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

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

OwnUse own_use() {
    OwnUse use;
    std::size_t size = 0, resident = 0; // pages
    if (std::ifstream("/proc/self/statm") >> size >> resident)
        use.resident_bytes = resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0)
        for (const auto& time : {used.ru_utime, used.ru_stime})
            use.cpu += std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    return use;
}

} // namespace hotreload::os
