// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/inotify.hpp"
#include "watch/event_log.hpp"

#include <gtest/gtest.h>

namespace hotreload::watch {
namespace {

TEST(EventLog, TellsWhatBecameOfEach) {
    EventLog log;
    log.set_time(7);
    log.add("/c", "f", IN_CLOSE_WRITE);
    log.note(Fate::Waits);
    log.add("/c", "", IN_MOVE_SELF);
    log.done();
    log.note(Fate::Changed); // of no event
    EXPECT_EQ(log.recent(), (std::vector<WatchedEvent>{
                                {7, "/c", "f", "IN_CLOSE_WRITE", "waits for quiet"},
                                {7, "/c", "", "IN_MOVE_SELF", "nobody watches this name"}}));
}

TEST(EventLog, TheWeightiestFateOfSeveralCounts) {
    EventLog log;
    log.add("/c", "f", IN_MODIFY);
    const auto number = log.current();
    log.note(Fate::Waits);
    log.note(Fate::NoPattern); // another set
    EXPECT_EQ(log.recent().front().fate, "waits for quiet");
    log.note(number, Fate::Changed);
    log.note(number, Fate::Unchanged);
    EXPECT_EQ(log.recent().front().fate, "looked at: changed");
}

TEST(EventLog, ForgetsTheOldestAndTheirFates) {
    EventLog log;
    log.add("/c", "old", IN_CREATE);
    const auto old = log.current();
    for (std::size_t i = 0; i < EventLog::kSize; ++i)
        log.add("/c", std::to_string(i), IN_CREATE);
    log.note(old, Fate::Changed);
    const auto events = log.recent();
    ASSERT_EQ(events.size(), EventLog::kSize);
    EXPECT_EQ(events.front().name, "0");
    EXPECT_EQ(events.back().name, std::to_string(EventLog::kSize - 1));
    for (const auto& event : events)
        EXPECT_EQ(event.fate, "nobody watches this name");
}

TEST(EventLog, EveryBitOfAMaskHasItsWord) {
    EXPECT_EQ(os::mask_words(IN_CREATE | IN_ISDIR), "IN_CREATE|IN_ISDIR");
    EXPECT_EQ(os::mask_words(IN_Q_OVERFLOW), "IN_Q_OVERFLOW");
    EXPECT_EQ(os::mask_words(0), "");
}

} // namespace
} // namespace hotreload::watch
