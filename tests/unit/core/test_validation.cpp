// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validation.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

namespace {

Problem problem_of(std::string output, std::string reason = "exit code 1") {
    return problem_in_output({.reason = std::move(reason), .output = std::move(output)}, "nginx");
}

} // namespace

TEST(Validation, finds_the_file_and_line_in_what_nginx_says) {
    const auto problem = problem_of(
        "nginx: [emerg] unknown directive \"lisen\" in /etc/nginx/sites-enabled/default:22\n"
        "nginx: configuration file /etc/nginx/nginx.conf test failed\n");
    EXPECT_EQ(problem.path, "/etc/nginx/sites-enabled/default");
    EXPECT_EQ(problem.line, 22U);
    EXPECT_TRUE(problem.message.starts_with("nginx: [emerg]"));
}

TEST(Validation, finds_the_file_and_line_in_what_haproxy_says) {
    const auto problem = problem_of(
        "[NOTICE]   (123) : haproxy version is 3.0.11\n"
        "[ALERT]    (123) : config : parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword\n");
    EXPECT_EQ(problem.path, "/etc/haproxy/haproxy.cfg");
    EXPECT_EQ(problem.line, 25U);
}

TEST(Validation, finds_places_in_the_words_of_other_programs) {
    for (const auto* said :
         {"dnsmasq: bad option at line 47 of /etc/x.conf",
          "Configuration file parser failed at: ; source: /etc/x.conf line: 47 pos: 3",
          "syntax error in file \"/etc/x.conf\" line 47, near token \"x\"",
          "/etc/x.conf: line 47: Bad configuration option: x"}) {
        const auto problem = problem_of(said);
        EXPECT_EQ(problem.path, "/etc/x.conf") << said;
        EXPECT_EQ(problem.line, 47U) << said;
    }
    EXPECT_EQ(problem_of("a line of /etc/x.conf is bad").line, 0U);
}

TEST(Validation, finds_a_column_too) {
    EXPECT_EQ(problem_of("/srv/app/config.toml:3:14: expected a value").column, 14U);
}

TEST(Validation, says_how_the_command_ended_when_it_names_no_place) {
    const auto problem = problem_of("\nport is out of range\nmore\n");
    EXPECT_EQ(problem.path, "");
    EXPECT_EQ(problem.message, "nginx: exit code 1: port is out of range");
    EXPECT_EQ(problem_of("", "timed out after 90s").message, "nginx: timed out after 90s");
}

TEST(Validation, is_not_misled_by_paths_and_times_without_a_line_number) {
    EXPECT_EQ(problem_of("2026-11-21T10:11:12 /etc/x: no such file, see http://localhost:0/").line,
              0U);
}
