// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/completion.hpp"
#include "base/task.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <stdexcept>

using namespace hotreload;

namespace {

class Queue final : public Executor {
public:
    void post(std::move_only_function<void()> work) override { work_.push_back(std::move(work)); }
    void run() {
        while (!work_.empty()) {
            auto work = std::move(work_.front());
            work_.pop_front();
            work();
        }
    }

private:
    std::deque<std::move_only_function<void()>> work_;
};

Task<int> number(int value) {
    co_return value;
}

Task<int> wait_for(Completion<int>& completion) {
    co_return co_await completion;
}

} // namespace

TEST(Task, does_not_run_before_it_is_awaited) {
    bool ran = false;
    auto body = [&]() -> Task<> {
        ran = true;
        co_return;
    };
    auto task = body();
    EXPECT_FALSE(ran);
    task.start();
    EXPECT_TRUE(ran);
}

TEST(Task, hands_an_exception_to_whoever_takes_its_result) {
    auto body = []() -> Task<int> {
        throw std::runtime_error("no");
        co_return 1;
    };
    auto task = body();
    task.start();
    EXPECT_THROW((void)task.take(), std::runtime_error);
}

TEST(Task, waits_for_a_completion_and_is_resumed_by_the_executor_only) {
    Queue queue;
    Completion<int> completion(queue);
    auto task = wait_for(completion);
    task.start();
    completion.resolver()(7);
    EXPECT_FALSE(task.done());
    queue.run();
    ASSERT_TRUE(task.done());
    EXPECT_EQ(task.take(), 7);
}

TEST(Task, may_be_destroyed_while_it_waits_or_is_about_to_be_resumed) {
    Queue queue;
    auto body = [&]() -> Task<> {
        Completion<int> completion(queue);
        completion.resolver();
        queue.post([resolve = completion.resolver()] { resolve(1); });
        co_await completion;
        ADD_FAILURE() << "resumed after its end";
    };
    {
        auto waiting = body();
        waiting.start();
    }
    queue.run();
}

TEST(Task, of_many_ends_with_the_last_and_keeps_their_order) {
    Queue queue;
    Completion<int> first(queue);
    Completion<int> second(queue);
    std::vector<Task<int>> tasks;
    tasks.push_back(wait_for(first));
    tasks.push_back(wait_for(second));
    tasks.push_back(number(3));
    auto all = when_all(std::move(tasks));
    all.start();
    second.resolver()(2);
    queue.run();
    EXPECT_FALSE(all.done());
    first.resolver()(1);
    queue.run();
    ASSERT_TRUE(all.done());
    EXPECT_EQ(all.take(), (std::vector{1, 2, 3}));
}
