// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../core/fake_units.hpp"
#include "project/write_loops.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hotreload::project {

namespace {

using namespace std::chrono_literals;

// Writers are found when the test says who it was.
class ToldWriters final : public Writers {
public:
    std::map<std::string, OnOpened> asked;

    Handle find_writer(const std::string& path, OnOpened on_opened) override {
        asked[path] = std::move(on_opened);
        return std::make_shared<int>();
    }
};

class WriteLoopsTest : public testing::Test {
protected:
    // The file of the service changes while the service is acted on, often enough to be suspected.
    // Answers the file of which its watch was suspended.
    std::string changes(const std::string& service) {
        const MemberPlan plan{
            .service = service,
            .changes = {{.subject = "/" + service, .kind = ChangeKind::Modified}}};
        std::string suspended;
        for (int i = 0; i < 5 && suspended.empty(); ++i) {
            suspended = loops.before_action(plan, {.name = service}, now);
            loops.action_began(service, now);
            now += 100ms;
        }
        return suspended;
    }

    void is_written(const std::string& service, const std::string& group) {
        ASSERT_TRUE(writers.asked.contains("/" + service));
        std::exchange(writers.asked["/" + service], {})({group});
    }

    hotreload::test::FakeUnits units;
    ToldWriters writers;
    Duration now = 1h;
    WriteLoops loops{"shop", writers, units};
};

} // namespace

TEST_F(WriteLoopsTest, services_that_write_what_each_other_watch_are_suspended) {
    EXPECT_EQ(changes("a"), "");
    is_written("a", "/hotreload.slice/hotreload-shop.slice/hotreload-shop.b@3.service");
    EXPECT_EQ(changes("b"), "");
    is_written("b", "/hotreload.slice/hotreload-shop.slice/hotreload-shop.a@7.service");
    EXPECT_EQ(changes("b"), "/b");
    EXPECT_EQ(loops.suspended("b"), "/b");
    EXPECT_EQ(loops.suspended("a"), "");
}

TEST_F(WriteLoopsTest, a_service_that_is_written_for_by_one_that_a_person_writes_for_goes_on) {
    EXPECT_EQ(changes("css"), "");
    is_written("css", "/user.slice/user-1000.slice/session-1.scope");
    EXPECT_EQ(changes("web"), "");
    is_written("web", "/hotreload-shop.slice/hotreload-shop.css@3.service");
    EXPECT_EQ(changes("web"), "");
}

TEST_F(WriteLoopsTest, what_was_seen_long_ago_makes_no_circle) {
    EXPECT_EQ(changes("a"), "");
    is_written("a", "/hotreload-shop.slice/hotreload-shop.b@3.service");
    now += 1h;
    EXPECT_EQ(changes("b"), "");
    is_written("b", "/hotreload-shop.slice/hotreload-shop.a@7.service");
    EXPECT_EQ(changes("b"), "");
}

} // namespace hotreload::project
