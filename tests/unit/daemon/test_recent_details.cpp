// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recent_details.hpp"

#include <gtest/gtest.h>

namespace hotreload::daemon {
namespace {

Plan plan_of(std::string project) {
    return {.project = std::move(project), .services = {}};
}

ConfigChange change_of(std::size_t bytes) {
    return {.project = "shop", .name = "app", .keys = {}, .texts = {}, .bytes = bytes};
}

TEST(RecentDetails, all_that_has_one_id_is_found_by_it) {
    RecentDetails recent;
    recent.add({0, 7}, plan_of("shop"));
    recent.add({0, 8}, plan_of("other"));
    recent.add({0, 7}, plan_of("blog"));
    recent.add({0, 7}, Announced{"shop", "web", {"/a", 1, 2, "no"}});
    recent.add({0, 7}, change_of(1));
    recent.add({.id = {0, 7},
                .project = "shop",
                .result = ReloadResult::Applied,
                .trigger = Trigger::File});
    const auto found = recent.find({0, 7});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, (ReloadId{0, 7}));
    EXPECT_EQ(found->plans.size(), 2U);
    EXPECT_EQ(found->problems.front().problem.message, "no");
    EXPECT_EQ(found->changes.size(), 1U);
    EXPECT_EQ(found->outcomes.front().result, ReloadResult::Applied);
    EXPECT_EQ(recent.find({0, 8})->plans.size(), 1U);
    EXPECT_FALSE(recent.find({0, 9}));
}

TEST(RecentDetails, the_oldest_go_when_there_are_many) {
    RecentDetails recent;
    for (std::uint64_t id = 1; id <= 2 * RecentDetails::kMostIds; ++id)
        recent.add({0, id}, plan_of("shop"));
    EXPECT_FALSE(recent.find({0, RecentDetails::kMostIds}));
    EXPECT_TRUE(recent.find({0, RecentDetails::kMostIds + 1}));
    EXPECT_TRUE(recent.find({0, 2 * RecentDetails::kMostIds}));
}

TEST(RecentDetails, the_oldest_go_when_they_are_large_and_the_newest_stays_anyhow) {
    RecentDetails recent;
    recent.add({0, 1}, change_of(RecentDetails::kMostBytes / 2));
    recent.add({0, 2}, change_of(RecentDetails::kMostBytes / 4));
    EXPECT_TRUE(recent.find({0, 1}));
    recent.add({0, 3}, change_of(RecentDetails::kMostBytes));
    EXPECT_FALSE(recent.find({0, 1}));
    EXPECT_FALSE(recent.find({0, 2}));
    EXPECT_TRUE(recent.find({0, 3}));
    recent.add({0, 4}, plan_of("shop"));
    EXPECT_FALSE(recent.find({0, 3}));
    EXPECT_TRUE(recent.find({0, 4}));
}

TEST(RecentDetails, of_one_id_no_more_documents_are_kept_than_of_all) {
    RecentDetails recent;
    for (int i = 0; i < 3; ++i)
        recent.add({0, 1}, change_of(RecentDetails::kMostBytes));
    EXPECT_EQ(recent.find({0, 1})->changes.size(), 1U);
    recent.add({0, 2}, change_of(RecentDetails::kMostBytes / 4));
    recent.add({0, 2}, change_of(RecentDetails::kMostBytes / 4));
    EXPECT_EQ(recent.find({0, 2})->changes.size(), 2U);
}

TEST(RecentDetails, what_somebody_reads_stays_with_him) {
    RecentDetails recent;
    recent.add({0, 1}, plan_of("shop"));
    const auto read = recent.find({0, 1});
    recent.add({0, 2}, change_of(2 * RecentDetails::kMostBytes));
    EXPECT_FALSE(recent.find({0, 1}));
    EXPECT_EQ(read->plans.front().project, "shop");
}

} // namespace
} // namespace hotreload::daemon
