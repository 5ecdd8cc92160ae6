// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/time_text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

using namespace hotreload::ctl;

namespace {

constexpr std::uint64_t the_moment = 1'796'047'402'000'000; // 2026-11-30 14:03:22 UTC
constexpr std::uint64_t a_second = 1'000'000;
constexpr std::uint64_t midnight = the_moment - (14 * 3600 + 3 * 60 + 22) * a_second;

class Time : public testing::Test {
protected:
    Time() {
        setenv("TZ", "UTC", 1);
        tzset();
    }
};

std::uint64_t parsed(const std::string& text) {
    return parse_time(text, the_moment).value_or(1);
}

} // namespace

TEST_F(Time, is_read_as_a_date_a_time_of_today_or_a_word) {
    EXPECT_EQ(parsed("2026-11-30 14:03:22"), the_moment);
    EXPECT_EQ(parsed("2026-11-30 14:03"), the_moment - 22 * a_second);
    EXPECT_EQ(parsed("2026-11-30"), midnight);
    EXPECT_EQ(parsed("14:03:22"), the_moment);
    EXPECT_EQ(parsed("today"), midnight);
    EXPECT_EQ(parsed("yesterday"), midnight - 24 * 3600 * a_second);
    EXPECT_EQ(parsed("now"), the_moment);
}

TEST_F(Time, is_read_as_a_duration_from_now_back) {
    EXPECT_EQ(parsed("1h"), the_moment - 3600 * a_second);
    EXPECT_EQ(parsed("-90s"), the_moment - 90 * a_second);
    EXPECT_EQ(parsed("1h 30min ago"), the_moment - 5400 * a_second);
    EXPECT_EQ(parsed("100000 days ago"), 0);
}

TEST_F(Time, that_is_none_is_a_mistake_of_the_command_line) {
    for (const auto* text : {"", "soon", "2026-13-01", "25:00", "14:03 x", "-", " ago"})
        EXPECT_EQ(parse_time(text, the_moment).error().status, ExitStatus::Usage) << text;
}

TEST_F(Time, is_shown_as_the_place_asks_for_it) {
    EXPECT_EQ(show_time(the_moment, TimeForm::Date), "2026-11-30 14:03:22");
    EXPECT_EQ(show_time(the_moment, TimeForm::Utc), "2026-11-30 14:03:22 UTC");
    EXPECT_EQ(show_time(the_moment, TimeForm::Log), "Nov 30 14:03:22");
    EXPECT_EQ(show_time(the_moment + 42, TimeForm::Clock), "14:03:22.000042");
}
