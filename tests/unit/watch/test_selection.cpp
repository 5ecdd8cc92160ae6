// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/droppings.hpp"
#include "watch/selection.hpp"

#include <gtest/gtest.h>

namespace hotreload::watch {
namespace {

using namespace std::chrono_literals;

Selection select(std::vector<std::string> files, std::vector<std::string> exclude = {}) {
    WatchDefinition watch;
    watch.files = std::move(files);
    watch.exclude = std::move(exclude);
    return *Selection::parse({watch});
}

TEST(Droppings, AreWhatEditorsLeaveForAMoment) {
    for (const auto* name : {"4913", ".f.swp", "f.swp", ".f.swx", ".f.swo", "f~", "~", ".#f", "#f#",
                             "f.tmp", ".f.kate-swp", "f___jb_tmp___", "f___jb_old___",
                             ".goutputstream-X1Y2Z3", "nginx.conf.dpkg-new"})
        EXPECT_TRUE(is_dropping(name)) << name;
}

TEST(Droppings, AreNotNamesThatOnlyLookAlike) {
    for (const auto* name : {"49130", "14913", "swp", ".swp", "f.swap", "a~b", "#f", "f#", "##",
                             ".f", "tmp", "f.tmpl", "f.conf", ".env", ".tmp"})
        EXPECT_FALSE(is_dropping(name)) << name;
}

TEST(Selection, AFileIsOneOfOursByPatternAndNotByExclude) {
    const auto selection = select({"/c/*.conf", "/c/x"}, {"**/old.conf"});
    EXPECT_TRUE(selection.file("/c/a.conf"));
    EXPECT_TRUE(selection.file("/c/x"));
    EXPECT_FALSE(selection.file("/c/old.conf"));
    EXPECT_FALSE(selection.file("/c/y"));
    EXPECT_FALSE(selection.file("/c/.a.conf.swp"));
}

TEST(Selection, AnExcludeIsForTheFilesOfItsOwnWatch) {
    WatchDefinition one;
    one.files = {"/c/**"};
    one.exclude = {"**/x"};
    WatchDefinition two;
    two.files = {"/c/x"};
    const auto selection = *Selection::parse({one, two});
    EXPECT_TRUE(selection.file("/c/x"));
    EXPECT_FALSE(selection.file("/c/d/x"));
}

TEST(Selection, ADroppingThatIsNamedIsSelected) {
    const auto selection = select({"/c/**/4913", "/c/keys~", "/c/*"});
    EXPECT_TRUE(selection.file("/c/4913"));
    EXPECT_TRUE(selection.file("/c/keys~"));
    EXPECT_FALSE(selection.file("/c/other~"));
}

TEST(Selection, PrivateAndExcludedDirectoriesAreNotDescendedInto) {
    const auto selection = select({"/c/**"}, {"**/node_modules/**"});
    EXPECT_TRUE(selection.directory("/c/a/b"));
    EXPECT_FALSE(selection.directory("/c/.git"));
    EXPECT_FALSE(selection.directory("/c/node_modules"));
    EXPECT_FALSE(selection.directory("/d"));
    EXPECT_FALSE(select({"/c/*.conf"}).directory("/c/a"));
}

TEST(Selection, LiteralsAreFollowedAndOtherPatternsBegin) {
    const auto selection =
        select({"/etc/a.conf", "/etc/b/*.conf", "/etc/b/**", "/etc/no"}, {"/etc/no"});
    EXPECT_EQ(selection.literals(), std::set<std::string>{"/etc/a.conf"});
    EXPECT_EQ(selection.bases(), std::set<std::string>{"/etc/b"});
}

TEST(Selection, TheSlowestWatchOfAFileCounts) {
    WatchDefinition fast;
    fast.files = {"/c/*"};
    fast.debounce = 0ms;
    fast.debounce_max = 2s;
    WatchDefinition slow;
    slow.files = {"/c/x"};
    slow.debounce = 80ms;
    slow.debounce_max = 1s;
    const auto selection = *Selection::parse({fast, slow});
    EXPECT_EQ(selection.file("/c/x"), (Timing{80ms, 2s}));
    EXPECT_EQ(selection.file("/c/y"), (Timing{0ms, 2s}));
}

TEST(Selection, DebounceMaxIsNeverLessThanDebounce) {
    WatchDefinition watch;
    watch.files = {"/c"};
    watch.debounce = 5s;
    EXPECT_EQ(Selection::parse({watch})->file("/c"), (Timing{5s, 5s}));
}

TEST(Selection, PatternsThatAreNoneOrRelativeAreRefused) {
    for (const auto* pattern : {"/a[", "a/*", "*"}) {
        WatchDefinition watch;
        watch.files = {pattern};
        EXPECT_FALSE(Selection::parse({watch})) << pattern;
    }
}

} // namespace
} // namespace hotreload::watch
