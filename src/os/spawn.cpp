// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <csignal>

extern "C" { // glibc 2.41's header does not say so itself
#include <sys/pidfd.h>
}

namespace hotreload::os {

namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> out;
    for (auto& string : strings)
        out.push_back(string.data());
    out.push_back(nullptr);
    return out;
}

// SpawnSetup is what posix_spawn is told, freed with it.
struct SpawnSetup {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    explicit SpawnSetup(const Streams& streams) {
        posix_spawn_file_actions_init(&actions);
        const std::array ours = {streams.input, streams.output, streams.error};
        for (int theirs = STDIN_FILENO; theirs <= STDERR_FILENO; ++theirs) {
            const int fd = ours.at(static_cast<std::size_t>(theirs));
            if (fd >= 0)
                posix_spawn_file_actions_adddup2(&actions, fd, theirs);
            else
                posix_spawn_file_actions_addopen(&actions, theirs, "/dev/null", O_RDWR, 0);
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        // Signals are blocked in a process with an event loop, and SIGPIPE may be ignored.
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;
    ~SpawnSetup() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
};

} // namespace

Result<Fd> spawn(std::vector<std::string> command, std::vector<std::string> environment,
                 const Streams& streams) {
    const SpawnSetup setup(streams);
    const auto argv = pointers(command);
    const auto envp = pointers(environment);
    int pidfd = -1;
    const int error = ::pidfd_spawnp(&pidfd, argv[0], &setup.actions, &setup.attributes,
                                     argv.data(), envp.data());
    if (error != 0)
        return fail_errno(error, "starting " + command.front());
    return Fd(pidfd);
}

} // namespace hotreload::os
