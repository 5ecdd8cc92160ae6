// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

using namespace hotreload;
using namespace std::chrono_literals;
using hotreload::test::kWeb;
using hotreload::test::ProjectTest;

namespace {

using Patterns = std::vector<std::string>;

} // namespace

TEST_F(ProjectTest, the_short_form_is_one_watch_with_the_defaults) {
    const auto web = service(kWeb + "watch = ['conf/*.toml', '/etc/x/**']\n"
                                    "[watch]\ndebounce = '20ms'\nexclude = ['**/*.tmp']\n");
    ASSERT_EQ(web.watches.size(), 1U);
    EXPECT_EQ(web.watches[0].files, (Patterns{directory_ + "/conf/*.toml", "/etc/x/**"}));
    EXPECT_EQ(web.watches[0].exclude, Patterns{"**/*.tmp"});
    EXPECT_EQ(web.watches[0].debounce, 20ms);
    EXPECT_EQ(web.watches[0].debounce_max, 1s);
    EXPECT_EQ(web.watches[0].on_change, std::nullopt);
}

TEST_F(ProjectTest, the_long_form_adds_to_the_defaults) {
    const auto web = service("[watch]\nexclude = ['**/*.tmp']\ndebounce_max = '3s'\n" + kWeb +
                             "[[services.web.watch]]\n"
                             "files = ['a']\n"
                             "exclude = ['sub/b']\n"
                             "debounce = '2s'\n"
                             "on_change = 'manual'\n"
                             "[[services.web.watch]]\n"
                             "files = ['**/*.conf']\n"
                             "on_change = 'auto'\n");
    ASSERT_EQ(web.watches.size(), 2U);
    EXPECT_EQ(web.watches[0].exclude, (Patterns{"**/*.tmp", directory_ + "/sub/b"}));
    EXPECT_EQ(web.watches[0].debounce, 2s);
    EXPECT_EQ(web.watches[0].debounce_max, 3s);
    EXPECT_EQ(web.watches[0].on_change, Strategy::Manual);
    EXPECT_EQ(web.watches[1].files, Patterns{directory_ + "/**/*.conf"});
    EXPECT_EQ(web.watches[1].exclude, Patterns{"**/*.tmp"});
    EXPECT_EQ(web.watches[1].debounce, 50ms);
    EXPECT_EQ(web.watches[1].on_change, std::nullopt);
}

TEST_F(ProjectTest, a_longer_debounce_takes_its_limit_along) {
    const auto web = service("[watch]\ndebounce = '5s'\n" + kWeb + "watch = ['a']\n");
    EXPECT_EQ(web.watches[0].debounce_max, 5s);
    expect_problem("[watch]\ndebounce = '5s'\ndebounce_max = '1s'\n",
                   "3:1: watch.debounce_max: debounce_max (1s) is shorter than debounce (5s)");
    expect_problem("[watch]\ndebounce_max = '1s'\n" + kWeb +
                       "[[services.web.watch]]\nfiles = ['a']\ndebounce = '2s'\n",
                   "7:1: services.web.watch.0.debounce: debounce_max (1s) is shorter");
}

TEST_F(ProjectTest, a_wrong_pattern_is_named_where_it_stands) {
    expect_problem(kWeb + "watch = ['a',\n  '[b']\n", "4:3: services.web.watch.1: pattern \"[b\"");
    expect_problem(kWeb + "watch = ['']\n", "services.web.watch.0: pattern \"\" is empty");
    expect_problem(kWeb + "watch = ['bin']\n",
                   "pattern \"bin\" is a directory; for the files in it write \"bin/**\"");
    expect_problem(kWeb + "watch = ['conf.d/']\n", "write \"conf.d/**\"");
    expect_problem(kWeb + "watch = ['*/../x']\n", "has \".\" or \"..\" after a wildcard");
    expect_problem("[watch]\nexclude = ['{a']\n", "2:12: watch.exclude.0: pattern \"{a\"");
}

TEST_F(ProjectTest, a_wrong_watch_is_named) {
    expect_problem(kWeb + "[[services.web.watch]]\non_change = 'restart'\n",
                   "3:1: services.web.watch.0: names no files");
    expect_problem(kWeb + "[[services.web.watch]]\nfiles = []\n", "names no files");
    expect_problem(kWeb + "[[services.web.watch]]\nfiles = ['a']\non_change = 'x'\n",
                   "5:1: services.web.watch.0.on_change: expected one of");
    expect_problem("[watch]\ndebounce = 'x'\n", "2:1: watch.debounce: \"x\" is not a duration");
    expect_problem("[watch]\ndebounce_max = 'infinity'\n", "watch.debounce_max: cannot be");
    EXPECT_TRUE(service(kWeb + "watch = []\n").watches.empty());
}

TEST_F(ProjectTest, wildcards_in_the_directorys_own_name_are_plain_letters) {
    const auto project = parse_project(
        "[project]\nname = 'x'\n[services.web]\ncommand = ['sh']\n"
        "watch = ['*.conf']\n",
        "/srv/[a]/hotreload.toml", [](const std::string&) -> Result<std::string> { return ""; });
    ASSERT_TRUE(project.has_value());
    EXPECT_EQ(project->services.at("web").watches[0].files, Patterns{"/srv/\\[a\\]/*.conf"});
}
