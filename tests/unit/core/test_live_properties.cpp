// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/live_properties.hpp"

#include <gtest/gtest.h>

#include <limits>

using namespace hotreload;

namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

Result<LiveValue> parsed(std::string_view directive, std::vector<std::string> values) {
    return parse_live_property(directive, values);
}

void expect_u64(std::string_view directive, std::string value, std::string property,
                std::uint64_t number) {
    const auto result = parsed(directive, {value});
    ASSERT_TRUE(result.has_value()) << directive << "=" << value << ": " << result.error().message;
    EXPECT_EQ(*result, (LiveValue{property, number})) << directive << "=" << value;
}

} // namespace

TEST(LiveProperties, only_what_the_manager_changes_at_run_time_is_live) {
    for (const auto name : live_property_names())
        EXPECT_TRUE(is_live_property(name)) << name;
    for (const char* name : {"Nice", "ExecStart", "Environment", "Restart", "LimitNOFILE",
                             "OOMScoreAdjust", "memorymax", ""})
        EXPECT_FALSE(is_live_property(name)) << name;
    EXPECT_FALSE(parsed("Nice", {"5"}).has_value());
}

TEST(LiveProperties, sizes_count_in_powers_of_1024) {
    expect_u64("MemoryMax", "512M", "MemoryMax", 512ULL << 20);
    expect_u64("MemoryHigh", "1.5G", "MemoryHigh", 3ULL << 29);
    expect_u64("MemoryLow", "1G 512M", "MemoryLow", (1ULL << 30) + (512ULL << 20));
    expect_u64("MemoryMax", "4096", "MemoryMax", 4096);
    expect_u64("MemoryMax", "4096B", "MemoryMax", 4096);
    expect_u64("MemoryMax", "1K 7", "MemoryMax", 1031);
    expect_u64("MemoryMax", "2E", "MemoryMax", 2ULL << 60);
    expect_u64("MemoryMax", "infinity", "MemoryMax", kMax);
    expect_u64("MemorySwapMax", "0", "MemorySwapMax", 0);
    expect_u64("MemoryZSwapMax", "1T", "MemoryZSwapMax", 1ULL << 40);
    for (const char* text : {"0", "512X", "512m", "-1", "512M 1G", "1M 1M", "99E", "1..5G", "M",
                             "lots", "512MB", "0x10"})
        EXPECT_FALSE(parsed("MemoryMax", {text}).has_value()) << text;
}

TEST(LiveProperties, percentages_of_memory_go_by_the_scaled_property) {
    EXPECT_EQ(*parsed("MemoryMax", {"100%"}), (LiveValue{"MemoryMaxScale", 0xffffffffU}));
    EXPECT_EQ(*parsed("MemoryHigh", {"50%"}), (LiveValue{"MemoryHighScale", 0x80000000U}));
    EXPECT_EQ(*parsed("MemoryLow", {"0.01%"}), (LiveValue{"MemoryLowScale", 429497U}));
    EXPECT_EQ(*parsed("MemoryMin", {"5‱"}), (LiveValue{"MemoryMinScale", 2147484U}));
    EXPECT_FALSE(parsed("MemoryMax", {"101%"}).has_value());
    EXPECT_FALSE(parsed("MemoryMax", {"0%"}).has_value());
    EXPECT_FALSE(parsed("MemoryMax", {"1.234%"}).has_value());
    EXPECT_FALSE(parsed("MemoryMax", {"%"}).has_value());
}

TEST(LiveProperties, a_quota_is_microseconds_of_every_second) {
    expect_u64("CPUQuota", "20%", "CPUQuotaPerSecUSec", 200'000);
    expect_u64("CPUQuota", "250%", "CPUQuotaPerSecUSec", 2'500'000);
    expect_u64("CPUQuota", "12.25%", "CPUQuotaPerSecUSec", 122'500);
    expect_u64("CPUQuota", "5‰", "CPUQuotaPerSecUSec", 5'000);
    for (const char* text : {"20", "0%", "-5%", "9999999999%", "infinity"})
        EXPECT_FALSE(parsed("CPUQuota", {text}).has_value()) << text;
}

TEST(LiveProperties, weights_run_from_1_to_10000) {
    expect_u64("CPUWeight", "200", "CPUWeight", 200);
    expect_u64("StartupCPUWeight", "idle", "StartupCPUWeight", 0);
    expect_u64("IOWeight", "10000", "IOWeight", 10000);
    for (const char* text : {"0", "10001", "heavy", "1.5"})
        EXPECT_FALSE(parsed("CPUWeight", {text}).has_value()) << text;
    EXPECT_FALSE(parsed("IOWeight", {"idle"}).has_value());
}

TEST(LiveProperties, tasks_are_a_number_or_a_part_of_all) {
    expect_u64("TasksMax", "16", "TasksMax", 16);
    expect_u64("TasksMax", "infinity", "TasksMax", kMax);
    EXPECT_EQ(*parsed("TasksMax", {"50%"}), (LiveValue{"TasksMaxScale", 0x80000000U}));
    for (const char* text : {"0", "0%", "100%", "16K"}) // refused by systemd 257
        EXPECT_FALSE(parsed("TasksMax", {text}).has_value()) << text;
}

TEST(LiveProperties, a_directive_taken_away_goes_back_to_its_default) {
    EXPECT_EQ(*parsed("MemoryMax", {}), (LiveValue{"MemoryMax", kMax}));
    EXPECT_EQ(*parsed("MemoryMax", {"512M", ""}), (LiveValue{"MemoryMax", kMax}));
    EXPECT_EQ(*parsed("MemoryLow", {}), (LiveValue{"MemoryLow", std::uint64_t(0)}));
    EXPECT_EQ(*parsed("CPUQuota", {}), (LiveValue{"CPUQuotaPerSecUSec", kMax}));
    EXPECT_EQ(*parsed("CPUWeight", {}), (LiveValue{"CPUWeight", kMax}));
    EXPECT_FALSE(
        parsed("TasksMax", {}).has_value()); // the manager's own default is not ours to know
    EXPECT_FALSE(parsed("Description", {}).has_value());
}

TEST(LiveProperties, the_last_of_several_lines_counts) {
    EXPECT_EQ(*parsed("MemoryMax", {"1G", "2G"}), (LiveValue{"MemoryMax", 2ULL << 30}));
    EXPECT_EQ(*parsed("Description", {"the shop"}),
              (LiveValue{"Description", std::string("the shop")}));
}

TEST(LiveProperties, a_description_with_specifiers_is_left_to_a_restart) {
    EXPECT_FALSE(parsed("Description", {"unit %n"}).has_value());
}
