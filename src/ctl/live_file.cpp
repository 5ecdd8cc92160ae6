// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/live_file.hpp"

#include "base/fd.hpp"
#include "ctl/client.hpp"
#include "ctl/command_line.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <format>
#include <set>

namespace hotreload::ctl {

namespace fs = std::filesystem;

namespace {

// The applied files of the target that are called so. Who may not inspect is not told of any.
std::set<std::string> applied_files(Session& session, const Target& target,
                                    const std::string& name) {
    std::set<std::string> paths;
    const auto history =
        session.ask([&](Daemon& daemon) { return daemon.history(target.text(), 1); });
    const auto json = history ? parse_json(*history) : std::nullopt;
    if (!json)
        return paths;
    for (const auto& generation : array_of(*json, "generations").array_range())
        for (const auto& file : array_of(generation, "files").array_range())
            if (file.is_string() && fs::path(file.as<std::string>()).filename() == name)
                paths.insert(file.as<std::string>());
    return paths;
}

Answer<> copy(int from, int to, const std::string& file) {
    char buffer[64 * 1024];
    for (;;) {
        const auto n = ::read(from, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            return {};
        if (n < 0 || ::write(to, buffer, static_cast<std::size_t>(n)) != n)
            return give_up(ExitStatus::Failed, std::format("{}: {}", file, std::strerror(errno)));
    }
}

} // namespace

Answer<std::string> find_live_file(Session& session, const Target& target,
                                   const std::string& name) {
    if (name.starts_with('/'))
        return fs::path(name).lexically_normal().string();
    if (!name.contains('/')) {
        const auto applied = applied_files(session, target, name);
        if (applied.size() == 1)
            return *applied.begin();
        if (applied.size() > 1) {
            std::string paths;
            for (const auto& path : applied)
                paths += (paths.empty() ? "" : ", ") + path;
            return give_up(ExitStatus::Usage,
                           std::format("{} has several files called {}: {}; give the whole path",
                                       target.text(), name, paths));
        }
    }
    const auto projects = session.projects();
    if (!projects)
        return std::unexpected(projects.error());
    const auto project = std::ranges::find(*projects, target.project, &ProjectState::name);
    if (project == projects->end())
        return give_up(ExitStatus::Failed, "there is no project \"" + target.project + "\"");
    return (fs::path(project->path).parent_path() / name).lexically_normal().string();
}

Answer<sdbus::UnixFd> content_of(const std::string& file) {
    Fd opened;
    if (file != kStandardInput) { // which may be a socket, and cannot be opened then
        opened = Fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        if (!opened)
            return give_up(ExitStatus::Failed, std::format("{}: {}", file, std::strerror(errno)));
    }
    Fd content(::memfd_create("hotreloadctl", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!content)
        return give_up(ExitStatus::Failed, std::format("making a memfd: {}", std::strerror(errno)));
    if (auto copied = copy(opened ? opened.get() : STDIN_FILENO, content.get(), file); !copied)
        return std::unexpected(std::move(copied.error()));
    constexpr int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    (void)::fcntl(content.get(), F_ADD_SEALS, seals);
    return sdbus::UnixFd(content.release(), sdbus::adopt_fd);
}

} // namespace hotreload::ctl
