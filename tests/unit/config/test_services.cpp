// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <unistd.h>

#include <csignal>

using namespace hotreload;
using namespace std::chrono_literals;
using hotreload::test::ProjectTest;

namespace {

const std::string kWebWithArgument = "[services.web]\ncommand = ['bin/web', '--x']\n";

} // namespace

TEST_F(ProjectTest, a_service_is_read_with_its_defaults) {
    const auto web = service(kWebWithArgument);
    EXPECT_EQ(web.name, "web");
    EXPECT_FALSE(web.attached());
    EXPECT_EQ(web.command, (std::vector<std::string>{directory_ + "/bin/web", "--x"}));
    EXPECT_EQ(web.type, ServiceType::Exec);
    EXPECT_EQ(web.working_dir, directory_);
    EXPECT_EQ(web.strategy, std::nullopt);
    EXPECT_EQ(web.verify, std::nullopt);
}

TEST_F(ProjectTest, a_service_is_read_with_all_its_keys) {
    const auto web =
        service(kWebWithArgument + "type = 'notify'\n"
                                   "working_dir = 'bin'\n"
                                   "after = ['db', 'cache', 'db']\n"
                                   "validate = ['bin/web', '--check']\n"
                                   "reload = ['sh', '-c', 'x']\n"
                                   "strategy = 'restart'\n"
                                   "verify = '1min 30s'\n"
                                   "[services.db]\ncommand = ['sh']\nreload_signal = 'USR1'\n"
                                   "[services.cache]\nunit = 'redis'\nafter = ['db']\n");
    EXPECT_EQ(web.type, ServiceType::Notify);
    EXPECT_EQ(web.working_dir, directory_ + "/bin");
    EXPECT_EQ(web.after, (std::vector<std::string>{"cache", "db"}));
    EXPECT_EQ(web.validate.front(), directory_ + "/bin/web");
    EXPECT_EQ(web.reload, (std::vector<std::string>{"sh", "-c", "x"}));
    EXPECT_EQ(web.strategy, Strategy::Restart);
    EXPECT_EQ(web.verify, 90s);
}

TEST_F(ProjectTest, env_is_the_projects_then_the_services_then_that_of_env_file) {
    env_files_[directory_ + "/.env"] = "C=file\nD=file\n";
    const auto project = good("[services.web]\n"
                              "env_file = ['.env', '-local.env']\n"
                              "env = { B = 'service', C = 'service' }\n"
                              "command = ['bin/web']\n"
                              "[project]\n"
                              "env = { A = 'project', B = 'project', I = 7, T = true, F = 1.5 }\n"
                              "[services.nginx]\nunit = 'nginx'\n");
    EXPECT_EQ(project.services.at("web")->env, (std::map<std::string, std::string>{{"A", "project"},
                                                                                   {"B", "service"},
                                                                                   {"C", "file"},
                                                                                   {"D", "file"},
                                                                                   {"F", "1.5"},
                                                                                   {"I", "7"},
                                                                                   {"T", "true"}}));
    EXPECT_EQ(project.sources,
              (std::vector<std::string>{directory_ + "/.env", directory_ + "/local.env"}));
    EXPECT_TRUE(project.services.at("nginx")->env.empty());
}

TEST_F(ProjectTest, a_wrong_env_is_named) {
    expect_problem(kWebWithArgument + "env = { 1X = '1' }\n",
                   "3:9: services.web.env.1X: \"1X\" is not a valid name");
    expect_problem(kWebWithArgument + "env = { X = [] }\n",
                   "services.web.env.X: expected a string, a number "
                   "or a boolean, found an array");
    expect_problem(kWebWithArgument + "env = { X = \"a\\u0000\" }\n", "contains a NUL character");
    expect_problem(kWebWithArgument + "env_file = 'none'\n",
                   "3:1: services.web.env_file: " + directory_ + "/none cannot be opened: No such");
    expect_problem(kWebWithArgument + "env_file = '-'\n", "services.web.env_file: is empty");
    env_files_[directory_ + "/bad.env"] = "A=1\nB\n";
    expect_problem(kWebWithArgument + "env_file = '-bad.env'\n",
                   directory_ + "/bad.env:2:1: expected NAME=VALUE; a value");
    expect_problems(kWebWithArgument + "env_file = 'bad.env'\n[services.b]\ncommand = ['sh']\n"
                                       "env_file = 'bad.env'\n",
                    1);
    EXPECT_EQ(service(kWebWithArgument + "env = { X = \"a\\nb\" }\n").env.at("X"), "a\nb");
}

TEST_F(ProjectTest, a_program_that_is_not_there_is_named) {
    expect_problem("[services.web]\ncommand = []\n", "2:1: services.web.command: is empty");
    expect_problem("[services.web]\ncommand = ['']\n", "services.web.command: is empty");
    expect_problem("[services.web]\ncommand = ['bin/none']\n", "No such file or directory");
    expect_problem(kWebWithArgument + "validate = ['no-such-program']\n",
                   "3:1: services.web.validate: there is no program \"no-such-program\" in");
    expect_problem(kWebWithArgument + "reload = ['./hotreload.none']\n",
                   "3:1: services.web.reload: ");
}

TEST_F(ProjectTest, a_working_dir_is_a_directory) {
    expect_problem(kWebWithArgument + "working_dir = 'none'\n",
                   "services.web.working_dir: " + directory_ + "/none: No such file or directory");
    expect_problem(kWebWithArgument + "working_dir = 'bin/web'\n", "bin/web is not a directory");
}

TEST_F(ProjectTest, a_user_exists_and_is_for_the_system_instance) {
    if (geteuid() != 0) {
        expect_problem(kWebWithArgument + "user = 'root'\n", "only the system instance");
        return;
    }
    EXPECT_EQ(service(kWebWithArgument + "user = 'root'\n").user, "root");
    EXPECT_EQ(service(kWebWithArgument + "user = '4711'\n").user, "4711");
    expect_problem(kWebWithArgument + "user = 'nobody-of-that-name'\n",
                   "3:1: services.web.user: there is no user \"nobody-of-that-name\"");
    expect_problem(kWebWithArgument + "user = '4294967295'\n", "there is no user"); // -1
    expect_problem(kWebWithArgument + "user = ''\n", "there is no user");
}

TEST_F(ProjectTest, words_and_durations_are_checked) {
    expect_problem(kWebWithArgument + "type = 'dbus'\n",
                   "3:1: services.web.type: expected one of \"simple\"");
    expect_problem(kWebWithArgument + "strategy = 'live'\n", "expected one of \"auto\", \"none\"");
    expect_problem(kWebWithArgument + "strategy = 'swap'\n",
                   "the service cannot be swapped: that takes ports, and type");
    expect_problem(kWebWithArgument + "verify = 'soon'\n",
                   "services.web.verify: \"soon\" is not a duration");
    expect_problem(kWebWithArgument + "verify = 'infinity'\n",
                   "services.web.verify: cannot be infinity");
    expect_problem(kWebWithArgument + "reload_signal = 'SIGHPU'\n", "did you mean \"SIGHUP\"?");
    EXPECT_EQ(
        service(kWebWithArgument + "reload_signal = 'HUP'\nstrategy = 'auto'\n").reload_signal,
        SIGHUP);
}

TEST_F(ProjectTest, properties_are_lines_of_a_unit_file) {
    const auto web = service(kWebWithArgument + "[services.web.properties]\n"
                                                "MemoryMax = '512M'\n"
                                                "CPUWeight = 200\n"
                                                "PrivateTmp = true\n"
                                                "After = ['a.service', 'b.service']\n"
                                                "Description = 'the web'\n"
                                                "RestartSec = 0.5\n"
                                                "Wants = []\n");
    using Lines = std::vector<std::string>;
    EXPECT_EQ(web.properties, (std::map<std::string, Lines>{{"MemoryMax", {"512M"}},
                                                            {"CPUWeight", {"200"}},
                                                            {"PrivateTmp", {"yes"}},
                                                            {"After", {"a.service", "b.service"}},
                                                            {"Description", {"the web"}},
                                                            {"RestartSec", {"0.5"}}}));
}

TEST_F(ProjectTest, a_property_that_is_none_is_named) {
    const auto expect = [&](const std::string& line, const std::string& problem) {
        expect_problem(kWebWithArgument + "[services.web.properties]\n" + line + "\n",
                       "4:1: services.web.properties." + problem);
    };
    expect("memory_max = '1G'", "memory_max: \"memory_max\" is not a directive of systemd");
    expect("ExecStart = 'x'", "ExecStart: is set by hotreload; use the key \"command\"");
    expect("Type = 'x'", "Type: is set by hotreload; use the key \"type\"");
    expect("Environment = 'x'", "Environment: is set by hotreload; use the key \"env\"");
    expect("EnvironmentFile = 'x'", "EnvironmentFile: is set by hotreload; use the key "
                                    "\"env_file\"");
    expect("WorkingDirectory = 'x'", "WorkingDirectory: is set by hotreload; use the key "
                                     "\"working_dir\"");
    expect("User = 'x'", "User: is set by hotreload; use the key \"user\"");
    expect("ExecReload = 'x'", "ExecReload: is set by hotreload; use the key \"reload\"");
    expect("ReloadSignal = 'x'", "ReloadSignal: is set by hotreload; use the key "
                                 "\"reload_signal\"");
    expect("Slice = 'x'", "Slice: is set by hotreload");
    expect("Nice = \"1\\nUser=root\"", "Nice: contains a line break");
    expect("Nice = '1\\'", "Nice: ends in a backslash");
    expect("Nice = inf", "Nice: expected a finite number");
    expect("Nice = {}", "Nice: expected a string, a number or a boolean, found a table");
    expect_problem(kWebWithArgument + "properties = { After = ['a',\n [] ] }\n",
                   "4:2: services.web.properties.After.1: expected a string");
}

TEST_F(ProjectTest, names_of_services_follow_the_pattern) {
    expect_problem("[services.Web]\n", "1:11: services.Web: \"Web\" is not a valid name");
    expect_problem("[services.'a b']\n", "is not a valid name");
    expect_problem("[services." + std::string(250, 'x') + "]\ncommand = ['sh']\n", "too long");
}
