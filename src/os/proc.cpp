// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/proc.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <format>
#include <fstream>
#include <memory>
#include <sstream>

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

std::string command_name(pid_t process) {
    constexpr std::size_t longest = 64; // threads of the kernel's have more than the 15 of others
    std::string shown;
    for (const char c : first_line(std::format("/proc/{}/comm", process)).substr(0, longest)) {
        const bool plain = c >= ' ' && c <= '~' && c != '\\';
        shown +=
            plain ? std::string(1, c) : std::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return shown;
}

std::string command_name(const Fd& pidfd) {
    const auto process = [&] {
        std::ifstream info(std::format("/proc/self/fdinfo/{}", pidfd.get()));
        pid_t pid = -1; // of one that has ended
        for (std::string line; std::getline(info, line);)
            if (line.starts_with("Pid:"))
                std::istringstream(line.substr(4)) >> pid;
        return pid;
    };
    const auto pid = process();
    auto name = pid > 0 ? command_name(pid) : std::string();
    return process() == pid ? name : "";
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
