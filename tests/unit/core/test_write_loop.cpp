// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/write_loop.hpp"

#include <gtest/gtest.h>

using namespace hotreload;
using namespace std::chrono_literals;

namespace {

// A service whose every action takes 10 ms.
struct Service {
    WriteLoop loop;
    Duration now = 100s;

    // The file changes `after` the beginning of an action.
    void round(Duration after, const std::string& path = "/etc/a") {
        loop.action_began(now);
        loop.action_ended(now + 10ms);
        loop.changed({path}, now + after);
        now += 1s;
    }
    [[nodiscard]] bool suspected() const { return !loop.suspects().empty(); }
};

} // namespace

TEST(WriteLoop, a_file_that_every_action_changes_is_suspected_after_a_few_rounds) {
    Service service;
    int rounds = 0;
    for (; !service.suspected() && rounds < 10; ++rounds)
        service.round(5ms);
    EXPECT_GT(rounds, 2);
    EXPECT_LT(rounds, 6);
    EXPECT_EQ(service.loop.suspects(), std::vector<std::string>{"/etc/a"});
    service.loop.written_by_service("/etc/a");
    EXPECT_EQ(service.loop.proven(), "/etc/a");
}

TEST(WriteLoop, changes_some_time_after_the_action_are_somebody_s) {
    Service service;
    for (int round = 0; round < 20; ++round)
        service.round(5s);
    EXPECT_FALSE(service.suspected());
}

TEST(WriteLoop, another_file_each_time_is_no_loop) {
    Service service;
    for (int round = 0; round < 20; ++round)
        service.round(5ms, "/etc/" + std::to_string(round));
    EXPECT_FALSE(service.suspected());
}

TEST(WriteLoop, who_was_seen_to_be_somebody_else_is_not_suspected_again_soon) {
    Service service;
    while (!service.suspected())
        service.round(5ms);
    service.loop.written_by_another();
    for (int round = 0; round < 50; ++round) {
        service.round(5ms);
        ASSERT_FALSE(service.suspected());
    }
}

TEST(WriteLoop, a_round_in_between_without_the_file_begins_anew) {
    Service service;
    for (int round = 0; round < 20; ++round)
        service.round(round % 3 == 2 ? 5s : 5ms);
    EXPECT_FALSE(service.suspected());
}
