// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/duration.hpp"

#include <gtest/gtest.h>

using namespace hotreload;
using namespace std::chrono_literals;

namespace {

Duration parsed(std::string_view text) {
    const auto result = parse_duration(text);
    EXPECT_TRUE(result.has_value()) << text;
    return result.value_or(Duration(-1));
}

} // namespace

TEST(Duration, reads_what_systemd_time_documents) {
    EXPECT_EQ(parsed("250ms"), 250ms);
    EXPECT_EQ(parsed("2 h"), 2h);
    EXPECT_EQ(parsed("48hr"), 48h);
    EXPECT_EQ(parsed("1min 30s"), 90s);
    EXPECT_EQ(parsed("1min30s"), 90s);
    EXPECT_EQ(parsed("  5s\t7us "), 5s + 7us);
    EXPECT_EQ(parsed("5μs"), 5us);
    EXPECT_EQ(parsed("5µs"), 5us);
    EXPECT_EQ(parsed("3months"), 3 * 2629800s);
    EXPECT_EQ(parsed("1M"), 2629800s);
    EXPECT_EQ(parsed("1m"), 60s);
    EXPECT_EQ(parsed("1y 1w 1d"), 31557600s + 604800s + 86400s);
    EXPECT_EQ(parsed("infinity"), kInfinity);
}

TEST(Duration, counts_a_bare_number_as_seconds) {
    EXPECT_EQ(parsed("20"), 20s);
    EXPECT_EQ(parsed("0"), 0s);
    EXPECT_EQ(parsed("1min 30"), 90s);
}

TEST(Duration, reads_fractions) {
    EXPECT_EQ(parsed("1.5s"), 1500ms);
    EXPECT_EQ(parsed(".5min"), 30s);
    EXPECT_EQ(parsed("0.000001"), 1us);
    EXPECT_EQ(parsed("0.00000001s"), 0us);
}

TEST(Duration, refuses_what_is_not_a_duration) {
    for (const char* text : {"", " ", "s", "1.", ".", "5x", "-1s", "1 2parsecs", "infinity 1s",
                             "infinit", "1e3", "+3s", "99999999999999999999s",
                             "9223372036854775807", "9223372036854775807us", "300000y"}) {
        const auto result = parse_duration(text);
        EXPECT_FALSE(result.has_value()) << text;
        if (!result) {
            EXPECT_EQ(result.error().code, ErrorCode::Invalid);
            EXPECT_NE(result.error().message.find("250ms"), std::string::npos);
        }
    }
}

TEST(Duration, is_written_in_at_most_two_units) {
    EXPECT_EQ(format_duration(0us), "0");
    EXPECT_EQ(format_duration(250ms), "250ms");
    EXPECT_EQ(format_duration(90s), "1min 30s");
    EXPECT_EQ(format_duration(1h), "1h");
    EXPECT_EQ(format_duration(1h + 1min + 1s), "61min 1s");
    EXPECT_EQ(format_duration(1500ms), "1s 500ms");
    EXPECT_EQ(format_duration(1us), "1us");
    EXPECT_EQ(format_duration(kInfinity), "infinity");
}

TEST(Duration, is_read_back_exactly_as_it_was) {
    for (const Duration each :
         {Duration(0), Duration(1), Duration(999), Duration(1001), Duration(123456789),
          Duration(3661s), Duration(8 * 86400s + 1s), Duration(9223372036854775806)})
        EXPECT_EQ(parsed(format_duration(each)), each) << format_duration(each);
}
