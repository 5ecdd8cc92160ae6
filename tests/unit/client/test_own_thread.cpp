// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/own_thread.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <system_error>
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

// Was: without a descriptor for its loop the thread ended the program.
TEST(OwnThread, want_of_descriptors_is_told_to_who_makes_it) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const auto next = static_cast<rlim_t>(::dup(0)); // the lowest that is free
    ::close(static_cast<int>(next));
    const auto is_made = [&](rlim_t descriptors) {
        rlimit tight = before;
        tight.rlim_cur = next + descriptors;
        ::setrlimit(RLIMIT_NOFILE, &tight);
        bool made = true;
        try {
            OwnThread thread;
            std::promise<void> done;
            thread.post([&](os::EventLoop&) { done.set_value(); });
            done.get_future().wait();
        } catch (const std::system_error&) {
            made = false;
        }
        ::setrlimit(RLIMIT_NOFILE, &before);
        return made;
    };
    EXPECT_FALSE(is_made(0));
    EXPECT_FALSE(is_made(1));
    EXPECT_TRUE(is_made(2));
}

TEST(OwnThread, signals_are_those_of_the_other_threads) {
    sigset_t before, after, there;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
    {
        OwnThread thread;
        thread.post([&](os::EventLoop&) { ::pthread_sigmask(SIG_SETMASK, nullptr, &there); });
    }
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
    EXPECT_EQ(::sigismember(&there, SIGTERM), 1);
    EXPECT_EQ(::sigismember(&after, SIGTERM), ::sigismember(&before, SIGTERM));
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
