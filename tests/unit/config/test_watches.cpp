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
    EXPECT_EQ(web.watches[0].exclude,
              (Patterns{"**/*.tmp", directory_ + "/sub/b", directory_ + "/sub/b/**"}));
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
    std::filesystem::create_directory(directory_ + "/a[b]");
    expect_problem(kWeb + "watch = ['a\\[b\\]']\n", "is a directory");
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
    const auto project =
        parse_project("[project]\nname = 'x'\n[services.web]\ncommand = ['sh']\n"
                      "watch = ['*.conf']\n",
                      "/srv/[a]/hotreload.toml", all_kinds(),
                      [](const std::string&) -> Result<std::string> { return ""; });
    ASSERT_TRUE(project.has_value());
    EXPECT_EQ(project->services.at("web")->watches[0].files, Patterns{"/srv/\\[a\\]/*.conf"});
}

TEST_F(ProjectTest, a_watch_says_how_its_documents_are_understood) {
    const auto web = service(kWeb + "reload_signal = 'HUP'\n"
                                    "[watch]\nbackup = 3\n"
                                    "[[services.web.watch]]\n"
                                    "files = ['app.conf']\n"
                                    "format = 'ini'\n"
                                    "schema = 'app.schema.json'\n"
                                    "keys = { 'log.*' = 'reload', 'servers[*].weight' = 'none', "
                                    "'database.**' = 'restart', image = 'manual', a = 'auto' }\n"
                                    "[[services.web.watch]]\n"
                                    "files = ['b.toml']\nbackup = 0\n");
    const auto& watch = web.watches.at(0);
    EXPECT_EQ(watch.format, Format::Ini);
    EXPECT_EQ(watch.schema, directory_ + "/app.schema.json");
    EXPECT_EQ(watch.backup, 3U);
    EXPECT_EQ(web.watches.at(1).backup, 0U);
    EXPECT_EQ(watch.keys, (std::map<std::string, std::optional<Strategy>>{
                              {"a", std::nullopt},
                              {"database.**", Strategy::Restart},
                              {"image", Strategy::Manual},
                              {"log.*", Strategy::Reload},
                              {"servers[*].weight", Strategy::None}}));
}

TEST_F(ProjectTest, what_is_wrong_with_a_document_watch_is_named) {
    const auto watch = kWeb + "[[services.web.watch]]\nfiles = ['a.toml']\n";
    expect_problem(watch + "format = 'xml'\n", "5:1: services.web.watch.0.format: expected one of");
    expect_problem(watch + "schema = ''\n", "schema: is empty");
    expect_problem(watch + "schema = 'bin'\n", "is a directory");
    expect_problem(watch + "schema = '" + std::string(5000, 'x') + "'\n",
                   "schema: is no path: give that of a file with the JSON Schema");
    expect_problem(watch + "backup = -1\n", "expected 0 to 1000 copies, found -1");
    expect_problem(watch + "backup = '1'\n", "expected an integer, found a string");
    expect_problem(watch + "keys = { 'a[' = 'none' }\n", "services.web.watch.0.keys.a[");
    expect_problem(watch + "keys = { a = 'later' }\n", "expected one of");
    expect_problem(watch + "keys = { a = 1 }\n", "expected a string, found an integer");
    expect_problem(watch + "keys = { a = 'reload' }\n", "the service has no way to reload");
    expect_problem(watch + "format = 'bytes'\nschema = 's.json'\n", "do not go with schema");
    expect_problem(kWeb + "[[services.web.watch]]\nfiles = ['a.conf']\nkeys = { a = 'none' }\n",
                   "is no document by its name, so keys cannot be used: give format");
}

TEST_F(ProjectTest, configs_are_called_by_their_table_or_after_their_file) {
    const auto project = good("[configs.app]\nfile = 'conf/app.toml'\nschema = 's.json'\n");
    const auto& app = project.configs.at("app");
    EXPECT_EQ(app.file, directory_ + "/conf/app.toml");
    EXPECT_EQ(app.watch.files, Patterns{directory_ + "/conf/app.toml"});
    EXPECT_EQ(app.watch.schema, directory_ + "/s.json");
    const auto listed = good("configs = ['conf/app.toml', 'limits.prod.yaml']\n");
    EXPECT_EQ(listed.configs.at("limits").file, directory_ + "/limits.prod.yaml");
    EXPECT_TRUE(listed.configs.contains("app"));
}

TEST_F(ProjectTest, what_is_wrong_with_a_config_is_named) {
    expect_problem("[configs.app]\n", "1:10: configs.app: names no document");
    expect_problem("[configs.app]\nfile = 'app.txt'\n", "is no document that can be published");
    expect_problem("[configs.App]\nfile = 'app.toml'\n", "is not a valid name of a config");
    expect_problem("configs = ['a.toml', 'x/a.yaml']\n", "is the name of another one");
    expect_problem("configs = 'a.toml'\n", "expected a table or an array of strings");
    expect_problem("[project]\nsecrets = ['a..b']\n", "project.secrets.0");
}

TEST_F(ProjectTest, an_exclude_may_name_a_directory) {
    const auto web =
        service("[watch]\nexclude = ['bin', 'dist/', '**/cache', '*.d/', '**/x/**']\n" + kWeb +
                "watch = ['**']\n");
    EXPECT_EQ(web.watches[0].exclude,
              (Patterns{directory_ + "/bin", directory_ + "/bin/**", directory_ + "/dist",
                        directory_ + "/dist/**", "**/cache", "**/cache/**", directory_ + "/*.d",
                        "**/x/**", directory_ + "/hotreload.toml"}));
}

TEST_F(ProjectTest, the_project_file_is_no_content_of_its_services_unless_it_is_named) {
    env_files_[directory_ + "/.env"] = "";
    const auto project = good(kWeb + "env_file = ['.env', '-none.env']\nwatch = ['**']\n"
                                     "[services.b]\ncommand = 'sh'\nwatch = ['*', '.env']\n"
                                     "[services.c]\ncommand = 'sh'\nwatch = ['conf/*']\n");
    EXPECT_EQ(
        project.services.at("web")->watches[0].exclude,
        (Patterns{directory_ + "/.env", directory_ + "/none.env", directory_ + "/hotreload.toml"}));
    EXPECT_EQ(project.services.at("b")->watches[0].exclude,
              (Patterns{directory_ + "/none.env", directory_ + "/hotreload.toml"}));
    EXPECT_TRUE(project.services.at("c")->watches[0].exclude.empty());
}
