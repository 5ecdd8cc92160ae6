// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/validator_output.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

namespace {

Problem problem_of(std::string output, std::string reason = "exit code 1") {
    const auto resolve = [](std::string_view name) {
        return name == "conf/x.conf" ? std::optional<std::string>("/srv/conf/x.conf")
                                     : std::nullopt;
    };
    return problem_in_output({.reason = std::move(reason), .output = std::move(output)}, "nginx",
                             resolve);
}

} // namespace

TEST(ValidatorOutput, finds_the_file_and_line_in_what_nginx_says) {
    const auto problem = problem_of(
        "nginx: [emerg] unknown directive \"lisen\" in /etc/nginx/sites-enabled/default:22\n"
        "nginx: configuration file /etc/nginx/nginx.conf test failed\n");
    EXPECT_EQ(problem.path, "/etc/nginx/sites-enabled/default");
    EXPECT_EQ(problem.line, 22U);
    EXPECT_TRUE(problem.message.starts_with("nginx: [emerg]"));
}

TEST(ValidatorOutput, finds_the_file_and_line_in_what_haproxy_says) {
    const auto problem = problem_of(
        "[NOTICE]   (123) : haproxy version is 3.0.11\n"
        "[ALERT]    (123) : config : parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword\n");
    EXPECT_EQ(problem.path, "/etc/haproxy/haproxy.cfg");
    EXPECT_EQ(problem.line, 25U);
}

TEST(ValidatorOutput, finds_places_in_the_words_of_other_programs) {
    for (const auto* said :
         {"dnsmasq: bad option at line 47 of /etc/x.conf",
          "Configuration file parser failed at: ; source: /etc/x.conf line: 47 pos: 3",
          "syntax error in file \"/etc/x.conf\" line 47, near token \"x\"",
          "/etc/x.conf: line 47: Bad configuration option: x",
          "PHP Parse error: syntax error in /etc/x.conf on line 47",
          "error during parsing file /etc/x.conf, on or before line 47: syntax error",
          "Error found at `/etc/x.conf:47`."}) {
        const auto problem = problem_of(said);
        EXPECT_EQ(problem.path, "/etc/x.conf") << said;
        EXPECT_EQ(problem.line, 47U) << said;
    }
    EXPECT_EQ(problem_of("a line of /etc/x.conf is bad").line, 0U);
}

TEST(ValidatorOutput, finds_a_column_too_and_says_the_place_once) {
    EXPECT_EQ(to_string(problem_of("/srv/app/config.toml:3:14: expected a value")),
              "/srv/app/config.toml:3:14: expected a value");
}

TEST(ValidatorOutput, says_how_the_command_ended_when_it_names_no_place) {
    const auto problem = problem_of("\nport is out of range\nmore\n");
    EXPECT_EQ(problem.path, "");
    EXPECT_EQ(problem.message, "nginx: exit code 1: port is out of range");
    EXPECT_EQ(problem_of("", "timed out after 90s").message, "nginx: timed out after 90s");
}

TEST(ValidatorOutput, is_not_misled_by_paths_and_times_without_a_line_number) {
    EXPECT_EQ(problem_of("2026-11-21T10:11:12 /etc/x: no such file, see http://localhost:0/").line,
              0U);
    EXPECT_EQ(problem_of("cannot reach http://127.0.0.1:8080/health").line, 0U);
}

TEST(ValidatorOutput, knows_our_files_by_relative_names) {
    for (const auto* said :
         {"conf/x.conf:3:9: expected a value", "in file \"conf/x.conf\" line 3: no value"}) {
        EXPECT_EQ(problem_of(said).path, "/srv/conf/x.conf") << said;
        EXPECT_EQ(problem_of(said).line, 3U) << said;
    }
    EXPECT_EQ(problem_of("conf/y.conf:3: expected a value").path, "");
}

TEST(ValidatorOutput, a_line_that_only_says_where_goes_on_in_the_next) {
    EXPECT_EQ(problem_of("AH00526: Syntax error on line 5 of /etc/apache2/apache2.conf:\n"
                         "Invalid command 'Lisen'\n")
                  .message,
              "AH00526: Syntax error on line 5 of /etc/apache2/apache2.conf: Invalid command "
              "'Lisen'");
    EXPECT_EQ(problem_of("/srv/conf.js:3\n  port: ,\n        ^\n\nSyntaxError: Unexpected token\n"
                         "    at compile (node:internal/loader:1:2)\n")
                  .message,
              "SyntaxError: Unexpected token");
    EXPECT_EQ(problem_of("Checking /etc/x.conf\n  failed\n").message,
              "nginx: exit code 1: Checking /etc/x.conf");
    EXPECT_EQ(problem_of("Problems:\n  no port\n").message,
              "nginx: exit code 1: Problems: no port");
}

TEST(ValidatorOutput, the_trace_of_an_interpreter_is_not_the_place_of_the_mistake) {
    const std::string traceback = "Traceback (most recent call last):\n"
                                  "  File \"/srv/check\", line 3, in <module>\n"
                                  "    parse(open(\"conf/x.conf\"))\n"
                                  "    ~~~~~^^^^^^^^^^^^^^^^^^^^^\n"
                                  "  File \"/usr/lib/python3.13/parser.py\", line 2001, in parse\n";
    const auto python = problem_of(traceback + "ValueError: no port\n");
    EXPECT_EQ(python.path, "");
    EXPECT_EQ(python.message, "nginx: exit code 1: ValueError: no port");
    EXPECT_EQ(problem_of("panic: no port\n\ngoroutine 1 [running]:\nmain.main()\n"
                         "\t/srv/main.go:8 +0x1d\nexit status 2\n")
                  .message,
              "nginx: exit code 1: panic: no port");
}

TEST(ValidatorOutput, but_of_what_an_interpreter_could_not_read_it_is) {
    const auto problem = problem_of("  File \"/srv/settings.py\", line 3\n    a = = 1\n        ^\n"
                                    "SyntaxError: invalid syntax\n");
    EXPECT_EQ(problem.path, "/srv/settings.py");
    EXPECT_EQ(problem.line, 3U);
    EXPECT_EQ(problem.message, "SyntaxError: invalid syntax");
}
