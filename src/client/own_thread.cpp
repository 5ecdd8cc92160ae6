// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/own_thread.hpp"

#include "os/eventfd.hpp"

#include <csignal>
#include <utility>

namespace hotreload::client {

namespace {

// No signal is handled on a thread that is made meanwhile, from its first moment on.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

} // namespace

OwnThread::OwnThread()
    : wake_(os::open_eventfd()), readable_(loop_, wake_.get(), [this] { do_posted(); }) {
    const SignalsBlocked blocked;
    thread_ = std::jthread([this] { loop_.run(); });
}

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

void OwnThread::do_posted() {
    os::take_wakes(wake_);
    std::vector<Work> posted;
    bool ending = false;
    {
        const std::scoped_lock lock(mutex_);
        posted.swap(posted_);
        ending = ending_;
    }
    for (auto& work : posted)
        work(loop_);
    if (ending)
        loop_.exit(0);
}

} // namespace hotreload::client
