// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe/unit_processes.hpp"

#include <filesystem>
#include <format>
#include <fstream>

namespace hotreload::probe {

namespace {

namespace fs = std::filesystem;

// The unified hierarchy's line, "0::/system.slice/nginx.service".
std::string group_of(std::uint32_t process) {
    std::ifstream file(std::format("/proc/{}/cgroup", process));
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("0::"))
            return line.substr(3);
    return "";
}

void add_processes(const fs::path& group, std::vector<pid_t>& processes) {
    std::ifstream file(group / "cgroup.procs");
    for (pid_t process = 0; file >> process;)
        processes.push_back(process);
}

} // namespace

std::string_view unit_group(std::string_view group, std::string_view unit) {
    const auto at = group.find(std::format("/{}/", unit));
    return at == std::string_view::npos ? group : group.substr(0, at + 1 + unit.size());
}

std::vector<pid_t> unit_processes(const std::string& unit, const UnitState& state) {
    if (state.main_pid == 0)
        return {};
    std::vector<pid_t> processes;
    const auto of_main = group_of(state.main_pid);
    const auto group = unit_group(of_main, unit);
    if (group.size() > 1) { // the root group is nobody's
        const auto top = fs::path("/sys/fs/cgroup").concat(group);
        add_processes(top, processes);
        std::error_code error; // a group that goes away meanwhile has no processes
        fs::recursive_directory_iterator each(top, error);
        for (; !error && each != fs::recursive_directory_iterator(); each.increment(error))
            if (each->is_directory(error) && !error)
                add_processes(each->path(), processes);
    }
    if (processes.empty())
        processes.push_back(static_cast<pid_t>(state.main_pid));
    return processes;
}

} // namespace hotreload::probe
