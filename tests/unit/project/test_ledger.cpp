// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fakes.hpp"
#include "project/ledger.hpp"

#include <gtest/gtest.h>

namespace hotreload::project {
namespace {

using namespace std::chrono_literals;

class LedgerTest : public testing::Test {
protected:
    test::FakeClock clock;
    test::MemoryStore store;
    Ledger ledger{store, clock, {.name = "shop", .path = "/srv/shop/hotreload.toml"}};
    int told = 0;

    LedgerTest() {
        ledger.on_problem = [this] { ++told; };
    }
    static MemberRecord applied(std::uint64_t generation, const std::string& content = "") {
        MemberRecord record{.generation = generation};
        record.files["/etc/web"] = test::FakeFiles::id_of(content);
        return record;
    }
};

TEST_F(LedgerTest, what_changes_is_on_disk_and_what_does_not_is_not_written) {
    ledger.replace("web", applied(1));
    EXPECT_EQ(store.services.at("web").generation, 1U);
    store.saves.clear();
    EXPECT_FALSE(ledger.update("web", [](MemberRecord&) { return false; }));
    EXPECT_FALSE(ledger.update("no such", [](MemberRecord&) { return true; }));
    EXPECT_EQ(store.saves, std::vector<std::string>{});
    EXPECT_TRUE(ledger.update("web", [](MemberRecord& record) { return record.underway = true; }));
    EXPECT_TRUE(store.services.at("web").underway);
    ledger.forget("web");
    EXPECT_EQ(ledger.find("web"), nullptr);
    EXPECT_TRUE(store.services.empty());
}

TEST_F(LedgerTest, records_are_found_by_their_unit_by_who_holds_them_back_and_as_draining) {
    auto record = applied(1);
    record.unit = "web@1.service";
    ledger.replace("web", record);
    ledger.replace("worker", record);
    EXPECT_EQ(ledger.index().of_unit("web@1.service"), (Names{"web", "worker"}));
    record.unit = "web@2.service";
    record.draining = {{.generation = 1, .unit = "web@1.service"}};
    record.refusal = Refusal{.result = ReloadResult::HeldBack, .because = "app"};
    ledger.replace("web", record);
    EXPECT_EQ(ledger.index().of_unit("web@1.service"), Names{"worker"});
    EXPECT_EQ(ledger.index().of_unit("web@2.service"), Names{"web"});
    EXPECT_EQ(ledger.index().draining(), Names{"web"});
    EXPECT_EQ(ledger.index().held_back(), (std::map<std::string, std::string>{{"web", "app"}}));
    ledger.update("web", [](MemberRecord& web) {
        web.refusal.reset();
        web.draining.clear();
        return true;
    });
    EXPECT_TRUE(ledger.index().held_back().empty());
    EXPECT_TRUE(ledger.index().draining().empty());
    ledger.forget("web");
    EXPECT_TRUE(ledger.index().of_unit("web@2.service").empty());
}

TEST_F(LedgerTest, what_a_full_disk_refuses_is_told_and_tried_until_it_is_taken) {
    store.full = true;
    ledger.replace("web", applied(1));
    ledger.remember("web", {.generation = 1}, 10);
    ledger.update_project([](ProjectRecord& record) { record.manager_id = "other"; });
    EXPECT_EQ(ledger.problem(), "no space left on device");
    EXPECT_EQ(told, 1);
    EXPECT_EQ(ledger.find("web")->generation, 1U); // it is as it is
    EXPECT_EQ(ledger.history("web").size(), 1U);
    clock.advance(5s);
    EXPECT_EQ(ledger.problem(), "no space left on device");
    store.full = false;
    clock.advance(5s);
    EXPECT_EQ(ledger.problem(), "");
    EXPECT_EQ(told, 2);
    EXPECT_EQ(store.services.at("web").generation, 1U);
    EXPECT_EQ(store.histories.at("web").size(), 1U);
    EXPECT_EQ(store.project->manager_id, "other");
    store.saves.clear();
    clock.advance(1min);
    EXPECT_EQ(store.saves, std::vector<std::string>{}); // nothing is left to be tried
}

TEST_F(LedgerTest, a_service_that_was_forgotten_on_a_full_disk_does_not_come_back) {
    ledger.replace("web", applied(1));
    store.full = true;
    ledger.forget("web");
    store.full = false;
    clock.advance(5s);
    EXPECT_TRUE(store.services.empty());
}

TEST_F(LedgerTest, a_content_is_in_use_as_long_as_some_record_or_history_names_it) {
    const auto one = test::FakeFiles::id_of("one"), two = test::FakeFiles::id_of("two");
    ledger.replace("web", applied(1, "one"));
    ledger.replace("app", applied(1, "one"));
    EXPECT_TRUE(ledger.in_use(one));
    GenerationRecord first{.generation = 1};
    first.files["/etc/web"] = one;
    ledger.remember("web", first, 1);
    ledger.replace("web", applied(2, "two"));
    ledger.forget("app");
    EXPECT_TRUE(ledger.in_use(one)); // the history's
    EXPECT_TRUE(ledger.in_use(two));
    ledger.remember("web", {.generation = 2}, 1); // which drops the first
    EXPECT_FALSE(ledger.in_use(one));
    ledger.update("web", [](MemberRecord& record) { return record.files.erase("/etc/web") > 0; });
    EXPECT_FALSE(ledger.in_use(two));
    ledger.update_project([&](ProjectRecord& record) { record.configs["c"].content = two; });
    EXPECT_TRUE(ledger.in_use(two));
}

TEST_F(LedgerTest, only_so_much_of_the_past_is_kept_the_newest_first) {
    for (std::uint64_t i = 1; i <= 5; ++i) {
        ledger.remember("web", {.generation = i}, 3);
        ledger.note("web",
                    {.realtime_usec = i,
                     .what = EventRecord::What::Failed,
                     .strategy = {},
                     .trigger = {},
                     .problem = {}},
                    2);
    }
    ASSERT_EQ(ledger.history("web").size(), 3U);
    EXPECT_EQ(ledger.history("web").front().generation, 5U);
    ASSERT_EQ(ledger.events("web").size(), 2U);
    EXPECT_EQ(ledger.events("web").front().realtime_usec, 5U);
}

} // namespace
} // namespace hotreload::project
