// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/look_up_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

using namespace hotreload;
using namespace hotreload::os;
using namespace std::chrono_literals;

namespace {

// A server that hangs for names with an "h", until it is let go, and is not there for those with an
// "n" when it is asked for the first time.
struct Server {
    std::atomic<bool> go = false;
    std::atomic<unsigned> asked = 0;

    AccountAnswer answer(const AccountQuestion& question) {
        const bool first = ++asked == 1;
        asked.notify_all();
        if (question.name.starts_with('h'))
            go.wait(false);
        if (question.name.starts_with('n') && first)
            return std::unexpected(ECONNREFUSED);
        return Account{.name = question.name, .id = 7};
    }
    void let_go() {
        go = true;
        go.notify_all();
    }
};

class LookUpThreadsTest : public testing::Test {
protected:
    EventLoop loop;
    SystemAccounts accounts{"/nonexistent"};
    const std::shared_ptr<Server> server = std::make_shared<Server>();
    std::unique_ptr<LookUpThreads> threads = std::make_unique<LookUpThreads>(
        loop, accounts,
        [of = server](const AccountQuestion& question) { return of->answer(question); });

    ~LookUpThreadsTest() override { server->let_go(); }

    bool knows(const std::string& name) { return accounts.user_id(name).has_value(); }
    void until(const std::function<bool()>& done) {
        for (int i = 0; i < 500 && !done(); ++i)
            loop.run_once(10ms);
        EXPECT_TRUE(done());
    }
    void until_asked(unsigned count) const {
        for (auto asked = server->asked.load(); asked < count; asked = server->asked.load())
            server->asked.wait(asked);
    }
};

} // namespace

TEST_F(LookUpThreadsTest, a_look_up_that_hangs_is_in_nobodys_way) {
    EXPECT_FALSE(knows("hangs"));
    until([&] { return knows("quick"); });
    EXPECT_FALSE(knows("hangs"));
    server->let_go();
    until([&] { return knows("hangs"); });
}

TEST_F(LookUpThreadsTest, no_more_threads_than_so_many_hang) {
    for (unsigned i = 0; i < 3 * LookUpThreads::kMost; ++i)
        EXPECT_FALSE(knows("h" + std::to_string(i)));
    until_asked(LookUpThreads::kMost);
    EXPECT_EQ(server->asked, LookUpThreads::kMost);
    server->let_go();
    until([&] { return knows("h11"); });
}

TEST_F(LookUpThreadsTest, nobody_waits_at_the_end_for_one_that_hangs) {
    EXPECT_FALSE(knows("hangs"));
    until_asked(1);
    threads.reset();
}

// Was: an error meant that there is no such account.
TEST_F(LookUpThreadsTest, a_server_that_is_not_there_is_asked_again) {
    EXPECT_EQ(accounts.user_id("nobody-knows").error(), SystemAccounts::Unfound::Unknown);
    until([&] { return knows("nobody-knows"); });
    EXPECT_EQ(server->asked, 2U);
}
