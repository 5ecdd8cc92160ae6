// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Cancellation is how a transaction is told to give up what it waits for: its checks, because a
// validator may hang and what it checks may be out of date; or the proof of what is to be replaced
// anyhow. A caller who wants something else of the services does not wait for it.

#include "base/task.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace hotreload {

class Cancellation {
public:
    Cancellation() = default;
    Cancellation(const Cancellation&) = delete;
    Cancellation& operator=(const Cancellation&) = delete;

    // Ends what is under unless() now. Nothing happens to what is waited for otherwise. Not to be
    // called from within the transaction: waiters are resumed before it returns.
    void request() {
        requested_ = true;
        for (const auto waiter : std::exchange(waiters_, {}))
            waiter.resume();
    }

    [[nodiscard]] bool requested() const { return requested_; }

    // The result of `task`; nullopt: a request came first, and the task is destroyed where it
    // waits.
    template <class T>
    Task<std::optional<T>> unless(Task<T> task) {
        task.start();
        co_await Wait<T>{*this, task};
        if (task.done())
            co_return task.take();
        co_return std::nullopt;
    }

private:
    template <class T>
    struct Wait {
        Cancellation& cancellation;
        Task<T>& task;
        std::coroutine_handle<> self = {};

        // A waiter may also be destroyed where it waits, by another cancellation perhaps.
        ~Wait() { std::erase(cancellation.waiters_, self); }

        bool await_ready() { return task.done(); }
        void await_suspend(std::coroutine_handle<> waiter) {
            self = waiter;
            cancellation.waiters_.push_back(waiter);
            task.resume_at_end(waiter);
        }
        void await_resume() {}
    };

    bool requested_ = false;
    std::vector<std::coroutine_handle<>> waiters_;
};

} // namespace hotreload
