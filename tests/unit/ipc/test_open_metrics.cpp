// SPDX-License-Identifier: LGPL-2.1-or-later
// The text as a whole is read by a parser that is not ours, in tests/box/test_metrics.py.
#include "base/utf8.hpp"
#include "ipc/present/open_metrics.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hotreload::ipc {
namespace {

using namespace std::chrono_literals;

Metrics shop() {
    Metrics metrics;
    ProjectOverview shop{
        .project = {.name = "shop", .path = "/srv/shop"}, .services = {}, .configs = {}};
    shop.services.push_back({.name = "web", .project = "shop"});
    shop.services.front().state = ServiceStatus::State::RolledBack;
    shop.services.front().generation = 7;
    shop.services.front().last_applied_usec = 1'500'000;
    shop.configs.push_back({.name = "app", .project = "shop", .path = {}});
    metrics.projects.push_back(shop);
    return metrics;
}

void expect_line(const std::string& text, const std::string& line) {
    EXPECT_TRUE(text.contains("\n" + line + "\n")) << line << " is not in\n" << text;
}

TEST(OpenMetrics, each_family_says_what_it_is) {
    const auto text = open_metrics(shop(), "1.2");
    expect_line(text, "hotreload_build_info{version=\"1.2\"} 1");
    expect_line(text, "# TYPE hotreload_service_last_applied_timestamp_seconds gauge");
    expect_line(text, "# UNIT hotreload_service_last_applied_timestamp_seconds seconds");
    expect_line(
        text,
        "hotreload_service_last_applied_timestamp_seconds{project=\"shop\",service=\"web\"} 1.5");
    EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

TEST(OpenMetrics, of_a_state_each_word_is_there_and_one_is_true) {
    const auto text = open_metrics(shop(), "1.2");
    const std::string service = "hotreload_service_state{project=\"shop\",service=\"web\",";
    expect_line(text, service + "hotreload_service_state=\"rolled-back\"} 1");
    expect_line(text, service + "hotreload_service_state=\"running\"} 0");
    expect_line(text, "hotreload_config_state{project=\"shop\",config=\"app\","
                      "hotreload_config_state=\"valid\"} 0");
}

TEST(OpenMetrics, buckets_count_what_is_below_their_bound) {
    auto metrics = shop();
    auto& counters = metrics.counters["shop"];
    counters.buckets.at(0) = 1;
    counters.buckets.at(7) = 2;
    counters.buckets.back() = 1;
    counters.transactions = {4, 90s};
    const auto text = open_metrics(metrics, "1.2");
    const std::string bucket = "hotreload_reload_duration_seconds_bucket{project=\"shop\",le=";
    expect_line(text, bucket + "\"0.005\"} 1");
    expect_line(text, bucket + "\"0.5\"} 1");
    expect_line(text, bucket + "\"1.0\"} 3");
    expect_line(text, bucket + "\"+Inf\"} 4");
    expect_line(text, "hotreload_reload_duration_seconds_sum{project=\"shop\"} 90");
}

TEST(OpenMetrics, results_that_never_were_are_zero) {
    auto metrics = shop();
    metrics.counters["shop"].services["web"].since_usec = 2'000'000;
    const auto text = open_metrics(metrics, "1.2");
    for (const auto result : Counters::kResults) {
        const auto labels =
            "{project=\"shop\",service=\"web\",result=\"" + std::string(to_string(result)) + "\"}";
        expect_line(text, "hotreload_service_reloads_total" + labels + " 0");
        expect_line(text, "hotreload_service_reloads_created" + labels + " 2");
    }
}

TEST(OpenMetrics, a_label_is_escaped_and_text) {
    auto metrics = shop();
    metrics.projects.front().project.name = "a\"b\\c\nd\xff";
    const auto text = open_metrics(metrics, "1.2");
    expect_line(text, "hotreload_project_problems{project=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 0");
    EXPECT_TRUE(is_utf8(text));
}

TEST(OpenMetrics, a_name_that_two_refused_files_say_is_there_once) {
    auto metrics = shop();
    metrics.projects.push_back({.project = {.name = "shop", .path = "/etc/hotreload/b.toml"},
                                .services = {},
                                .configs = {}});
    const auto text = open_metrics(metrics, "1.2");
    const std::string line = "\nhotreload_project_problems{project=\"shop\"} ";
    EXPECT_EQ(text.find(line), text.rfind(line));
}

TEST(OpenMetrics, no_path_is_told) {
    auto metrics = shop();
    metrics.projects.front().project.problems.push_back(
        {.path = "/srv/shop/x", .message = "SECRET"});
    const auto text = open_metrics(metrics, "1.2");
    EXPECT_FALSE(text.contains("/srv")) << text;
    EXPECT_FALSE(text.contains("SECRET"));
}

} // namespace
} // namespace hotreload::ipc
