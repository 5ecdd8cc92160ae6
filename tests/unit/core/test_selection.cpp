// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/droppings.hpp"
#include "core/selection.hpp"
#include "core/watch_rules.hpp"

#include <gtest/gtest.h>

namespace hotreload {
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
    EXPECT_EQ(selection.literals(), Selection::Paths{"/etc/a.conf"});
    EXPECT_EQ(selection.bases(), Selection::Paths{"/etc/b"});
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

TEST(Selection, TheEntriesOfADirectoryAreJudgedAsTheirPathsAre) {
    WatchDefinition many;
    many.files = {"/c/*.conf",     "/c/**/a*z", "/c/{d,e/f}/x", "/c/[ab]/?", "/c/deep/**", "/c/\\*",
                  "/c/*/mid*dle*", "/c/plain",  "/**/any/**",   "/c/./dot",  "/c/**/**"};
    many.exclude = {"**/no/**", "**/*.no", "/c/e/*", "**/out"};
    WatchDefinition excluded; // leads to where the other one does not
    excluded.files = {"/c/no/x*", "/c/deep/no/er/x*", "/c/e/f/x*"};
    const auto selection = *Selection::parse({many, excluded});
    using Verdict = Selection::Verdict;
    for (const auto* directory : {"/", "/c", "/c/d", "/c/e", "/c/e/f", "/c/a", "/c/no", "/c/deep",
                                  "/c/deep/no/er", "/x/any", "/x/any/below", "/any", "/x"}) {
        const Selection::Here here(selection, directory);
        for (const auto* name : {"x", "a.conf", ".conf", "az", "abz", "a", "plain", "no", "x.no",
                                 "any", "*", "middle", "mid-dle-", "dot", "out", "f~", "4913"}) {
            const auto path =
                std::string(directory == std::string("/") ? "" : directory) + '/' + name;
            Timing timing;
            EXPECT_EQ(here.judge(name, timing) == Verdict::Ours, selection.file(path).has_value())
                << path;
        }
    }
}

TEST(Selection, SaysWhyAFileIsNotOurs) {
    const auto selection = select({"/c/**/*.conf"}, {"**/x.conf"});
    const Selection::Here here(selection, "/c");
    using Verdict = Selection::Verdict;
    Timing timing;
    EXPECT_EQ(here.judge("a.conf", timing), Verdict::Ours);
    EXPECT_EQ(here.judge("x.conf", timing), Verdict::Excluded);
    EXPECT_EQ(here.judge("readme", timing), Verdict::NoPattern);
    EXPECT_EQ(here.judge("a.conf~", timing), Verdict::Dropping);
}

TEST(Selection, ExplainsWhichPatternMatchesAndWhichExcludeStopsIt) {
    WatchDefinition one;
    one.files = {"/c/*.txt", "/c/**"};
    one.exclude = {"**/vendor", "**/*.log"};
    WatchDefinition two;
    two.files = {"/c/a.log", "/d/*"};
    const auto selection = *Selection::parse({one, two});
    EXPECT_EQ(selection.explain("/c/f"), (PathMatch{true, "", {{"/c/**", ""}, {"", ""}}}));
    EXPECT_EQ(selection.explain("/c/f.txt").watches[0].pattern, "/c/*.txt");
    EXPECT_EQ(selection.explain("/c/a.log"),
              (PathMatch{true, "", {{"/c/**", "**/*.log"}, {"/c/a.log", ""}}}));
    EXPECT_EQ(selection.explain("/c/vendor/m/f"),
              (PathMatch{false, "", {{"/c/**", "**/vendor"}, {"", ""}}}));
    EXPECT_EQ(selection.explain("/e"), (PathMatch{false, "", {{"", ""}, {"", ""}}}));
}

TEST(Selection, ExplainsWhatIsBuiltIn) {
    const auto selection = select({"/c/**", "/c/.git/config"});
    const auto dropping = selection.explain("/c/f~");
    EXPECT_FALSE(dropping.watched);
    EXPECT_EQ(dropping.built_in, "left by an editor or a tool (f~)");
    const auto hidden = selection.explain("/c/.git/HEAD");
    EXPECT_FALSE(hidden.watched);
    EXPECT_EQ(hidden.built_in, "in .git, which is not looked into");
    EXPECT_TRUE(selection.explain("/c/.git/config").watched) << "it is named";
}

TEST(Selection, what_build_tools_write_is_not_looked_into_unless_a_pattern_asks_for_it) {
    const auto selection = select({"/p/**"});
    for (const char* name : {"__pycache__", "node_modules", ".venv", ".pytest_cache", ".next"})
        EXPECT_FALSE(selection.directory(std::string("/p/a/") + name)) << name;
    for (const char* name : {"target", "dist", "build", "venv", "cache", "__pycache"})
        EXPECT_TRUE(selection.directory(std::string("/p/a/") + name)) << name;
    EXPECT_FALSE(selection.file("/p/a.pyc"));
    EXPECT_TRUE(selection.file("/p/a.py"));
    EXPECT_EQ(selection.explain("/p/node_modules/x/a.js").built_in,
              "in node_modules, which is not looked into");

    const auto asked = select({"/p/*/node_modules/x/*.js", "/p/**", "/p/**/*.pyc", "/p/f.swp"});
    EXPECT_TRUE(asked.directory("/p/a/node_modules"));
    EXPECT_TRUE(asked.directory("/p/a/node_modules/x"));
    EXPECT_FALSE(asked.directory("/p/a/b/node_modules")) << "it cannot match there";
    EXPECT_FALSE(asked.directory("/p/a/.venv"));
    EXPECT_TRUE(asked.explain("/p/a/node_modules/x/a.js").watched);
    EXPECT_TRUE(asked.file("/p/b/a.pyc"));
    EXPECT_TRUE(asked.file("/p/f.swp"));
    EXPECT_FALSE(asked.file("/p/a.swp"));
    EXPECT_TRUE(select({"/p/node_modules/x/**"}).directory("/p/node_modules/x/lib"));
}

TEST(Selection, a_dropping_whose_name_has_to_be_escaped_is_named_all_the_same) {
    EXPECT_TRUE(select({"/c/\\[x\\]~"}).file("/c/[x]~"));
}

// The files of a made-up disk that a walk finds: from each base, into each directory that is worth
// it; and those that are named.
class Walk {
public:
    explicit Walk(const Selection& selection) : selection_(selection) {
        for (const auto& base : selection.bases())
            visit(base, 4 - std::ranges::count(base, '/'));
        found.insert(selection.literals().begin(), selection.literals().end());
    }

    std::set<std::string> found;
    std::set<std::string> all;

private:
    void visit(const std::string& directory, long levels) {
        const Selection::Here here(selection_, directory);
        for (const auto* name : {"a", "b.x", ".git", "lib", "f~"}) {
            const auto path = directory + "/" + name;
            all.insert(path);
            Timing timing;
            if (here.judge(name, timing) == Selection::Verdict::Ours) {
                found.insert(path);
                EXPECT_EQ(selection_.file(path), timing) << path;
            }
            if (levels > 0 && selection_.directory(path))
                visit(path, levels - 1);
        }
    }

    const Selection& selection_;
};

std::vector<std::vector<WatchDefinition>> many_watches() {
    const auto watch = [](std::vector<std::string> files, std::vector<std::string> exclude = {}) {
        WatchDefinition definition;
        definition.files = std::move(files);
        definition.exclude = std::move(exclude);
        return definition;
    };
    return {
        {watch({"/c/**"})},
        {watch({"/c/**"}, {"**/lib"})},
        {watch({"/c/**"}, {"/c/lib"}), watch({"/c/lib/*.x"})},
        {watch({"/c/**"}, {"/c/lib"}), watch({"/c/lib/lib/*.x"}, {"/c/lib"})},
        {watch({"/c/**"}), watch({"/c/.git/*.x", "/c/lib/f~"})},
        {watch({"/c/**", "/c/.git/lib/a"}, {"**/b.x"}), watch({"/c/*/b.x"})},
        {watch({"/c/a", "/c/lib/.git/a"}, {"/c/a"}), watch({"/c/*"}, {"**/lib"})},
        {watch({"/c/{lib,.git}/**"}, {"**/lib/lib/**"})},
    };
}

TEST(Selection, whoever_asks_about_a_path_gets_the_answer_that_a_walk_gives) {
    for (const auto& watches : many_watches()) {
        const auto selection = *Selection::parse(watches);
        MemberDefinition service;
        service.watches = watches;
        const WatchRules rules(service);
        std::set<std::string> disk =
            Walk(*Selection::parse({{.files = {"/c/{*,.git}/**"}}, {.files = {"/c/**/.git/**"}}}))
                .all;
        const Walk walk(selection);
        disk.insert(walk.all.begin(), walk.all.end());
        disk.insert(walk.found.begin(), walk.found.end());
        for (const auto& path : disk) {
            const bool ours = walk.found.contains(path);
            EXPECT_EQ(selection.file(path).has_value(), ours) << path;
            EXPECT_EQ(selection.first_watch(path).has_value(), ours) << path;
            EXPECT_EQ(selection.explain(path).watched, ours) << path;
            EXPECT_EQ(rules.watch(path) != nullptr, ours) << path;
        }
    }
}

} // namespace
} // namespace hotreload
