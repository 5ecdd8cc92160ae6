// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../../notify_socket.hpp"
#include "base/fd.hpp"
#include "os/notify.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-event.h>

#include <cstring>

namespace hotreload::os {
namespace {

class NotifyTest : public testing::Test {
protected:
    std::string next() {
        char buffer[4096];
        const auto n = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        return n < 0 ? "" : std::string(buffer, static_cast<std::size_t>(n));
    }

    test::NotifySocket socket_;
};

TEST_F(NotifyTest, ready_and_stopping_are_said) {
    notify_ready();
    notify_stopping();
    EXPECT_EQ(next(), "READY=1");
    EXPECT_EQ(next(), "STOPPING=1");
    EXPECT_EQ(next(), "");
}

TEST_F(NotifyTest, a_status_is_one_line_and_cannot_say_anything_else) {
    notify_status("3 projects\nREADY=1");
    EXPECT_EQ(next(), "STATUS=3 projects");
}

TEST_F(NotifyTest, a_reload_ends_however_its_scope_is_left) {
    try {
        const Reloading reloading;
        const auto said = next();
        ASSERT_TRUE(said.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << said;
        EXPECT_GT(std::stoull(said.substr(said.rfind('=') + 1)), 0U);
        throw 1;
    } catch (int) {
    }
    EXPECT_EQ(next(), "READY=1");
}

TEST_F(NotifyTest, the_watchdog_is_fed_where_the_manager_wants_it) {
    ::setenv("WATCHDOG_USEC", "20000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    EventLoop loop;
    ASSERT_TRUE(feed_watchdog(loop));
    std::string said;
    for (int i = 0; i < 10 && said.empty(); ++i) {
        loop.run_once(std::chrono::milliseconds(100));
        said = next();
    }
    EXPECT_EQ(said, "WATCHDOG=1");
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
}

TEST(Notify, without_a_manager_nothing_happens) {
    ::unsetenv("NOTIFY_SOCKET");
    notify_ready();
    notify_status("fine");
    EventLoop loop;
    EXPECT_TRUE(feed_watchdog(loop));
}

} // namespace
} // namespace hotreload::os
