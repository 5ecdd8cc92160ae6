// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/session.hpp"

#include "client/details.hpp"
#include "ctl/client.hpp"

#include <unistd.h>

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

Answer<Daemon*> Session::daemon() {
    if (!daemon_) {
        auto connected = Daemon::connect(loop_, options_.bus());
        if (!connected)
            return std::unexpected(failure_of(std::move(connected.error())));
        daemon_ = std::move(*connected);
        daemon_->on_lost([this] { lost_ = true; });
        if (options_.ask_password && !options_.on_user_bus() && !options_.remote() &&
            ::geteuid() != 0)
            daemon_->on_password_wanted = [this] {
                if (!password_agent_)
                    password_agent_ = PasswordAgent::start();
            };
    }
    return daemon_.get();
}

Answer<> Session::dispatch() {
    if (lost_)
        return give_up(ExitStatus::NoDaemon, "the bus went away");
    loop_.run_once(kInfinity);
    return {};
}

Answer<std::vector<ProjectState>> Session::projects() {
    return ask([](Daemon& daemon) { return daemon.projects(); });
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
    const auto status =
        wait(daemon_->status(projects.size() == 1 ? projects.front().name : std::string()));
    if (status)
        for (auto& project : projects)
            add_details(project, *status);
    return projects;
}

} // namespace hotreload::ctl
