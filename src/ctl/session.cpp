// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/session.hpp"

#include "ctl/details.hpp"

#include <cstdlib>
#include <filesystem>

namespace hotreload::ctl {

namespace {

// The working directory as the shell calls it, when that is the one: by the links that led there,
// which may lead elsewhere tomorrow.
std::string working_directory() {
    std::error_code error; // a directory that is gone is no directory
    const char* const called = std::getenv("PWD");
    if (called && called[0] == '/' && std::filesystem::equivalent(called, ".", error))
        return std::filesystem::path(called).lexically_normal().string();
    return std::filesystem::current_path(error).string();
}

} // namespace

Session::Session(const GlobalOptions& options) : options_(options), out_(options) {
    if (!options.remote())
        directory_ = working_directory();
}

Answer<DaemonProxy*> Session::daemon() {
    if (!daemon_) {
        auto connected = DaemonProxy::connect(options_);
        if (!connected)
            return std::unexpected(std::move(connected.error()));
        daemon_ = std::move(*connected);
    }
    return daemon_.get();
}

Answer<std::vector<ProjectState>> Session::projects() {
    return daemon().and_then([](DaemonProxy* daemon) { return daemon->projects(); });
}

Answer<std::vector<Target>> Session::targets(const std::vector<std::string>& words) {
    return projects().and_then([&](const std::vector<ProjectState>& projects) {
        return resolve_targets(words, projects, directory_);
    });
}

Answer<std::vector<ProjectState>> Session::selected(const std::vector<std::string>& words) {
    return projects()
        .and_then([&](const std::vector<ProjectState>& projects) {
            return resolve_targets(words, projects, directory_)
                .and_then(
                    [&](const std::vector<Target>& targets) { return select(projects, targets); });
        })
        .transform(
            [&](std::vector<ProjectState> projects) { return in_detail(std::move(projects)); });
}

std::vector<ProjectState> Session::in_detail(std::vector<ProjectState> projects) {
    if (projects.empty())
        return projects;
    const auto status = daemon_->status(projects.size() == 1 ? projects.front().name : "");
    if (status)
        for (auto& project : projects)
            add_details(project, *status);
    return projects;
}

} // namespace hotreload::ctl
