// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/event_loop.hpp"

#include <gtest/gtest.h>

using namespace hotreload;
using namespace std::chrono_literals;

TEST(EventLoop, whoever_is_taken_down_after_its_end_may_still_ask_for_something) {
    os::EventLoop loop;
    os::Timer timer(loop);
    loop.post([&] { loop.exit(3); });
    EXPECT_EQ(loop.run(), 3);
    bool called = false;
    loop.post([&] { called = true; });
    timer.arm(0s, [&] { called = true; });
    timer.disarm();
    EXPECT_FALSE(called);
}
