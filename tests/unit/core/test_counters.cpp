// SPDX-License-Identifier: LGPL-2.1-or-later
#include "../fake_clock.hpp"
#include "core/counters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace hotreload {
namespace {

using namespace std::chrono_literals;

class CountersTest : public testing::Test {
protected:
    CountersTest() {
        clock.advance(1s);
        counters.project_changed({.name = "shop", .path = {}});
        counters.service_changed({.name = "web", .project = "shop"});
    }
    void finish(ReloadResult result, Duration took = 30ms, Duration gap = 0ms,
                const std::string& service = "web") {
        MemberOutcome member{.service = service, .result = result};
        member.gap = gap;
        Outcome outcome{.id = {}, .project = "shop", .result = result};
        outcome.duration = took;
        outcome.services = {member};
        counters.reload_finished(outcome);
    }
    const Counters::Service& web() { return counters.projects().at("shop").services.at("web"); }
    std::uint64_t count(ReloadResult result) {
        return web().results.at(static_cast<std::size_t>(
            std::ranges::find(Counters::kResults, result) - Counters::kResults.begin()));
    }

    test::FakeClock clock;
    Counters counters{clock};
};

TEST_F(CountersTest, results_are_counted_by_service) {
    finish(ReloadResult::Applied);
    finish(ReloadResult::Applied);
    finish(ReloadResult::RolledBack);
    EXPECT_EQ(count(ReloadResult::Applied), 2);
    EXPECT_EQ(count(ReloadResult::RolledBack), 1);
    EXPECT_EQ(count(ReloadResult::Invalid), 0);
}

TEST_F(CountersTest, a_look_that_finds_nothing_is_no_reload) {
    for (const auto nothing : {ReloadResult::Unchanged, ReloadResult::Refused})
        finish(nothing);
    EXPECT_EQ(std::accumulate(web().results.begin(), web().results.end(), 0U), 0);
    EXPECT_EQ(counters.projects().at("shop").transactions.count, 0);
}

TEST_F(CountersTest, each_duration_is_in_the_bucket_of_its_bound) {
    for (const auto took : {5ms, 6ms, 60'000ms, 60'001ms})
        finish(ReloadResult::Applied, took);
    const auto& [since, buckets, transactions, services] = counters.projects().at("shop");
    EXPECT_EQ(buckets.front(), 1) << "a bound is inclusive";
    EXPECT_EQ(buckets.at(1), 1);
    EXPECT_EQ(buckets.at(buckets.size() - 2), 1);
    EXPECT_EQ(buckets.back(), 1);
    EXPECT_EQ(transactions.count, 4);
    EXPECT_EQ(transactions.sum, 120'012ms);
}

TEST_F(CountersTest, gaps_are_those_of_restarts) {
    finish(ReloadResult::Applied, 30ms, 20ms);
    finish(ReloadResult::Applied, 30ms, 0ms);
    EXPECT_EQ(web().gaps.count, 1);
    EXPECT_EQ(web().gaps.sum, 20ms);
}

TEST_F(CountersTest, what_is_gone_is_forgotten_and_begins_anew) {
    finish(ReloadResult::Applied);
    counters.service_removed("shop", "web");
    finish(ReloadResult::Applied);
    EXPECT_TRUE(counters.projects().at("shop").services.empty()) << "it is told after its end";
    clock.advance(5s);
    counters.service_changed({.name = "web", .project = "shop"});
    EXPECT_EQ(count(ReloadResult::Applied), 0);
    EXPECT_EQ(web().since_usec, clock.realtime_usec());
    counters.project_removed("shop");
    finish(ReloadResult::Applied);
    counters.service_changed({.name = "web", .project = "shop"});
    EXPECT_TRUE(counters.projects().empty());
}

TEST_F(CountersTest, a_new_status_takes_nothing_away) {
    finish(ReloadResult::Applied);
    const auto since = clock.realtime_usec();
    clock.advance(5s);
    counters.project_changed({.name = "shop", .path = {}});
    counters.service_changed({.name = "web", .project = "shop"});
    EXPECT_EQ(count(ReloadResult::Applied), 1);
    EXPECT_EQ(web().since_usec, since);
}

} // namespace
} // namespace hotreload
