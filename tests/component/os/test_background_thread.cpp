// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/background_thread.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <format>
#include <fstream>
#include <functional>
#include <future>
#include <optional>
#include <string>
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

bool asleep(pid_t thread) {
    std::ifstream status(std::format("/proc/self/task/{}/status", thread));
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("State:"))
            return line.contains("S (sleeping)");
    return false;
}

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

// Was: all of it was done first.
TEST_F(BackgroundThreadTest, what_has_not_begun_at_the_end_is_not_done) {
    std::promise<void> begun, let_go;
    bool second = false;
    std::jthread other;
    {
        BackgroundThread background(loop);
        tasks.spawn(background.run([&] {
            begun.set_value();
            let_go.get_future().wait();
        }));
        tasks.spawn(background.run([&] { second = true; }));
        begun.get_future().wait();
        other = std::jthread([&, ends = ::gettid()] { // it waits there once it has said so
            while (!asleep(ends))
                std::this_thread::yield();
            let_go.set_value();
        });
    }
    EXPECT_FALSE(second);
}

// Was: a directory that was made while a socket was bound could not be entered by its owner.
TEST_F(BackgroundThreadTest, has_an_umask_of_its_own) {
    BackgroundThread background(loop);
    const auto before = ::umask(022);
    std::promise<void> begun, changed;
    mode_t seen = 0;
    bool done = false;
    auto look = [&]() -> Task<> {
        co_await background.run([&] {
            begun.set_value();
            changed.get_future().wait();
            seen = ::umask(022);
        });
        done = true;
    };
    tasks.spawn(look());
    begun.get_future().wait();
    ::umask(0177);
    changed.set_value();
    until([&] { return done; });
    ::umask(before);
    EXPECT_EQ(seen, 022U);
}

} // namespace
