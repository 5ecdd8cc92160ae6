// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A coroutine that starts when it is awaited and belongs to whoever holds it: destroying a Task
// destroys its frame and everything that it was waiting for. A TaskScope holds those that nobody
// awaits. Single-threaded.

#include <coroutine>
#include <exception>
#include <list>
#include <optional>
#include <utility>
#include <vector>

namespace hotreload {

template <class T = void>
class [[nodiscard]] Task;

namespace detail {

struct TaskPromiseBase {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::exception_ptr exception;

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <class P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
            return self.promise().continuation;
        }
        void await_resume() noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() { exception = std::current_exception(); }
    void rethrow() const {
        if (exception)
            std::rethrow_exception(exception);
    }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
    std::optional<T> value;
    Task<T> get_return_object();
    template <class U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
    T take() {
        rethrow();
        return std::move(*value);
    }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
    Task<void> get_return_object();
    void return_void() {}
    void take() const { rethrow(); }
};

} // namespace detail

template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::TaskPromise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task() = default;
    explicit Task(Handle handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task() {
        if (handle_)
            handle_.destroy();
    }

    [[nodiscard]] bool done() const { return !handle_ || handle_.done(); }

    // Runs the task up to its first wait: for the holder of a task that nobody awaits.
    void start() { handle_.resume(); }

    // After done(): the result, or the exception that ended the task.
    decltype(auto) take() { return handle_.promise().take(); }

    // Has the end of a started task resume `waiter`: for an awaiter that may stop waiting.
    void resume_at_end(std::coroutine_handle<> waiter) { handle_.promise().continuation = waiter; }

    // Waits for the end of a task that was started.
    auto join() & {
        struct Awaiter {
            Handle handle;
            bool await_ready() { return handle.done(); }
            void await_suspend(std::coroutine_handle<> caller) {
                handle.promise().continuation = caller;
            }
            T await_resume() { return handle.promise().take(); }
        };
        return Awaiter{handle_};
    }

    auto operator co_await() && {
        struct Awaiter {
            Handle handle;
            bool await_ready() { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) {
                handle.promise().continuation = caller;
                return handle;
            }
            T await_resume() { return handle.promise().take(); }
        };
        return Awaiter{handle_};
    }

private:
    Handle handle_;
};

namespace detail {
template <class T>
Task<T> TaskPromise<T>::get_return_object() {
    return Task<T>(Task<T>::Handle::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
    return Task<void>(Task<void>::Handle::from_promise(*this));
}
} // namespace detail

// A task that is done already, with this result.
template <class T>
Task<T> finished(T value) {
    co_return value;
}

// Runs all the tasks side by side. Ends when the last one has ended, with their results in the same
// order.
template <class T>
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks) {
    for (auto& task : tasks)
        task.start();
    std::vector<T> results;
    for (auto& task : tasks)
        results.push_back(co_await task.join());
    co_return results;
}

// Owner of the tasks that run on their own. Destroying it ends them where they wait.
class TaskScope {
public:
    void spawn(Task<void> task) {
        running_.remove_if([](const Task<void>& each) { return each.done(); });
        running_.push_back(guarded(std::move(task)));
        running_.back().start();
    }

    [[nodiscard]] bool idle() const {
        for (const auto& task : running_)
            if (!task.done())
                return false;
        return true;
    }

private:
    // Nobody is there to take an exception: the process ends with it.
    static Task<void> guarded(Task<void> task) {
        try {
            co_await std::move(task);
        } catch (...) {
            std::terminate();
        }
    }

    std::list<Task<void>> running_;
};

} // namespace hotreload
