// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/recent_contents.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

namespace hotreload::watch {
namespace {

class Turns final : public Executor {
public:
    void post(std::move_only_function<void()> work) override { posted_.push_back(std::move(work)); }
    void next() {
        for (auto& work : std::exchange(posted_, {}))
            work();
    }

private:
    std::vector<std::move_only_function<void()>> posted_;
};

Content content(std::uint64_t inode) {
    return {.id = {.high = 0, .low = inode, .size = 1}, .stamp = {.inode = inode}};
}

class RecentContentsTest : public testing::Test {
protected:
    [[nodiscard]] bool has_bytes(std::uint64_t inode) const {
        const auto* const known = recent.find(content(inode).stamp);
        return known && known->bytes;
    }

    Turns turns;
    RecentContents recent{turns};
};

TEST_F(RecentContentsTest, are_known_until_the_next_turn) {
    recent.note(content(1), "a");
    EXPECT_TRUE(has_bytes(1));
    turns.next();
    EXPECT_FALSE(recent.find(content(1).stamp));
}

TEST_F(RecentContentsTest, are_known_as_long_as_somebody_holds_them) {
    recent.hold();
    recent.note(content(1), "a");
    turns.next();
    EXPECT_TRUE(has_bytes(1));
    recent.let_go();
    EXPECT_FALSE(recent.find(content(1).stamp));
}

// Was: 64 files of any size stayed in memory as long as a pass over them took.
TEST_F(RecentContentsTest, have_so_many_bytes_and_no_more) {
    const std::string half(RecentContents::kMostBytes / 2, 'x');
    recent.note(content(1), half);
    recent.note(content(1), half); // instead of those before
    recent.note(content(2), half);
    recent.note(content(3), "x");
    EXPECT_TRUE(has_bytes(1) && has_bytes(2));
    EXPECT_FALSE(has_bytes(3));
    EXPECT_TRUE(recent.find(content(3).stamp)) << "its id is known all the same";
    recent.forget();
    recent.note(content(3), "x");
    EXPECT_TRUE(has_bytes(3));
}

} // namespace
} // namespace hotreload::watch
