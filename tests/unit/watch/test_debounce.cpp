// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/debounce.hpp"

#include <gtest/gtest.h>

namespace hotreload::watch {
namespace {

using namespace std::chrono_literals;

constexpr Timing kTiming{50ms, 1s};

TEST(Debounce, NothingIsDueWithoutAnEvent) {
    Debounce debounce;
    EXPECT_EQ(debounce.due(), std::nullopt);
    debounce.event(10s, kTiming);
    debounce.reset();
    EXPECT_EQ(debounce.due(), std::nullopt);
}

TEST(Debounce, TheLastEventBeginsTheQuietTime) {
    Debounce debounce;
    debounce.event(10s, kTiming);
    EXPECT_EQ(debounce.due(), 10s + 50ms);
    debounce.event(10s + 40ms, kTiming);
    EXPECT_EQ(debounce.due(), 10s + 90ms);
}

TEST(Debounce, ABurstIsHeldNoLongerThanDebounceMaxFromItsFirstEvent) {
    Debounce debounce;
    for (auto now = 10s + 0ms; now < 10s + 980ms; now += 40ms)
        debounce.event(now, kTiming);
    EXPECT_EQ(debounce.due(), 11s);
}

TEST(Debounce, ASlowFileIsWaitedForByAQuickOne) {
    Debounce debounce;
    debounce.event(10s, {200ms, 1s});
    debounce.event(10s + 1ms, {0ms, 1s});
    EXPECT_EQ(debounce.due(), 10s + 200ms);
}

TEST(Debounce, WithoutQuietTimeAnEventIsDueAtOnce) {
    Debounce debounce;
    debounce.event(10s, {0ms, 0ms});
    EXPECT_EQ(debounce.due(), 10s);
}

TEST(Debounce, InfiniteTimesDoNotWrapAround) {
    Debounce debounce;
    debounce.event(10s, {50ms, kInfinity});
    EXPECT_EQ(debounce.due(), 10s + 50ms);
    debounce.event(10s, {kInfinity, kInfinity});
    EXPECT_EQ(debounce.due(), kInfinity);
}

} // namespace
} // namespace hotreload::watch
