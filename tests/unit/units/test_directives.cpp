// SPDX-License-Identifier: LGPL-2.1-or-later
#include "units/directives.hpp"

#include <gtest/gtest.h>

namespace hotreload::units {

TEST(Directives, GoToTheSectionWhereSystemdLooksForThem) {
    EXPECT_EQ(join_lines(unit_file_lines({{"After", {"a.service", "b.service"}},
                                          {"AssertPathExists", {"/etc"}},
                                          {"MemoryMax", {"1G"}},
                                          {"Restart", {"always"}},
                                          {"StartLimitBurst", {"3"}}})),
              "[Unit]\nAfter=a.service\nAfter=b.service\nAssertPathExists=/etc\n"
              "StartLimitBurst=3\n[Service]\nMemoryMax=1G\nRestart=always\n");
}

TEST(Directives, ASectionWithoutLinesIsLeftOut) {
    EXPECT_EQ(join_lines(unit_file_lines({{"Nice", {"5"}}})), "[Service]\nNice=5\n");
    EXPECT_EQ(join_lines(unit_file_lines({{"Wants", {"a.service"}}})), "[Unit]\nWants=a.service\n");
    EXPECT_EQ(join_lines(unit_file_lines({{"Nice", {}}})), "");
}

TEST(Directives, AnEmptyValueResets) {
    EXPECT_EQ(join_lines(unit_file_lines({{"Environment", {""}}})), "[Service]\nEnvironment=\n");
}

TEST(Directives, WhatWouldBecomeAnotherLineIsUnfit) {
    EXPECT_FALSE(unfit_for_a_line("Environment", "A=1 \"B=a b\""));
    EXPECT_FALSE(unfit_for_a_line("MemoryMax", ""));
    EXPECT_TRUE(unfit_for_a_line("Nice", "5\nExecStart=/bin/false"));
    EXPECT_TRUE(unfit_for_a_line("Nice", "5\rx"));
    EXPECT_TRUE(unfit_for_a_line("Nice", std::string("5\0x", 3)));
    EXPECT_TRUE(unfit_for_a_line("Environment", "A=1\\"));
    EXPECT_TRUE(unfit_for_a_line("Nice=5\nUser", "root"));
    EXPECT_TRUE(unfit_for_a_line("", "5"));
    EXPECT_TRUE(unfit_for_a_line("[Service]", "5"));
}

TEST(Directives, OfACommandOnlyTheMainProcessStandsForSomething) {
    EXPECT_EQ(exec_line({"kill", "-HUP", "$MAINPID"}), R"("kill" "-HUP" "$MAINPID")");
    EXPECT_EQ(exec_line({"/a $b%", "x${MAINPID}y", "sh $MAINPID", "$HOME", "50%", "$$"}),
              R"("/a $b%%" "x${MAINPID}y" "sh $$MAINPID" "$$HOME" "50%%" "$$$$")");
    EXPECT_EQ(exec_line({"a", "\"q\" \\", "l\nm\r", "", "'"}), R"("a" "\"q\" \\" "l\nm\r" "" "'")");
    EXPECT_FALSE(unfit_for_a_line("ExecReload", exec_line({"a", "l\nm\\"})));
}

// As systemd 257 reads them.
TEST(Directives, PathsThatAreShownMayHaveSeparatorsAndSpecifiersInThem) {
    const auto shown = bind_directives({{"/run/a b:c", "/etc/50%"}, {"/d\\e", "/live", true}});
    ASSERT_TRUE(shown);
    EXPECT_EQ(*shown, (Directives{{"BindReadOnlyPaths", {"/run/a\\ b\\:c:/etc/50%%"}},
                                  {"BindPaths", {"/d\\\\e:/live"}}}));
    EXPECT_FALSE(bind_directives({{"/run/a", "/etc/\"b\""}}));
    EXPECT_EQ(bind_directives({}), Directives());
}

} // namespace hotreload::units
