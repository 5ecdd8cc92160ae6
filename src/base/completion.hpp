// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The bridge from callbacks to coroutines: one value, delivered once, awaited once.
//
//     Completion<Result<int>> answer(executor);
//     start_something([resolve = answer.resolver()](int v) { resolve(v); });
//     auto v = co_await answer;
//
// The waiter is resumed through the executor. The state is shared because either side may go
// first: a resolver that outlives its waiter does nothing, and only the first call counts.

#include "base/executor.hpp"

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

namespace hotreload {

template <class T>
class Completion {
    struct State {
        Executor& executor;
        std::optional<T> value;
        std::coroutine_handle<> waiter;
    };

public:
    class Resolver {
    public:
        void operator()(T value) const {
            if (state_->value)
                return;
            state_->value.emplace(std::move(value));
            if (state_->waiter)
                state_->executor.post([state = state_] {
                    if (state->waiter)
                        std::exchange(state->waiter, {}).resume();
                });
        }

    private:
        friend Completion;
        explicit Resolver(std::shared_ptr<State> state) : state_(std::move(state)) {}
        std::shared_ptr<State> state_;
    };

    explicit Completion(Executor& executor) : state_(new State{executor, {}, {}}) {}
    Completion(const Completion&) = delete;
    Completion& operator=(const Completion&) = delete;
    ~Completion() { state_->waiter = {}; }

    Resolver resolver() { return Resolver(state_); }

    [[nodiscard]] bool await_ready() const { return state_->value.has_value(); }
    void await_suspend(std::coroutine_handle<> waiter) { state_->waiter = waiter; }
    T await_resume() { return std::move(*state_->value); }

private:
    std::shared_ptr<State> state_;
};

} // namespace hotreload
