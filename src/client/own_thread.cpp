// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/own_thread.hpp"

#include "os/eventfd.hpp"

#include <csignal>
#include <utility>

namespace hotreload::client {

OwnThread::OwnThread() : wake_(os::open_eventfd()), thread_([this] { run(); }) {}

OwnThread::~OwnThread() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    os::wake(wake_);
    thread_.join();
}

void OwnThread::post(Work work) {
    {
        const std::scoped_lock lock(mutex_);
        posted_.push_back(std::move(work));
    }
    os::wake(wake_);
}

void OwnThread::run() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    os::EventLoop loop;
    const os::Readable readable(loop, wake_.get(), [this, &loop] {
        os::take_wakes(wake_);
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
