// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/process.hpp"

#include "base/completion.hpp"
#include "base/fd.hpp"
#include "os/output_tail.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>

extern "C" { // glibc 2.41's header does not say so itself
#include <sys/pidfd.h>
}

namespace hotreload::os {

namespace {

constexpr std::size_t kOutputLimit = 64 * 1024;

// The pidfd of a child that nobody has waited for yet.
class Child {
public:
    explicit Child(int pidfd) : pidfd_(pidfd) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (!waited_) {
            kill();
            wait(); // a process that was sent SIGKILL is gone in no time
        }
    }

    [[nodiscard]] int fd() const { return pidfd_.get(); }
    void kill() const { ::pidfd_send_signal(pidfd_.get(), SIGKILL, nullptr, 0); }
    siginfo_t wait() {
        siginfo_t info = {};
        ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED);
        waited_ = true;
        return info;
    }

private:
    Fd pidfd_;
    bool waited_ = false;
};

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

    explicit SpawnSetup(int output) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
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

Result<int> spawn(std::vector<std::string>& command, std::vector<std::string> env, int output) {
    for (char** each = environ; each && *each; ++each)
        env.emplace_back(*each); // after ours: the first of two assignments counts
    const SpawnSetup setup(output);
    const auto argv = pointers(command);
    const auto envp = pointers(env);
    int pidfd = -1;
    const int error = ::pidfd_spawnp(&pidfd, argv[0], &setup.actions, &setup.attributes,
                                     argv.data(), envp.data());
    if (error != 0)
        return fail_errno(error, "starting " + command.front());
    return pidfd;
}

} // namespace

Task<Result<ProcessEnd>> run_process(EventLoop& loop, std::vector<std::string> command,
                                     std::vector<std::string> env, Duration deadline) {
    auto output = OutputTail::open(loop, kOutputLimit);
    if (!output)
        co_return std::unexpected(std::move(output).error());
    const auto pidfd = spawn(command, std::move(env), (*output)->write_end());
    if (!pidfd)
        co_return std::unexpected(pidfd.error());
    (*output)->close_write_end();
    Child child(*pidfd);

    ProcessEnd end;
    Completion<bool> ended(loop);
    // A pidfd becomes readable when its process has ended, whatever is done with SIGCHLD.
    Readable exited(loop, child.fd(), [&child, &end, resolve = ended.resolver()] {
        if (end.code != 0)
            return;
        const auto info = child.wait();
        end.code = info.si_code;
        end.status = info.si_status;
        resolve(true);
    });
    Timer timer(loop);
    timer.arm(deadline, [&child, &end] {
        if (end.code != 0)
            return;
        end.timed_out = true;
        child.kill();
    });
    co_await ended;
    end.output = (*output)->take();
    co_return end;
}

} // namespace hotreload::os
