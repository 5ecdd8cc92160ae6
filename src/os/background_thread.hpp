// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A thread beside the one of the loop, for what waits for a disk. It has an umask of its own.

#include "base/background.hpp"
#include "base/completion.hpp"
#include "base/fd.hpp"
#include "os/event_loop.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hotreload::os {

class BackgroundThread final : public Background {
public:
    // Throws std::system_error without an eventfd or a thread.
    explicit BackgroundThread(EventLoop& loop);
    // Waits for the work that is under way; what has not begun is not done.
    ~BackgroundThread() override;
    BackgroundThread(const BackgroundThread&) = delete;
    BackgroundThread& operator=(const BackgroundThread&) = delete;

    Task<> run(std::move_only_function<void()> work) override;

private:
    struct Job {
        std::move_only_function<void()> work;
        Completion<bool>::Resolver done; // called in the loop's thread alone
    };

    void work(const std::stop_token& stopped);
    void tell();

    EventLoop& loop_;
    Fd done_fd_; // readable: some job is done
    std::mutex mutex_;
    std::condition_variable_any waiting_;
    std::deque<Job> jobs_;  // of the mutex
    std::vector<Job> done_; // of the mutex
    Readable readable_;
    std::jthread thread_;
};

} // namespace hotreload::os
