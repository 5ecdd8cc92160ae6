// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <sys/stat.h>

#include <algorithm>

using namespace hotreload;
using hotreload::test::kWeb;
using hotreload::test::ProjectTest;
namespace fs = std::filesystem;

TEST_F(ProjectTest, an_empty_file_is_a_project_named_after_its_directory) {
    const auto project = good("");
    EXPECT_EQ(project.name, "shop");
    EXPECT_EQ(project.path, file());
    EXPECT_EQ(project.directory, directory_);
    EXPECT_TRUE(project.enabled);
    EXPECT_TRUE(project.services.empty());
}

TEST_F(ProjectTest, a_directory_whose_name_is_none_needs_a_name) {
    const auto read = [](std::string_view text) {
        return parse_project(text, "/srv/My Shop/hotreload.toml", all_kinds(),
                             [](const std::string&) -> Result<std::string> { return ""; });
    };
    const auto project = read("[project]\n");
    ASSERT_FALSE(project.has_value());
    EXPECT_EQ(to_string(project.error().front()),
              "/srv/My Shop/hotreload.toml:1:2: the directory's name \"My Shop\" cannot be the "
              "project's: give one as name = \"…\" in [project]");
    EXPECT_EQ(read("[project]\nname = 'my-shop'\n")->name, "my-shop");
}

TEST_F(ProjectTest, a_file_that_is_not_called_hotreload_toml_gives_its_own_name) {
    const auto project =
        parse_project("", "/etc/hotreload/nginx.toml", all_kinds(),
                      [](const std::string&) -> Result<std::string> { return ""; });
    EXPECT_EQ(project->name, "nginx");
}

TEST_F(ProjectTest, every_value_of_project_is_taken) {
    const auto project = good("[project]\nname = 'x-1'\nenabled = false\n");
    EXPECT_EQ(project.name, "x-1");
    EXPECT_FALSE(project.enabled);
}

// It is parsed by another thread.
TEST_F(ProjectTest, a_large_file_is_read_like_any_other) {
    std::string text;
    for (int i = 0; i < 2000; ++i)
        text += "[services.s" + std::to_string(i) + "]\ncommand = ['sh']\n";
    EXPECT_EQ(good(text).services.size(), 2000U);
    expect_problem(text + "[services\n", "4001:10: syntax error");
}

TEST_F(ProjectTest, the_place_of_every_key_is_known) {
    const auto project = good("[project]\n"
                              "name = 'x'\n"
                              "[services.web]\n"
                              "command = ['bin/web']\n"
                              "  properties = { MemoryMax = '1G', CPUWeight = 5 }\n"
                              "[services.web.env]\n"
                              "X = '1'\n"
                              "[[services.web.watch]]\n"
                              "files = ['a']\n");
    const auto at = [&](const char* key) {
        const auto place = project.source_map.find(key);
        return place ? std::pair(place->line, place->column) : std::pair(0U, 0U);
    };
    EXPECT_EQ(at("project.name"), std::pair(2U, 1U));
    EXPECT_EQ(at("services.web"), std::pair(3U, 11U));
    EXPECT_EQ(at("services.web.command"), std::pair(4U, 1U));
    EXPECT_EQ(at("services.web.properties.MemoryMax"), std::pair(5U, 18U));
    EXPECT_EQ(at("services.web.properties.CPUWeight"), std::pair(5U, 36U));
    EXPECT_EQ(at("services.web.env.X"), std::pair(7U, 1U));
    EXPECT_EQ(at("services.web.watch.0"), std::pair(8U, 1U));
    EXPECT_EQ(at("services.web.watch.0.files"), std::pair(9U, 1U));
}

TEST_F(ProjectTest, an_unknown_key_is_named_with_its_place_and_the_nearest_one) {
    EXPECT_EQ(problems("[services.web]\ncommand = ['bin/web']\n  comand = 1\n"),
              std::vector<std::string>{
                  "3:3: unknown key \"comand\" in [services.web]; did you mean \"command\"?"});
    expect_problem("[servces.web]\n", "1:2: unknown key \"servces\" in the file; did you mean "
                                      "\"services\"?");
    expect_problem("[project]\nxyz = 1\n",
                   "2:1: unknown key \"xyz\" in [project]; there are: name, env, enabled");
    expect_problem("[watch]\ndebouce = '1s'\n", "did you mean \"debounce\"?");
    expect_problem("[[services.web.watch]]\nfile = ['a']\n",
                   "2:1: unknown key \"file\" in [services.web.watch.0]; did you mean \"files\"?");
}

TEST_F(ProjectTest, a_key_of_a_later_version_is_refused_as_such) {
    expect_problem("[tasks.x]\ncommand = ['true']\n", "is not supported by this version");
}

TEST_F(ProjectTest, a_wrong_type_says_what_was_found_and_what_is_expected) {
    expect_problem("[services.web]\ncommand = 7\n",
                   "2:1: services.web.command: expected a string or an array of strings, found");
    expect_problem("[services.web]\ncommand = ['bin/web',\n  1]\n",
                   "3:3: services.web.command.1: expected a string, found an integer");
    expect_problem("[project]\nenabled = 'no'\n", "2:1: project.enabled: expected true or false, "
                                                  "found a string");
    expect_problem("[project]\nname = 2024-01-01\n", "expected a string, found a date");
    expect_problem("services = 1\n", "1:1: services: expected a table, found an integer");
    expect_problem("[services]\nweb = []\n", "2:1: services.web: expected a table, found an array");
    expect_problem("[watch]\ndebounce = 50\n", "expected a string, found an integer");
    expect_problem("[services.web]\nwatch = 'a'\n",
                   "expected an array of strings or tables, found a "
                   "string: write [\"…\"]");
    expect_problem("[services.web]\nwatch = ['a', {}]\n", "expected a string, found a table");
    expect_problem("[services.web]\nenv_file = 1\n", "expected a string or an array of strings");
    expect_problem("[project]\nname = \"a\\u0000b\"\n", "project.name: contains a NUL character");
    expect_problem("[services.web]\ncommand = ['sh', \"a\\u0000b\"]\n",
                   "2:18: services.web.command.1: contains a NUL character");
}

TEST_F(ProjectTest, all_problems_are_reported_from_top_to_bottom) {
    const auto all = problems("[services.web]\n"
                              "strategy = 'reboot'\n"
                              "command = ['bin/none']\n"
                              "[project]\n"
                              "nam = 1\n"
                              "name = 'X'\n");
    ASSERT_EQ(all.size(), 4U);
    EXPECT_TRUE(all[0].starts_with("2:1: services.web.strategy: expected one of \"auto\""));
    EXPECT_TRUE(all[1].starts_with("3:1: services.web.command: "));
    EXPECT_TRUE(all[2].starts_with("5:1: unknown key \"nam\""));
    EXPECT_TRUE(all[3].starts_with("6:1: project.name: "));
}

TEST_F(ProjectTest, a_syntax_error_is_one_problem_with_its_place) {
    const auto all = problems("[project]\nname = \n");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].starts_with("2:8: syntax error: ")) << all[0];
    EXPECT_EQ(problems("# é\nname = '\xff'\n"),
              std::vector<std::string>{"2:9: the file is not valid UTF-8"});
    EXPECT_EQ(problems(std::string(100000, '[')).size(), 1U);
    EXPECT_EQ(problems("a = " + std::string(100000, '[')).size(), 1U);
}

TEST_F(ProjectTest, a_syntax_error_says_what_is_to_be_written) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {kWeb + "validate = nginx -t\n", "3:13: syntax error: text has to be in quotes: write "
                                         "validate = \"…\""},
        {kWeb + "validate = /usr/sbin/nginx\n", "text has to be in quotes"},
        {kWeb + "watch = [src/**]\n", "3:10: syntax error: text has to be in quotes: \"…\""},
        {kWeb + "strategy = restart\n", "text has to be in quotes: write strategy = \"…\""},
        {kWeb + "type = notify # x\n", "text has to be in quotes"},
        {kWeb + "strategy = none\n", "text has to be in quotes"},
        {kWeb + "after = true-ish\n", "text has to be in quotes"},
        {"[watch]\ndebounce = 50ms\n", "a time or a size: write debounce = \"…\""},
        {"[watch]\ndebounce = 1min 30s\n", "a time or a size"},
        {kWeb + "ports = 127.0.0.1:80\n", "a time or a size: write ports = \"…\""},
        {"[project]\nenabled = no\n", "a boolean is written true or false"},
        {"[project]\nenabled = False # x\n", "a boolean is written true or false"},
        {"[project]\nname = \n", "a value is missing: write name = …"},
        {"[project]\nname =", "a value is missing"},
        {"[project]\nname = # x\n", "a value is missing"},
        {"[project]\nname = \"x\n", "the string is not closed"},
        {"[project]\nname = 'x\n", "the string is not closed"},
        {"[project]\nname = \"\"\"x\n", "the string is not closed"},
        {"[project]\nname = \"a\\d\"\n", "a backslash in \"…\" begins an escape"},
        {"[project]\nname = “x”\n", "quotes are the plain \" and '"},
        {"[project]\nname: x\n",
         "2:5: syntax error: a key and its value have = between them: write "
         "name = …"},
        {"[project]\nmy name = 'x'\n", "a key and its value have = between them"},
        {"// x\n", "a comment begins with #"},
        {"; x\n", "a comment begins with #"},
        {"{ \"a\": 1 }\n", "is written in TOML"},
        {"[services.web\ncommand = 'x'\n", "1:14: syntax error: a ] is missing"},
        {"[services.my web]\n", "a name with other characters"},
        {"[[services.web.watch]\n", "a ] is missing"},
        {"[services.wéb]\n", "a name with other characters"},
        {kWeb + "env = { A = '1', }\n", "a comma in front of } is one too many"},
        {kWeb + "env = { A = '1',\n B = '2' }\n", "has to stand in one line"},
        {kWeb + "env = {\n B = '2' }\n", "has to stand in one line"},
        {kWeb + "env = { A = '1'\n}\n", "has to stand in one line"},
        {kWeb + "watch = ['a' 'b']\n", "a comma or a ] is missing"},
        {kWeb + "watch = ['a',\n", "a ] is missing"},
        {kWeb + "mode = 0660\n", "a number does not begin with 0"},
        {kWeb + "command = ['x']\n",
         "3:11: syntax error: the key command is given twice: keep one"},
        {kWeb + "[services.web]\n",
         "services.web is given before: put all of its keys into one place"},
        {kWeb + "watch = ['a']\n[[services.web.watch]]\nfiles = ['b']\n",
         "services.web.watch is given before, as an array or a table: write that one as a table "
         "[[services.web.watch]], too, with files = […]"},
        {"[[services.web.watch]]\n[services.web.watch]\n",
         "services.web.watch is an array of tables before: write [[services.web.watch]]"},
        {"[project]\nname = 'x' 'y'\n", "2:12: syntax error: something follows the value"},
        {"[project]\nname = \"a\"b\"\n", "a quote within \"…\" is written \\\""},
        {"[project]\nname = 'a'; # x\n", "something follows the value"},
        {"[project]\nname = [\n", "a ] is missing"},
        {"[project]\nenv = {\n", "has to stand in one line"},
        {"[project]\nenv = { A = b }\n", "2:13: syntax error: text has to be in quotes: \"…\""},
        {"[project]\nname\n", "a key and its value have = between them"},
        {"[project] name = 'x'\n", "a key stands in a line of its own, below its [TABLE]"},
        {"[]\n", "a table has a name"},
        {"= 'x'\n", "a key is missing in front of the ="},
        {"[project]\nenv.A = 1\nenv = {}\n", "the key env is given twice: keep one"},
        {"[project]\nenv = {}\nenv.A = 1\n", "a key is given before, as something else"},
        {"[project]\nname = 2024-13-01\n", "month between 1 and 12"},
    };
    for (const auto& [text, wanted] : cases) {
        const auto all = problems(text);
        ASSERT_EQ(all.size(), 1U) << text;
        EXPECT_TRUE(all[0].contains(wanted)) << text << "\n" << all[0] << "\n" << wanted;
        EXPECT_FALSE(all[0].contains("Error while parsing")) << all[0];
    }
}

TEST_F(ProjectTest, a_syntax_error_does_not_repeat_a_value) {
    expect_problem(kWeb + "env = { PASSWORD = hunter2 }\n", "syntax error: ");
    for (const auto& each : problems(kWeb + "env.PASSWORD = hunter2\n"))
        EXPECT_FALSE(each.contains("hunter2")) << each;
}

TEST_F(ProjectTest, deep_nesting_is_refused_before_the_stack_is_used_up) {
    const auto parts = [](int count) {
        std::string key = "a";
        for (int i = 1; i < count; ++i)
            key += ".a";
        return key;
    };
    const std::string why = "nested deeper than 100 levels, and nothing in a project file needs "
                            "that: remove the dots or brackets that are too many";
    EXPECT_EQ(problems(parts(105'000) + " = 1\n"), std::vector<std::string>{"1:200: " + why});
    EXPECT_EQ(problems("# x\n[" + parts(105'000) + "]\n"),
              std::vector<std::string>{"2:201: " + why});
    EXPECT_EQ(problems("[services.web]\nenv." + parts(98) + " = 1\n"),
              std::vector<std::string>{"2:198: " + why});
    expect_problem(parts(100) + " = 1\n", "1:1: unknown key \"a\"");
}

TEST_F(ProjectTest, a_file_is_loaded_with_its_env_files) {
    write("hotreload.toml", "[services.web]\ncommand = ['bin/web']\nenv_file = '.env'\n");
    write(".env", "A=1\n");
    const auto project = load_project(directory_ + "/bin/../hotreload.toml", all_kinds());
    ASSERT_TRUE(project.has_value()) << to_string(project.error().front());
    EXPECT_EQ(project->path, file());
    EXPECT_EQ(project->services.at("web")->env.at("A"), "1");
    EXPECT_EQ(project->sources, std::vector<std::string>{directory_ + "/.env"});
}

TEST_F(ProjectTest, an_optional_env_file_may_be_missing_but_not_unreadable) {
    write("hotreload.toml",
          "[services.web]\ncommand = ['bin/web']\nenv_file = ['-none', '-bin']\n");
    const auto project = load_project(file(), all_kinds());
    ASSERT_FALSE(project.has_value());
    ASSERT_EQ(project.error().size(), 1U);
    EXPECT_EQ(to_string(project.error().front()), file() +
                                                      ":3:1: services.web.env_file: " + directory_ +
                                                      "/bin is a directory, not a "
                                                      "file");
}

TEST_F(ProjectTest, a_file_that_declares_nothing_is_a_problem_and_no_empty_project) {
    for (const auto* text : {"", "# gone\n", "[project]\nname = 'x'\n", "[watch]\n"}) {
        write("hotreload.toml", text);
        const auto project = load_project(file(), all_kinds());
        ASSERT_FALSE(project.has_value()) << text;
        EXPECT_TRUE(project.error().front().message.contains("hotreloadctl down")) << text;
    }
    write("app.json", "{}");
    write("hotreload.toml", "[configs.app]\nfile = 'app.json'\n");
    EXPECT_TRUE(load_project(file(), all_kinds()).has_value());
}

TEST_F(ProjectTest, a_file_that_cannot_be_read_is_one_problem) {
    const auto message = [](const std::string& path) {
        const auto project = load_project(path, all_kinds());
        return project ? "loaded" : to_string(project.error().front());
    };
    EXPECT_EQ(message(file()), file() + ": cannot be opened: No such file or directory");
    ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
    EXPECT_EQ(message(file()), file() + ": is a FIFO, not a regular file");
}

TEST_F(ProjectTest, the_file_of_a_directory_is_found) {
    EXPECT_EQ(find_project_file(directory_).error().code, ErrorCode::NotFound);
    EXPECT_EQ(find_project_file(directory_).error().message,
              "there is no hotreload.toml in " + directory_);
    EXPECT_EQ(find_project_file(directory_ + "/").error().message,
              "there is no hotreload.toml in " + directory_);
    write("hotreload.toml", "");
    write("other.toml", "");
    EXPECT_EQ(find_project_file(directory_ + "/"), fs::path(file()));
    EXPECT_EQ(find_project_file(directory_ + "/bin/.."), fs::path(file()));
    EXPECT_EQ(find_project_file(directory_ + "/other.toml"), fs::path(directory_ + "/other.toml"));
    EXPECT_EQ(find_project_file(directory_ + "/none").error().code, ErrorCode::NotFound);
}

TEST(ProjectFileKeys, of_all_tables_are_listed) {
    const auto keys = project_file_keys(Kinds({all_kinds().all().front()}));
    for (const char* key : {"project.enabled", "watch.debounce_max", "services.NAME.reload_signal",
                            "services.NAME.watch.on_change"})
        EXPECT_TRUE(std::ranges::contains(keys, key)) << key;
    EXPECT_EQ(keys.size(), 59U);
}
