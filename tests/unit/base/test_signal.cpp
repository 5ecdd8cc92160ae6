// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/signal.hpp"

#include <gtest/gtest.h>

#include <csignal>

using namespace hotreload;

TEST(Signal, every_signal_has_a_name_that_is_read_back) {
    for (int signal = 1; signal <= SIGRTMAX; ++signal)
        if (const auto name = signal_name(signal); name.starts_with("SIG")) {
            EXPECT_EQ(parse_signal(name), signal) << name;
        }
    EXPECT_EQ(signal_name(SIGHUP), "SIGHUP");
    EXPECT_EQ(signal_name(SIGRTMIN + 3), "SIGRTMIN+3");
    EXPECT_EQ(signal_name(9999), "signal 9999");
}

TEST(Signal, real_time_signals_count_from_the_first_that_is_free) {
    EXPECT_EQ(parse_signal("RTMIN"), SIGRTMIN);
    EXPECT_EQ(parse_signal("SIGRTMIN+1"), SIGRTMIN + 1);
    EXPECT_EQ(parse_signal("SIGRTMAX"), SIGRTMAX);
    for (const char* word : {"RTMIN+", "RTMIN+x", "RTMIN+1x", "RTMIN+99", "RTMIN-1", "34", ""})
        EXPECT_EQ(parse_signal(word), std::nullopt) << word;
}
