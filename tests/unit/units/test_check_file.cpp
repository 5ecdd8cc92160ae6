// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/check_file.hpp"

#include <gtest/gtest.h>

namespace hotreload::units {

namespace {

const Directives kSome = {{"After", {"no-such.service"}},
                          {"ExecStartPre", {"-/no/such --flag"}},
                          {"Foo", {"1"}},
                          {"MemoryMax", {"1G", "lots"}},
                          {"Restart", {"always"}},
                          {"Type", {"oneshot"}}};

std::vector<Problem> complaints(const std::string& output) {
    return read_complaints(output, check_file_lines(kSome));
}

Problem about(std::string directive, std::string message) {
    return {.path = std::move(directive), .message = std::move(message)};
}

} // namespace

TEST(CheckFile, HasACommandSoThatItIsAServiceAtAll) {
    EXPECT_EQ(join_lines(check_file_lines({{"Nice", {"5"}}})),
              "[Service]\nType=exec\nExecStart=/bin/true\nNice=5\n");
}

TEST(CheckFile, ALineNamesItsDirective) {
    // [Unit] After [Service] Type ExecStart ExecStartPre Foo MemoryMax MemoryMax Restart Type
    EXPECT_EQ(complaints("/tmp/x/hotreload-check.service:7: Unknown key 'Foo' in section "
                         "[Service], ignoring.\n"
                         "/tmp/x/hotreload-check.service:9: Invalid memory limit 'lots', ignoring: "
                         "Invalid argument\n"),
              (std::vector{about("Foo", "Unknown key 'Foo' in section [Service]"),
                           about("MemoryMax", "Invalid memory limit 'lots': Invalid argument")}));
}

TEST(CheckFile, ADirectiveIsReportedOnce) {
    EXPECT_EQ(complaints("/x/hotreload-check.service:8: Invalid memory limit\n"
                         "/x/hotreload-check.service:9: Invalid memory limit\n")
                  .size(),
              1U);
}

TEST(CheckFile, AComplaintWithoutALineIsAboutTheDirectiveThatItMentions) {
    EXPECT_EQ(complaints("hotreload-check.service: Service has Restart= set to either always or "
                         "on-success, which isn't allowed for Type=oneshot services. Refusing.\n"),
              (std::vector{about("Restart", "Service has Restart= set to either always or "
                                            "on-success, which isn't allowed for Type=oneshot "
                                            "services. Refusing")}));
    EXPECT_EQ(complaints("hotreload-check.service: Command /no/such is not executable: No such "
                         "file or directory"),
              (std::vector{about("ExecStartPre", "Command /no/such is not executable: No such "
                                                 "file or directory")}));
    EXPECT_EQ(complaints("hotreload-check.service: Something else.\n"),
              (std::vector{about("", "Something else")}));
}

TEST(CheckFile, AdviceAndOtherUnitsAreNotProblems) {
    EXPECT_TRUE(complaints("/x/hotreload-check.service:8: Unit uses CPUShares=; please use "
                           "CPUWeight= instead. Support for CPUShares= will be removed soon.\n"
                           "/x/hotreload-check.service:7: PIDFile= references a path below legacy "
                           "directory /var/run/, updating /var/run/x.pid → /run/x.pid; please "
                           "update the unit file accordingly.\n"
                           "/etc/systemd/system/other.service:3: Unknown key 'Bar'\n"
                           "Unit hotreload-check.service has a bad unit file setting.\n")
                    .empty());
    EXPECT_TRUE(complaints("").empty());
    EXPECT_TRUE(complaints("hotreload-check.service:99999999999999999999: x\n").empty());
    EXPECT_TRUE(complaints("hotreload-check.service:99: x\nhotreload-check.service:0: x").empty());
}

TEST(CheckFile, WhatDoesNotFitIntoALineIsTakenOutAndNamed) {
    Directives directives = {{"Nice", {"5"}}, {"User", {"a", "b\nc"}}, {"no name", {"x"}}};
    const auto problems = take_out_unfit(directives);
    EXPECT_EQ(directives, (Directives{{"Nice", {"5"}}}));
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0].path, "User");
    EXPECT_EQ(problems[1].path, "no name");
}

} // namespace hotreload::units
