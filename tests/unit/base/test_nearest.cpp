// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"

#include <gtest/gtest.h>

#include <array>

using namespace hotreload;

namespace {

constexpr auto kKeys = std::to_array<std::string_view>(
    {"command", "env", "env_file", "working_dir", "validate", "reload", "reload_signal"});

} // namespace

TEST(Nearest, finds_a_word_with_a_letter_missing_added_replaced_or_swapped) {
    EXPECT_EQ(nearest("comand", kKeys), "command");
    EXPECT_EQ(nearest("commmand", kKeys), "command");
    EXPECT_EQ(nearest("cammand", kKeys), "command");
    EXPECT_EQ(nearest("vaildate", kKeys), "validate");
    EXPECT_EQ(nearest("workingdirs", kKeys), "working_dir");
}

TEST(Nearest, takes_the_closest_of_several) {
    EXPECT_EQ(nearest("relod", kKeys), "reload");
    EXPECT_EQ(nearest("env", kKeys), "env");
    EXPECT_EQ(nearest("reload_sginal", kKeys), "reload_signal");
}

TEST(Nearest, is_silent_when_nothing_is_near) {
    EXPECT_EQ(nearest("ports", kKeys), std::nullopt);
    EXPECT_EQ(nearest("", kKeys), std::nullopt);
    EXPECT_EQ(nearest("environment_variables", kKeys), std::nullopt);
    EXPECT_EQ(nearest("command", {}), std::nullopt);
}

TEST(Nearest, does_not_offer_a_short_word_that_shares_no_letter) {
    constexpr auto names = std::to_array<std::string_view>({"db", "web"});
    EXPECT_EQ(nearest("x", names), std::nullopt);
    EXPECT_EQ(nearest("dv", names), "db");
}
