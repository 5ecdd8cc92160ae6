// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/command_words.hpp"
#include "config/paths.hpp"
#include "core/glob.hpp"
#include "fixture.hpp"

#include <cstdlib>

using namespace hotreload;
using hotreload::test::kWeb;
using hotreload::test::ProjectTest;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

Words split(std::string_view text) {
    const auto words = split_command(text);
    if (!words)
        return {"error: " + words.error().message};
    Words texts;
    for (const auto& word : *words)
        texts.push_back(word.text);
    return texts;
}

std::string refused(std::string_view text, std::string_view variable = {}) {
    const auto words = split_command(text, variable);
    return words ? "taken" : words.error().message;
}

} // namespace

TEST(Command, a_string_is_split_as_a_shell_would) {
    EXPECT_EQ(split("python3 src/server.py"), (Words{"python3", "src/server.py"}));
    EXPECT_EQ(split("  a\tb  \n"), (Words{"a", "b"}));
    EXPECT_EQ(split("a 'b  c' \"d e\" f\\ g"), (Words{"a", "b  c", "d e", "f g"}));
    EXPECT_EQ(split("a '' \"\""), (Words{"a", "", ""}));
    EXPECT_EQ(split("a --x='1 2'3"), (Words{"a", "--x=1 23"}));
    EXPECT_EQ(split(R"(a "\"\\\$\`\n" '\n')"), (Words{"a", R"("\$`\n)", R"(\n)"}));
    EXPECT_EQ(split("a b\\\n c"), (Words{"a", "b", "c"}));
    EXPECT_EQ(split("a \"b\nc\""), (Words{"a", "b\nc"}));
    EXPECT_EQ(split("a b\\ "), (Words{"a", "b "}));
    EXPECT_EQ(split("a b\\\\ "), (Words{"a", "b\\"}));
    EXPECT_EQ(split(" \t"), Words{});
}

TEST(Command, what_only_looks_like_a_shells_stands_for_itself) {
    EXPECT_EQ(split("a '|' \"&&\" '*' '$X' '`b`'"), (Words{"a", "|", "&&", "*", "$X", "`b`"}));
    EXPECT_EQ(split("a \\| \\$X \\*"), (Words{"a", "|", "$X", "*"}));
    EXPECT_EQ(split("a b=c 5$ $ x#y b~ {} {x} ]"),
              (Words{"a", "b=c", "5$", "$", "x#y", "b~", "{}", "{x}", "]"}));
    EXPECT_EQ(split("'A=1' b"), (Words{"A=1", "b"}));
}

TEST(Command, what_only_a_shell_understands_is_refused_with_how_to_have_one) {
    EXPECT_EQ(refused("a | b"), "\"|\" is for a shell, and no shell reads the command: write "
                                "[\"sh\", \"-c\", \"a | b\"]");
    EXPECT_TRUE(refused("cd x && y").contains("\"&&\" is for a shell"));
    for (const char* text : {"a > b", "a >> b", "a < b", "a; b", "a & ", "(a)", "a `b`", "a $(b)",
                             "a # b", "cd x", "exec a", ". ./x", "! a"})
        EXPECT_TRUE(refused(text).contains("no shell reads the command: write [\"sh\", \"-c\", \""))
            << text << ": " << refused(text);
    EXPECT_TRUE(refused("a $PORT").starts_with("\"$PORT\" is a variable of a shell"));
    EXPECT_TRUE(refused("a \"x ${P:-1}\"").starts_with("\"${P:-1}\" is a variable"));
    EXPECT_TRUE(refused("a $1").starts_with("\"$1\" is a variable"));
    EXPECT_TRUE(refused("a ${").starts_with("\"${\" is a variable"));
    EXPECT_TRUE(refused("a *.txt").starts_with("\"*.txt\" is a pattern"));
    EXPECT_TRUE(refused("a x[1]").starts_with("\"[1]\" is a pattern"));
    EXPECT_TRUE(refused("a {b,c}").starts_with("\"{b,c}\" is a pattern"));
    EXPECT_EQ(refused("PORT=1 node x"),
              "\"PORT=1\" sets a variable for a shell, and none reads the command: give env = { "
              "PORT = \"1\" }, or write [\"sh\", \"-c\", \"PORT=1 node x\"]");
    EXPECT_TRUE(refused("a\nb").starts_with("the command goes on in another line"));
    EXPECT_TRUE(refused("a ~root/x").contains("\"~root/x\" is for a shell"));
    EXPECT_TRUE(refused("a it's").starts_with("a ' without its end"));
    EXPECT_TRUE(refused("a \"b").starts_with("a \" without its end"));
    EXPECT_TRUE(refused("a b\\").starts_with("ends in a backslash"));
}

TEST(Command, the_shell_that_is_shown_is_valid_toml) {
    EXPECT_EQ(shell_command("echo \"a\\b\"\n\x01"),
              "[\"sh\", \"-c\", \"echo \\\"a\\\\b\\\"\\n\\u0001\"]");
}

TEST(Command, a_reload_can_name_the_main_process) {
    EXPECT_EQ(refused("kill -HUP $MAINPID", "MAINPID"), "taken");
    EXPECT_EQ(split_command("kill -HUP ${MAINPID} x", "MAINPID")->at(2).text, "${MAINPID}");
    EXPECT_TRUE(refused("kill -HUP $MAINPIDS", "MAINPID").contains("is a variable"));
    EXPECT_TRUE(refused("kill -HUP $MAINPID").contains("is a variable"));
}

TEST_F(ProjectTest, a_command_may_be_a_string) {
    const auto web = service("[services.web]\ncommand = \"bin/web --port '80 80'\"\n"
                             "validate = 'sh -c true'\nreload = 'kill -HUP $MAINPID'\n"
                             "ready = { command = 'sh x' }\n");
    EXPECT_EQ(web.command, (Words{directory_ + "/bin/web", "--port", "80 80"}));
    EXPECT_EQ(web.validate, (Words{"sh", "-c", "true"}));
    EXPECT_EQ(web.reload, (Words{"kill", "-HUP", "$MAINPID"}));
    EXPECT_EQ(web.ready->command, (Words{"sh", "x"}));
    expect_problem("[services.web]\ncommand = 'sh a | b'\n",
                   "2:1: services.web.command: \"|\" is for a shell");
    expect_problem("[services.web]\ncommand = ' '\n", "services.web.command: is empty");
    expect_problem("[services.web]\ncommand = 1\n",
                   "services.web.command: expected a string or an array of strings");
}

TEST_F(ProjectTest, a_whole_command_line_in_an_array_is_seen_through) {
    expect_problem("[services.web]\ncommand = ['python3 src/server.py']\n",
                   "each string of an array is one word; write [\"python3\", \"src/server.py\"], "
                   "or the string \"python3 src/server.py\" alone");
    expect_problem("[services.web]\ncommand = ['a && b']\n",
                   "each string of an array is one word; \"&&\" is for a shell");
    write("bin/my web", "");
    fs::permissions(directory_ + "/bin/my web", fs::perms::owner_all);
    EXPECT_EQ(service("[services.web]\ncommand = ['bin/my web']\n").command.front(),
              directory_ + "/bin/my web");
}

TEST_F(ProjectTest, a_tilde_is_the_home_of_the_services_user) {
    const auto home = home_of("");
    ASSERT_TRUE(home.has_value());
    const auto project = good(kWeb + "watch = ['~/hotreload-test/*.toml', '~/.none']\n"
                                     "env_file = '-~/.hotreload-none.env'\n"
                                     "[[services.b.watch]]\nfiles = ['a.toml']\n"
                                     "schema = '~/s.json'\nexclude = ['~/x/*']\n"
                                     "[services.b]\ncommand = 'sh ~/run.sh ~'\nworking_dir = '~'\n"
                                     "ports = ['~/b.sock']\n"
                                     "[configs.c]\nfile = '~/c.toml'\n");
    const MemberDefinition& web = project.services.at("web");
    EXPECT_EQ(web.watches[0].files, (Words{escape_glob(*home) + "/hotreload-test/*.toml",
                                           escape_glob(*home) + "/.none"}));
    EXPECT_EQ(project.sources, Words{*home + "/.hotreload-none.env"});
    const MemberDefinition& b = project.services.at("b");
    EXPECT_EQ(b.command, (Words{"sh", *home + "/run.sh", *home}));
    EXPECT_EQ(b.working_dir, *home);
    EXPECT_EQ(b.watches[0].schema, *home + "/s.json");
    EXPECT_EQ(b.watches[0].exclude.back(), escape_glob(*home) + "/x/*");
    EXPECT_EQ(b.ports[0].address, *home + "/b.sock");
    EXPECT_EQ(project.configs.at("c").file, *home + "/c.toml");
    EXPECT_EQ(home_of("0"), home_of("root"));
    EXPECT_EQ(start_of_path("/p", "root", "~/x")->directory, home_of("root"));
    EXPECT_FALSE(start_of_path("/p", "nobody-of-that-name", "~/x").has_value());
}

TEST_F(ProjectTest, a_path_that_another_program_would_replace_is_refused) {
    expect_problem(
        kWeb + "watch = ['$HOME/x/**']\n",
        "services.web.watch.0: \"$HOME/x/**\": \"$HOME\" is not replaced in a path: write "
        "\"~/x/**\"");
    expect_problem(kWeb + "env_file = '${XDG_CONFIG_HOME}/env'\n",
                   "services.web.env_file: \"${XDG_CONFIG_HOME}/env\": variables are not replaced");
    expect_problem(kWeb + "working_dir = '%h/x'\n", "write \"~/x\"");
    expect_problem(kWeb + "working_dir = '%t/x'\n", "specifiers are not replaced");
    expect_problem(kWeb + "watch = ['~root/x']\n", "only \"~/\" is");
    expect_problem("[services.web]\ncommand = ['$HOME/bin/x']\n", "write \"~/bin/x\"");
    expect_problem("[configs.a]\nfile = '$X/a.toml'\n", "variables are not replaced");
    expect_problem("[project]\npath = ['$HOME/bin']\n", "project.path.0: \"$HOME/bin\"");
    // Names that frameworks and people do give to files.
    EXPECT_EQ(service(kWeb + "watch = ['src/$id.ts', '$id.ts', './~', 'a~', '100%/x']\n")
                  .watches[0]
                  .files.size(),
              5U);
}

TEST_F(ProjectTest, programs_are_looked_for_in_the_projects_path_first) {
    write("bin/tool", "#!/usr/bin/env tool\n");
    fs::permissions(directory_ + "/bin/tool", fs::perms::owner_all);
    const auto text = std::string("[project]\npath = ['bin', '/opt/none']\n");
    const auto project = good(text + "[services.a]\ncommand = 'tool x'\n"
                                     "[services.b]\ncommand = 'sh'\nenv = { PATH = '/x' }\n"
                                     "[services.c]\nunit = 'c'\nvalidate = 'tool'\n");
    EXPECT_EQ(project.services.at("a")->command, (Words{directory_ + "/bin/tool", "x"}));
    EXPECT_TRUE(project.services.at("a")->env.at("PATH").starts_with(
        directory_ + "/bin:/opt/none:/usr/local/sbin:"));
    EXPECT_EQ(project.services.at("b")->env.at("PATH"), "/x");
    EXPECT_EQ(project.services.at("c")->validate, Words{directory_ + "/bin/tool"});
    EXPECT_TRUE(project.services.at("c")->env.contains("PATH")) << "for its validate";
    EXPECT_FALSE(service(kWeb).env.contains("PATH"));
    expect_problem(text + "[services.a]\ncommand = 'none'\n",
                   "there is no program \"none\" in " + directory_ + "/bin:/opt/none:/usr/local");
    expect_problem("[project]\npath = 'a:b'\n", "has a \":\"");
    expect_problem("[project]\npath = ['']\n", "project.path.0: is empty");
}

TEST_F(ProjectTest, a_program_of_a_virtual_environment_is_found_and_named) {
    fs::create_directories(directory_ + "/.venv/bin");
    write(".venv/bin/gunicorn", "");
    fs::permissions(directory_ + "/.venv/bin/gunicorn", fs::perms::owner_all);
    expect_problem("[services.web]\ncommand = 'gunicorn app'\n",
                   "it is in .venv/bin: write path = [\".venv/bin\"] in [project]");
}
