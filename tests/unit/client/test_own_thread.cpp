// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/own_thread.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace hotreload::client {
namespace {

using namespace std::chrono_literals;

TEST(OwnThread, work_of_any_thread_is_done_on_that_one_in_its_order) {
    constexpr int each = 1000;
    std::vector<int> done; // of the thread
    std::vector<std::thread::id> ids;
    {
        OwnThread thread;
        const auto post = [&](int from) {
            for (int i = 0; i < each; ++i)
                thread.post([&, number = from + i](os::EventLoop&) {
                    done.push_back(number);
                    ids.push_back(std::this_thread::get_id());
                });
        };
        std::jthread first([&] { post(0); });
        std::jthread second([&] { post(each); });
    } // both have posted all, which is done before the end
    ASSERT_EQ(done.size(), 2U * each);
    std::vector<int> of_first, of_second;
    for (const int number : done)
        (number < each ? of_first : of_second).push_back(number);
    EXPECT_TRUE(std::ranges::is_sorted(of_first));
    EXPECT_TRUE(std::ranges::is_sorted(of_second));
    for (const auto& id : ids)
        EXPECT_TRUE(id == ids.front() && id != std::this_thread::get_id());
}

// What is awaited there goes on while the others do what they like.
TEST(OwnThread, its_loop_runs) {
    std::promise<Duration> rang;
    std::unique_ptr<Alarm> alarm; // of the thread
    OwnThread thread;
    thread.post([&](os::EventLoop& loop) {
        alarm = loop.make_alarm();
        alarm->arm(1ms, [&] { rang.set_value(loop.now()); });
    });
    auto future = rang.get_future();
    ASSERT_EQ(future.wait_for(30s), std::future_status::ready);
    std::promise<void> gone;
    thread.post([&](os::EventLoop&) {
        alarm.reset();
        gone.set_value();
    });
    gone.get_future().wait();
}

} // namespace
} // namespace hotreload::client
