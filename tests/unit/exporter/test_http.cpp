// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exporter/http.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hotreload::exporter {
namespace {

constexpr std::string_view kRest = " HTTP/1.1\r\nHost: localhost:10480\r\nAccept: */*\r\n\r\n";

int status_of(const std::string& begin, std::string_view rest = kRest) {
    return read_request(begin + std::string(rest)).status;
}

TEST(Http, a_get_and_a_head_of_metrics_are_served) {
    EXPECT_EQ(status_of("GET /metrics"), 200);
    EXPECT_EQ(status_of("GET /metrics?format=prometheus"), 200);
    EXPECT_EQ(status_of("GET /metrics", " HTTP/1.0\r\n\r\n"), 200);
    const auto head = read_request("HEAD /metrics" + std::string(kRest));
    EXPECT_EQ(head.status, 200);
    EXPECT_FALSE(head.wants_text);
}

TEST(Http, anything_else_is_told_what_there_is) {
    EXPECT_EQ(status_of("GET /"), 404);
    EXPECT_EQ(status_of("GET /metricsx"), 404);
    EXPECT_EQ(status_of("GET /metrics/"), 404);
    EXPECT_EQ(status_of("POST /metrics"), 405);
    EXPECT_EQ(status_of("DELETE /"), 405);
}

TEST(Http, what_is_no_request_is_refused) {
    for (const std::string begin : {"", "GET", "GET ", "GET metrics", "GET http://x/metrics",
                                    " /metrics", "GET  /metrics", "GET /metrics\x01"})
        EXPECT_EQ(status_of(begin), 400) << begin;
    EXPECT_EQ(status_of("GET /metrics", " HTTP/2\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /metrics", " HTTP/1.1 \r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /metrics", "\r\n\r\n"), 400) << "HTTP/0.9";
    EXPECT_EQ(status_of("GET /metrics", " HTTP/1.1\r\nno colon\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /metrics", " HTTP/1.1\r\nA: b\r\n goes on: c\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /metrics", " HTTP/1.1\r\nHost : x\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /metrics", " HTTP/1.1\r\nA: b\nHost: x\r\n\r\n"), 400);
}

TEST(Http, a_head_is_whole_at_its_empty_line) {
    EXPECT_FALSE(is_whole(""));
    EXPECT_FALSE(is_whole("GET /metrics HTTP/1.1\r\nHost: x\r\n"));
    EXPECT_TRUE(is_whole("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
}

TEST(Http, an_answer_has_its_type_and_its_length) {
    const auto metrics = answer(200, "# EOF\n");
    EXPECT_TRUE(metrics.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(metrics.contains(
        "\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
    EXPECT_TRUE(metrics.contains("\r\nContent-Length: 6\r\n"));
    EXPECT_TRUE(metrics.ends_with("\r\nConnection: close\r\n\r\n# EOF\n"));
    const auto head = answer(200, "# EOF\n", false);
    EXPECT_TRUE(head.contains("\r\nContent-Length: 6\r\n"));
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_TRUE(answer(405, "no\n").contains("\r\nAllow: GET, HEAD\r\n"));
    EXPECT_TRUE(answer(503, "no\n").contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"));
}

} // namespace
} // namespace hotreload::exporter
