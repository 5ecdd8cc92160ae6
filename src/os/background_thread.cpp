// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/background_thread.hpp"

#include "os/eventfd.hpp"

#include <sched.h>

#include <csignal>
#include <utility>

namespace hotreload::os {

BackgroundThread::BackgroundThread(EventLoop& loop)
    : loop_(loop),
      done_fd_(open_eventfd()),
      readable_(loop, done_fd_.get(), [this] { tell(); }),
      thread_([this](const std::stop_token& stopped) { work(stopped); }) {}

BackgroundThread::~BackgroundThread() {
    thread_.request_stop();
    waiting_.notify_all();
}

Task<> BackgroundThread::run(std::move_only_function<void()> job) {
    Completion<bool> done(loop_);
    {
        const std::scoped_lock lock(mutex_);
        jobs_.push_back({std::move(job), done.resolver()});
    }
    waiting_.notify_one();
    co_await done;
}

void BackgroundThread::work(const std::stop_token& stopped) {
    // Signals are the loop's.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    // The umask is this thread's own: the loop's sets another one while it binds a socket.
    ::unshare(CLONE_FS);
    std::unique_lock lock(mutex_);
    while (waiting_.wait(lock, stopped, [this] { return !jobs_.empty(); })) {
        if (stopped.stop_requested())
            return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        std::exchange(job.work, {})();
        lock.lock();
        done_.push_back(std::move(job));
        wake(done_fd_);
    }
}

void BackgroundThread::tell() {
    take_wakes(done_fd_);
    std::vector<Job> done;
    {
        const std::scoped_lock lock(mutex_);
        done = std::exchange(done_, {});
    }
    for (const auto& job : done)
        job.done(true);
}

} // namespace hotreload::os
