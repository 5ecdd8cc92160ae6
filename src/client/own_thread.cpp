// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/own_thread.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <utility>

namespace hotreload::client {

namespace {

Fd make_wake_fd() {
    Fd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd)
        throw std::system_error(errno, std::generic_category(), "making an eventfd");
    return fd;
}

} // namespace

OwnThread::OwnThread() : wake_(make_wake_fd()), thread_([this] { run(); }) {}

OwnThread::~OwnThread() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    wake();
    thread_.join();
}

void OwnThread::post(Work work) {
    {
        const std::scoped_lock lock(mutex_);
        posted_.push_back(std::move(work));
    }
    wake();
}

// That it is full already is as good.
void OwnThread::wake() const {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void OwnThread::run() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    os::EventLoop loop;
    const os::Readable readable(loop, wake_.get(), [this, &loop] {
        std::uint64_t count = 0;
        (void)!::read(wake_.get(), &count, sizeof count);
        std::vector<Work> posted;
        bool ending = false;
        {
            const std::scoped_lock lock(mutex_);
            posted.swap(posted_);
            ending = ending_;
        }
        for (auto& work : posted)
            work(loop);
        if (ending)
            loop.exit(0);
    });
    loop.run();
}

} // namespace hotreload::client
