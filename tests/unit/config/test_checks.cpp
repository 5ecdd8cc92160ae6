// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <unistd.h>

using namespace hotreload;
using hotreload::test::kWeb;
using hotreload::test::ProjectTest;

TEST_F(ProjectTest, a_service_has_either_command_or_unit) {
    expect_problem("[services.web]\n", "1:11: services.web: give command");
    expect_problem(kWeb + "unit = 'nginx'\n", "3:1: services.web.unit: a service has either");
    expect_problems(kWeb + "unit = 'nginx'\ntype = 'exec'\n", 1);
}

TEST_F(ProjectTest, an_attached_unit_has_no_settings_of_its_own) {
    const std::string nginx = "[services.nginx]\nunit = 'nginx'\n";
    for (const char* line : {"type = 'exec'", "env = { A = '1' }", "env_file = '-x'",
                             "working_dir = '/'", "properties = { Nice = 1 }", "reload = ['true']"})
        expect_problem(nginx + line + "\n", "does not go with unit");
    const auto service = this->service(nginx + "validate = ['true']\nreload_signal = 'HUP'\n"
                                               "strategy = 'reload'\nverify = '2s'\n"
                                               "watch = ['/etc/nginx/**']\n",
                                       "nginx");
    EXPECT_EQ(service.unit, "nginx.service");
    EXPECT_TRUE(service.attached());
    EXPECT_EQ(service.working_dir, "");
}

TEST_F(ProjectTest, a_unit_is_valid_and_attached_once) {
    expect_problem("[services.x]\nunit = 'a b'\n", "2:1: services.x.unit: \"a b\" is not a valid");
    expect_problem("[services.x]\nunit = ''\n", "is not a valid unit name");
    expect_problem("[services.x]\nunit = 'a.socket'\n", "cannot be attached");
    expect_problem("[services.x]\nunit = 'a'\n[services.y]\nunit = 'a.service'\n",
                   "4:1: services.y.unit: a.service is attached already by services.x");
}

TEST_F(ProjectTest, there_is_one_way_to_reload) {
    expect_problem(kWeb + "reload = ['true']\nreload_signal = 'HUP'\n",
                   "4:1: services.web.reload_signal: a service has either");
    expect_problem(kWeb + "reload = ['true']\ntype = 'notify-reload'\n",
                   "3:1: services.web.reload: does not go with type");
    EXPECT_EQ(service(kWeb + "reload_signal = 'USR1'\ntype = 'notify-reload'\n").type,
              ServiceType::NotifyReload);
}

TEST_F(ProjectTest, a_strategy_of_reload_needs_a_way_to) {
    expect_problem(kWeb + "strategy = 'reload'\n",
                   "3:1: services.web.strategy: the service has no way to reload");
    expect_problem(kWeb + "[[services.web.watch]]\nfiles = ['a']\non_change = 'reload'\n",
                   "5:1: services.web.watch.0.on_change: the service has no way to reload");
    EXPECT_EQ(service(kWeb + "strategy = 'reload'\ntype = 'notify-reload'\n").strategy,
              Strategy::Reload);
}

TEST_F(ProjectTest, services_that_are_after_each_other_are_told_with_the_way_round) {
    const auto service = [](const std::string& name, const std::string& after) {
        return "[services." + name + "]\ncommand = ['sh']\n" +
               (after.empty() ? "" : "after = [" + after + "]\n");
    };
    const auto circle = service("a", "'b', 'd'") + service("b", "'c'") + service("c", "'d', 'b'") +
                        service("d", "");
    expect_problems(circle, 1);
    expect_problem(circle, "6:1: services.b.after: the services wait for each other: b → c → b");
    expect_problems(
        service("a", "'b'") + service("b", "'c'") + service("c", "'d'") + service("d", "'a'"), 1);
}

TEST_F(ProjectTest, a_chain_as_long_as_a_file_can_hold_is_read) {
    std::string chain = "[services.s0]\ncommand = 'sh'\n";
    constexpr int count = 20'000;
    for (int i = 1; i < count; ++i)
        chain += "[services.s" + std::to_string(i) + "]\ncommand = 'sh'\nafter = ['s" +
                 std::to_string(i - 1) + "']\n";
    EXPECT_EQ(good(chain).services.size(), std::size_t{count});
}

TEST_F(ProjectTest, after_names_other_services_of_the_project) {
    const std::string db = "[services.database]\ncommand = ['sh']\n";
    expect_problem(db + kWeb + "after = ['databse']\n",
                   "5:1: services.web.after: there is no service \"databse\" in the project; did "
                   "you mean \"database\"?");
    expect_problem(kWeb + "after = ['web']\n", "services.web.after: names the service itself");
    EXPECT_EQ(service(db + kWeb + "after = ['database']\n").after.size(), 1U);
}

TEST_F(ProjectTest, a_cycle_is_named_once_with_all_its_services) {
    const std::string text = "[services.a]\ncommand = ['sh']\nafter = ['b']\n"
                             "[services.b]\ncommand = ['sh']\nafter = ['c', 'd']\n"
                             "[services.c]\ncommand = ['sh']\nafter = ['a']\n"
                             "[services.d]\ncommand = ['sh']\n";
    EXPECT_EQ(problems(text), std::vector<std::string>{"3:1: services.a.after: the services wait "
                                                       "for each other: a → b → c → a"});
    expect_problems("[services.a]\ncommand = ['sh']\nafter = ['c', 'd']\n"
                    "[services.c]\ncommand = ['sh']\nafter = ['d']\n"
                    "[services.d]\ncommand = ['sh']\n",
                    0);
}

TEST_F(ProjectTest, a_timer_is_restarted_and_never_reloaded) {
    const std::string timer = "[services.tick]\nunit = 'tick.timer'\n";
    EXPECT_EQ(service(timer + "watch = ['a']\nstrategy = 'restart'\n", "tick").unit, "tick.timer");
    expect_problem(timer + "strategy = 'reload'\n",
                   "3:1: services.tick.strategy: a timer or a path unit cannot be reloaded");
    expect_problem(timer + "[[services.tick.watch]]\nfiles = ['a']\non_change = 'reload'\n",
                   "services.tick.watch.0.on_change: a timer or a path unit cannot be reloaded");
    expect_problem(timer + "reload_signal = 'HUP'\n", "tick.timer has no process to send it to");
}

TEST_F(ProjectTest, files_that_nothing_checks_before_a_unit_reads_them_are_warned_of) {
    const auto warnings = [&](const std::string& text) {
        return good("[services.redis]\nunit = 'redis-server'\n" + text).source_map.warnings;
    };
    const auto plain = warnings("watch = ['/etc/redis/*.conf']\n");
    ASSERT_EQ(plain.size(), 1U);
    EXPECT_TRUE(to_string(plain[0]).contains(":3:1: services.redis.watch: nothing checks these "
                                             "files before redis-server.service reads"));
    const std::string watch = "[[services.redis.watch]]\nfiles = ['/etc/redis/*.conf']\n";
    EXPECT_EQ(warnings(watch).at(0).line, 3U);
    EXPECT_TRUE(warnings(watch + "pin = true\n").empty());
    EXPECT_TRUE(warnings(watch + "on_change = 'manual'\n").empty());
    EXPECT_TRUE(warnings("validate = 'sh x'\n" + watch).empty());
    EXPECT_TRUE(warnings("strategy = 'none'\n" + watch).empty());
    EXPECT_TRUE(good(kWeb + "watch = ['a']\n").source_map.warnings.empty());
}

// What a reading has found out of one program must not stand for another, nor for another user.
TEST_F(ProjectTest, programs_of_one_directory_are_judged_each_by_itself_and_for_each_user) {
    if (geteuid() != 0)
        GTEST_SKIP() << "the kernel judges for everybody else";
    namespace fs = std::filesystem;
    const auto program = directory_ + "/bin/web2";
    write("bin/web2", "#!/bin/sh\n");
    fs::permissions(program, fs::perms::owner_all);
    const std::string second = "[services.web2]\ncommand = ['bin/web2']\n";
    expect_problems(kWeb + second, 0);
    fs::permissions(program, fs::perms::others_write, fs::perm_options::add);
    expect_problem(kWeb + second,
                   "services.web2.command: " + program + " can be changed by everybody");
    fs::permissions(program, fs::perms::owner_all);
    ASSERT_EQ(chown(program.c_str(), 4711, 0), 0);
    const std::string own = "[services.own]\ncommand = ['bin/web2']\nuser = '4711'\n";
    expect_problems(own, 0);
    expect_problem(own + second, "services.web2.command: " + program + " can be changed by 4711");
}

TEST_F(ProjectTest, a_unit_may_stand_for_all_instances_of_a_template) {
    const std::string all = "[services.a]\nunit = 'foo@*'\n";
    EXPECT_EQ(service(all, "a").unit, "foo@*.service");
    expect_problem("[services.a]\nunit = 'foo@.service'\n", "or all of them as \"foo@*.service\"");
    expect_problem("[services.a]\nunit = 'foo*'\n", "stands for all instances of a template");
    expect_problem("[services.a]\nunit = 'foo@a*'\n", "stands for all instances of a template");
    expect_problem("[services.a]\nunit = '@*'\n", "is not a valid unit name");
    expect_problem(all + "[services.b]\nunit = 'foo@1'\n", "foo@1.service is attached already by");
    expect_problem("[services.a]\nunit = 'foo@1'\n[services.b]\nunit = 'foo@*'\n",
                   "foo@*.service is attached already by services.a");
    expect_problem(all + "ready = { tcp = '127.0.0.1:1' }\n", "does not tell of all instances");
}
