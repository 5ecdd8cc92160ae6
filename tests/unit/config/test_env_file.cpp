// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/env_file.hpp"

#include <gtest/gtest.h>

using namespace hotreload;

namespace {

using Variables = std::map<std::string, std::string>;

Variables parsed(std::string_view text) {
    auto result = parse_env_file(text, ".env");
    if (result)
        return *result;
    for (const auto& problem : result.error())
        ADD_FAILURE() << to_string(problem);
    return {};
}

std::vector<std::string> problems(std::string_view text) {
    std::vector<std::string> all;
    if (const auto result = parse_env_file(text, ".env"); !result)
        for (const auto& problem : result.error())
            all.push_back(to_string(problem));
    return all;
}

} // namespace

TEST(EnvFile, reads_assignments_and_skips_comments_and_blank_lines) {
    EXPECT_EQ(parsed("# no\n; no\n\n  A=1\nB = two words \t\n\nC=\n"),
              (Variables{{"A", "1"}, {"B", "two words"}, {"C", ""}}));
    EXPECT_EQ(parsed(""), Variables{});
    EXPECT_EQ(parsed("# only"), Variables{});
    EXPECT_EQ(parsed("A=1\r\nB=2\r\n"), (Variables{{"A", "1"}, {"B", "2"}}));
    EXPECT_EQ(parsed("A=x # y"), (Variables{{"A", "x # y"}}));
}

TEST(EnvFile, reads_quotes_as_systemd_does) {
    EXPECT_EQ(parsed("A='x  \\y'"), (Variables{{"A", "x  \\y"}}));
    EXPECT_EQ(parsed("A=\"x \\\"y\\\" \\$z \\n\""), (Variables{{"A", "x \"y\" $z \\n"}}));
    EXPECT_EQ(parsed("A='one\ntwo'\nB=1"), (Variables{{"A", "one\ntwo"}, {"B", "1"}}));
    EXPECT_EQ(parsed("A=\"x\" 'y' z"), (Variables{{"A", "xyz"}}));
    EXPECT_EQ(parsed("A=x\"y\""), (Variables{{"A", "x\"y\""}}));
    EXPECT_EQ(parsed("A='x '"), (Variables{{"A", "x "}}));
}

TEST(EnvFile, continues_lines_after_a_backslash) {
    EXPECT_EQ(parsed("A=one\\\ntwo\nB=1"), (Variables{{"A", "onetwo"}, {"B", "1"}}));
    EXPECT_EQ(parsed("A=\"one\\\ntwo\""), (Variables{{"A", "onetwo"}}));
    EXPECT_EQ(parsed("# no \\\nA=1"), (Variables{{"A", "1"}}));
    EXPECT_EQ(parsed("A=x\\ \\y"), (Variables{{"A", "x y"}}));
}

TEST(EnvFile, the_last_assignment_of_a_name_counts) {
    EXPECT_EQ(parsed("A=1\nA=2\n"), (Variables{{"A", "2"}}));
}

TEST(EnvFile, names_every_line_that_systemd_would_skip) {
    const auto all = problems("A=1\nexport B=2\n  nothing here\n1C=3\n=4\n");
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0], ".env:2:1: write NAME=VALUE without \"export\": this is no shell script");
    EXPECT_EQ(all[1], ".env:3:3: expected NAME=VALUE; a value of several lines stands in quotes");
    EXPECT_EQ(
        all[2],
        ".env:4:1: what stands before the \"=\" is not a valid name of an environment variable");
    EXPECT_EQ(
        all[3],
        ".env:5:1: what stands before the \"=\" is not a valid name of an environment variable");
}

TEST(EnvFile, refuses_a_half_written_quote_and_bytes_that_are_no_text) {
    EXPECT_EQ(problems("A=1\nB=\"x\nC=2\n"),
              std::vector<std::string>{".env:2:3: the quote that begins here is not closed"});
    EXPECT_EQ(problems("A='x"),
              std::vector<std::string>{".env:1:3: the quote that begins here is not closed"});
    EXPECT_EQ(problems("A=1\nB=\xff\n"),
              std::vector<std::string>{".env:2:3: the file is not valid UTF-8"});
    EXPECT_EQ(problems(std::string_view("A=x\0y", 5)),
              std::vector<std::string>{".env:1:1: the value of A contains a NUL character"});
}
