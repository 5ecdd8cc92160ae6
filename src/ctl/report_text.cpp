// SPDX-License-Identifier: LGPL-2.1-or-later
// The words that reports, plans and the status table have in common.
#include "ctl/report.hpp"

#include <format>

namespace hotreload::ctl {

std::string force_hint(const std::string& project, const std::string& service) {
    return std::format("run: hotreloadctl reload --force {}{}{}", project,
                       service.empty() ? "" : "/", service);
}

std::string show_path(const std::string& path, const std::string& directory) {
    const bool below = directory.size() > 1 && path.size() > directory.size() + 1 &&
                       path.starts_with(directory) && path[directory.size()] == '/';
    std::string shown = below ? path.substr(directory.size() + 1) : path;
    for (auto at = shown.find('\n'); at != std::string::npos; at = shown.find('\n'))
        shown.replace(at, 1, "\\x0a"); // else it would make a line of its own
    return shown;
}

std::string show_problem(Problem problem, const std::string& directory) {
    problem.path = show_path(problem.path, directory);
    return to_string(problem);
}

std::string show_duration(Duration duration) {
    const double ms = static_cast<double>(duration.count()) / 1000;
    if (ms < 10)
        return std::format("{:.1f} ms", ms);
    if (ms < 1000)
        return std::format("{:.0f} ms", ms);
    return std::format("{:.1f} s", ms / 1000);
}

} // namespace hotreload::ctl
