// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/names.hpp"
#include "ctl/log_text.hpp"

#include <gtest/gtest.h>

using namespace hotreload;
using namespace hotreload::ctl;

namespace {

LogEntry entry(const std::string& service, const std::string& message) {
    return {.project = "shop", .service = service, .message = message};
}

} // namespace

TEST(Log, the_service_is_found_in_the_unit_of_any_generation) {
    EXPECT_EQ(service_in_unit(generation_unit("shop", "web", 7), "shop"), "web");
    EXPECT_EQ(service_in_unit(generation_unit("my-shop", "the-web", 12), "my-shop"), "the-web");
    EXPECT_EQ(service_in_unit(helper_unit("shop", "web", "validate", "3"), "shop"), "web-validate");
}

TEST(Log, a_unit_of_another_project_is_none_of_ours) {
    EXPECT_EQ(service_in_unit(generation_unit("shop2", "web", 7), "shop"), "");
    EXPECT_EQ(service_in_unit("nginx.service", "shop"), "");
    EXPECT_EQ(service_in_unit("hotreload-shop.web.service", "shop"), "");
}

TEST(Log, lines_are_prefixed_and_lined_up) {
    LogPainter painter(false, false);
    painter.expect("shop", "worker");
    EXPECT_EQ(painter.paint(entry("web", "listening")), "web    | listening");
    EXPECT_EQ(painter.paint(entry("worker", "one\ntwo")), "worker | one\nworker | two");
}

TEST(Log, messages_of_hotreload_bear_its_name) {
    LogPainter painter(false, false);
    auto own = entry("web", "Configuration changed. Restarting web (LOG_LEVEL)…");
    own.ours = true;
    EXPECT_EQ(painter.paint(own), "hotreload | " + own.message);
}

TEST(Log, several_projects_are_told_apart) {
    LogPainter painter(false, true);
    EXPECT_EQ(painter.paint(entry("web", "x")), "shop/web | x");
}

TEST(Log, an_empty_message_is_still_a_line) {
    LogPainter painter(false, false);
    EXPECT_EQ(painter.paint(entry("web", "")), "web | ");
}

TEST(Log, colours_differ_between_services_and_end_before_the_text) {
    LogPainter painter(true, false);
    const auto web = painter.paint(entry("web", "x"));
    const auto api = painter.paint(entry("api", "x"));
    EXPECT_TRUE(web.starts_with("\x1b[36mweb | \x1b[0m"));
    EXPECT_TRUE(web.ends_with("\x1b[0mx"));
    EXPECT_NE(web.substr(0, 5), api.substr(0, 5));
}

TEST(Log, times_stand_in_front_where_they_are_wanted) {
    LogPainter painter(false, false, true);
    painter.expect("shop", "");
    const auto line = painter.paint(entry("web", "x"));
    EXPECT_TRUE(line.ends_with(":00 web       | x")) << line;
}
