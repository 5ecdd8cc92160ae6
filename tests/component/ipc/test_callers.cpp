// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ipc/dbus/bus.hpp"
#include "ipc/dbus/callers.hpp"
#include "os/proc.hpp"
#include "private_bus.hpp"

#include <gtest/gtest.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

namespace hotreload::ipc {
namespace {

class CallersTest : public testing::Test {
protected:
    Result<Asker> find(const std::string& sender) {
        auto asking = callers_.find(sender);
        asking.start();
        for (int i = 0; i < 100 && !asking.done(); ++i)
            loop_.run_once(std::chrono::milliseconds(50));
        return asking.done() ? asking.take() : fail(ErrorCode::TimedOut, "no answer");
    }

    PrivateBus private_bus_;
    os::EventLoop loop_;
    Bus bus_ = *Bus::open_session(loop_);
    Callers callers_{bus_.connection(), loop_};
};

TEST_F(CallersTest, the_user_and_the_command_of_a_connection_are_known) {
    const char* self = nullptr;
    ASSERT_GE(sd_bus_get_unique_name(bus_.handle(), &self), 0);
    const Asker us(::getuid(), os::command_name(::getpid()));
    EXPECT_FALSE(us.comm.empty());
    EXPECT_EQ(find(self), us);
    EXPECT_EQ(find(self), us);
}

TEST_F(CallersTest, whoever_is_not_there_is_nobody) {
    const auto user = find(":1.77");
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code, ErrorCode::NotAuthorized);
    EXPECT_TRUE(user.error().message.starts_with("who :1.77 is cannot be found out: "))
        << user.error().message;
}

TEST_F(CallersTest, a_question_that_cannot_be_sent_is_an_answer) {
    private_bus_.kill();
    const auto user = find(":1.77");
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code, ErrorCode::NotAuthorized);
    EXPECT_TRUE(user.error().message.starts_with("who :1.77 is cannot be found out: "))
        << user.error().message;
}

} // namespace
} // namespace hotreload::ipc
