// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/process.hpp"

#include "base/completion.hpp"
#include "base/fd.hpp"
#include "os/output_tail.hpp"
#include "os/spawn.hpp"

#include <sys/wait.h>
#include <unistd.h>

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
    explicit Child(Fd pidfd) : pidfd_(std::move(pidfd)) {}
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

} // namespace

Task<Result<ProcessEnd>> run_process(EventLoop& loop, std::vector<std::string> command,
                                     std::vector<std::string> env, Duration deadline) {
    auto output = OutputTail::open(loop, kOutputLimit);
    if (!output)
        co_return std::unexpected(std::move(output).error());
    for (char** each = environ; each && *each; ++each)
        env.emplace_back(*each); // after what was given: the first of two assignments counts
    const int written = (*output)->write_end();
    auto pidfd = spawn(std::move(command), std::move(env), {.output = written, .error = written});
    if (!pidfd)
        co_return std::unexpected(std::move(pidfd).error());
    (*output)->close_write_end();
    Child child(*std::move(pidfd));

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
