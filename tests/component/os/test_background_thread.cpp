// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/background_thread.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <vector>

using namespace hotreload;
using namespace hotreload::os;
using namespace std::chrono_literals;

namespace {

class BackgroundThreadTest : public testing::Test {
protected:
    EventLoop loop;
    TaskScope tasks;

    void until(const std::function<bool()>& done) {
        for (int i = 0; i < 500 && !done(); ++i)
            loop.run_once(10ms);
        EXPECT_TRUE(done());
    }
};

TEST_F(BackgroundThreadTest, works_in_order_beside_the_loop_and_resumes_in_the_loop) {
    BackgroundThread background(loop);
    std::vector<int> order;
    std::vector<std::thread::id> worked, resumed;
    const auto work = [&](int number) -> Task<> {
        co_await background.run([&, number] {
            order.push_back(number);
            worked.push_back(std::this_thread::get_id());
        });
        resumed.push_back(std::this_thread::get_id());
    };
    for (int i = 0; i < 3; ++i)
        tasks.spawn(work(i));
    until([&] { return resumed.size() == 3; });
    EXPECT_EQ(order, (std::vector{0, 1, 2}));
    for (const auto& id : worked)
        EXPECT_NE(id, std::this_thread::get_id());
    for (const auto& id : resumed)
        EXPECT_EQ(id, std::this_thread::get_id());
}

TEST_F(BackgroundThreadTest, the_loop_goes_on_while_the_disk_is_waited_for) {
    BackgroundThread background(loop);
    std::promise<void> disk;
    bool done = false, went_on = false;
    auto wait = [&]() -> Task<> {
        co_await background.run([answer = disk.get_future().share()] { answer.wait(); });
        done = true;
    };
    tasks.spawn(wait());
    loop.post([&] { went_on = true; });
    until([&] { return went_on; });
    EXPECT_FALSE(done);
    disk.set_value();
    until([&] { return done; });
}

TEST_F(BackgroundThreadTest, who_gives_up_waiting_is_not_resumed) {
    bool worked = false;
    {
        BackgroundThread background(loop);
        std::promise<void> begun;
        auto abandoned = std::make_optional<TaskScope>();
        abandoned->spawn(background.run([&] {
            worked = true;
            begun.set_value();
        }));
        begun.get_future().wait();
        abandoned.reset();
        loop.run_once(10ms);
    }
    EXPECT_TRUE(worked);
}

} // namespace
