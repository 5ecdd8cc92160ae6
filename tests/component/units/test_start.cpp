// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <csignal>
#include <cstdlib>
#include <format>
#include <fstream>
#include <map>
#include <random>
#include <ranges>

using namespace std::chrono_literals;

namespace hotreload::test {

namespace {

class Start : public UnitsTest {
protected:
    static std::filesystem::path drop_in_directory(const std::string& unit) {
        return run_time_directory() / (unit + ".d");
    }
    // What every unit of the project is told.
    [[nodiscard]] std::string of_project() const {
        return std::format("HOTRELOAD_PROJECT=units-test HOTRELOAD_CONFIGS={}/configs/units-test",
                           directory.string());
    }
};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_F(Start, AnExecServiceRunsInItsSliceWithAReadableDescription) {
    const auto unit = name();
    const auto started = start(unit, program({"sleep", "infinity"}));
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(show(unit, "ActiveState"), "active");
    EXPECT_EQ(show(unit, "Slice"), kSlice);
    EXPECT_EQ(show(unit, "SyslogIdentifier"), "web");
    EXPECT_TRUE(show(unit, "Description").starts_with("hotreload: units-test/web generation "));
    const auto state = units->state(unit);
    EXPECT_TRUE(state.loaded());
    EXPECT_EQ(state.active_state, "active");
    EXPECT_EQ(std::to_string(state.main_pid), show(unit, "MainPID"));
}

TEST_F(Start, ANotifyServiceIsStartedWhenItIsReadyAndItsStatusIsKnown) {
    const auto unit = name();
    ASSERT_TRUE(start(unit, service({"ok"}, ServiceType::Notify)));
    until([&] { return units->state(unit).status_text == "up"; });
    EXPECT_FALSE(units->state(unit).can_reload);
}

TEST_F(Start, ANotifyReloadServiceCanReload) {
    const auto unit = name();
    ASSERT_TRUE(start(unit, service({"ok"})));
    EXPECT_TRUE(units->state(unit).can_reload);
}

TEST_F(Start, CommandsAndEnvironmentAreLiteralAlsoAfterADaemonReload) {
    const auto unit = name();
    auto definition = program({"/bin/sh", "-c",
                               "for a in \"$@\"; do printf '<%s>\\n' \"$a\"; done > $OUT; printf "
                               "'[%s]\\n' \"$ENV\" >> $OUT;"
                               "exec sleep infinity",
                               "%n", "%h $HOME ${HOME}", "a \"b\" \\n $$", ""});
    definition.env = {{"OUT", directory / "out"}, {"ENV", "%h $X \"y\" \\t"}};
    definition.type = ServiceType::Simple;
    const std::string expected = "<%h $HOME ${HOME}>\n<a \"b\" \\n $$>\n<>\n[%h $X \"y\" \\t]\n";
    ASSERT_TRUE(start(unit, definition));
    until([&] { return read_file(directory / "out") == expected; });
    std::filesystem::remove(directory / "out");
    systemctl("daemon-reload");
    ASSERT_TRUE(run(units->restart_unit(unit)));
    until([&] { return read_file(directory / "out") == expected; });
}

// By the manager's own parser, which /proc has the result of.
TEST_F(Start, EveryValueOfAnEnvironmentArrivesAsItIsAndIsShownToNobody) {
    const auto unit = name();
    auto definition = program({"sleep", "infinity"}, ServiceType::Simple);
    std::string all;
    for (int c = 1; c < 128; ++c)
        all += static_cast<char>(c);
    definition.env = {{"ALL", all},
                      {"EMPTY", ""},
                      {"LEADING", "  \t x  "},
                      {"QUOTES", "\"'`\\\"\\'"},
                      {"BACKSLASHES", "\\\\\\n\\"},
                      {"DOLLAR", "$HOME ${HOME} $$ %h %%"},
                      {"HASH", "# no comment ; either"},
                      {"LINES", "one\ntwo\n\nB=no variable\n"},
                      {"UTF8", "café ☕ \u202e"}};
    constexpr unsigned seed = 7;
    std::minstd_rand random(seed);
    for (int i = 0; i < 50; ++i) {
        std::string value;
        for (auto length = random() % 20; length > 0; --length)
            value += "\\\"'$`\n\r\t #;=aA%"[random() % 15];
        definition.env[std::format("RANDOM_{}", i)] = value;
    }
    ASSERT_TRUE(start(unit, definition));
    const auto environment = [&] {
        const auto text = read_file(std::format("/proc/{}/environ", units->state(unit).main_pid));
        std::map<std::string, std::string> variables;
        for (const auto part : std::views::split(text, '\0')) {
            const std::string each(part.begin(), part.end());
            const auto sign = each.find('=');
            if (sign != std::string::npos && definition.env.contains(each.substr(0, sign)))
                variables[each.substr(0, sign)] = each.substr(sign + 1);
        }
        return variables;
    };
    until([&] { return environment() == definition.env; });
    EXPECT_EQ(show(unit, "Environment"), of_project());
    systemctl("daemon-reload");
    ASSERT_TRUE(run(units->restart_unit(unit)));
    until([&] { return environment() == definition.env; });
}

TEST_F(Start, TheFileOfAnEnvironmentIsThereAsLongAsTheUnitAndGoesWithIt) {
    const auto unit = name("my-web");
    auto definition = program({"sleep", "infinity"});
    definition.env = {{"A", "1"}};
    ASSERT_TRUE(start(unit, definition));
    const auto files = [&] {
        return std::ranges::distance(
            std::filesystem::directory_iterator(directory / "environment"));
    };
    EXPECT_EQ(files(), 1);
    ASSERT_TRUE(run(units->stop_unit(unit)));
    ASSERT_TRUE(start(unit, definition)) << "started again";
    EXPECT_EQ(files(), 1);
    ASSERT_TRUE(run(units->discard(unit)));
    EXPECT_EQ(files(), 0);
    EXPECT_FALSE(start(name(),
                       [&] {
                           auto other = definition;
                           other.command = {"/nowhere/program"};
                           other.working_dir = "not absolute";
                           return other;
                       }()))
        << "refused by the manager";
    EXPECT_EQ(files(), 0);
}

TEST_F(Start, PropertiesOfBothSectionsAreInForce) {
    const auto unit = name();
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Nice", {"7"}},
                             {"Restart", {"on-failure"}},
                             {"ConditionPathExists", {"/etc", "/usr"}},
                             {"Environment", {"A=1", "B=2"}}};
    ASSERT_TRUE(start(unit, definition));
    EXPECT_EQ(show(unit, "Nice"), "7");
    EXPECT_EQ(show(unit, "Restart"), "on-failure");
    EXPECT_EQ(show(unit, "Environment"), of_project() + " A=1 B=2");
    EXPECT_EQ(read_file(drop_in_directory(unit) / "10-hotreload.conf"),
              "[Unit]\nConditionPathExists=/etc\nConditionPathExists=/usr\n"
              "[Service]\nEnvironment=A=1\nEnvironment=B=2\nNice=7\nRestart=on-failure\n");
}

TEST_F(Start, DropInsWrittenWithinOneStepOfTheClockAreAllRead) {
    // Kernels before 6.13 give the manager's directory one time stamp for two drop-ins that are
    // written in short order. Here it is given back the stamp under which it was last read.
    const std::string first = name(), second = name();
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Nice", {"7"}}};
    ASSERT_TRUE(start(first, definition));
    const auto stamp = std::filesystem::last_write_time(run_time_directory());
    std::filesystem::create_directory(drop_in_directory(second));
    std::filesystem::last_write_time(run_time_directory(), stamp);
    ASSERT_TRUE(start(second, definition));
    EXPECT_EQ(show(second, "Nice"), "7");
}

TEST_F(Start, AValueOfTwoLinesIsRefusedBeforeAnythingStarts) {
    const auto unit = name();
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Nice", {"7\nExecStartPre=/bin/false"}}};
    const auto started = start(unit, definition);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::Invalid);
    EXPECT_EQ(show(unit, "LoadState"), "not-found");
}

TEST_F(Start, ANotifyServiceThatDiesFailsWithItsExitCode) {
    const auto unit = name();
    const auto started = start(unit, program({"/bin/sh", "-c", "exit 3"}, ServiceType::Notify));
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().message.ends_with("exit code 3")) << started.error().message;
    EXPECT_TRUE(units->state(unit).failed());
}

TEST_F(Start, ASignalIsNamed) {
    const auto unit = name();
    const auto started =
        start(unit, program({"/bin/sh", "-c", "kill -USR1 $$"}, ServiceType::Notify));
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().message.ends_with("killed by SIGUSR1")) << started.error().message;
}

TEST_F(Start, AMissingProgramIsSaidToBeUnexecutable) {
    const auto started = start(name(), program({"/no/such/program"}));
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().message.contains("203/EXEC")) << started.error().message;
}

TEST_F(Start, AMissingUserIsSaid) {
    if (as_user())
        GTEST_SKIP() << "a user's manager has no other users";
    auto definition = program({"sleep", "infinity"});
    definition.user = "nobody-of-this-name";
    const auto started = start(name(), definition);
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().message.contains("217/USER")) << started.error().message;
}

TEST_F(Start, AMissingDirectoryIsSaid) {
    auto definition = program({"sleep", "infinity"});
    definition.working_dir = "/no/such/directory";
    const auto started = start(name(), definition);
    ASSERT_FALSE(started);
    EXPECT_TRUE(started.error().message.contains("200/CHDIR")) << started.error().message;
}

TEST_F(Start, AServiceThatDoesNotGetReadyTimesOut) {
    auto definition = program({"sleep", "infinity"}, ServiceType::Notify);
    definition.properties = {{"TimeoutStartSec", {"1"}}};
    const auto started = start(name(), definition);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::TimedOut);
    EXPECT_TRUE(started.error().message.contains("1s")) << started.error().message;
}

TEST_F(Start, ARefusedCallLeavesNothing) {
    const auto unit = name();
    auto definition = program({"relative/program"});
    definition.properties = {{"Nice", {"7"}}};
    const auto started = start(unit, definition);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::Invalid);
    EXPECT_FALSE(std::filesystem::exists(drop_in_directory(unit)));
    EXPECT_EQ(show(unit, "LoadState"), "not-found");
}

TEST_F(Start, AStoppedGenerationIsStartedAgainAsItWas) {
    const auto unit = name();
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Nice", {"7"}}};
    ASSERT_TRUE(start(unit, definition));
    const auto pid = units->state(unit).main_pid;
    ASSERT_TRUE(run(units->stop_unit(unit)));
    EXPECT_EQ(units->state(unit).active_state, "inactive");
    EXPECT_EQ(show(unit, "LoadState"), "loaded");
    ASSERT_TRUE(start(unit, definition));
    EXPECT_EQ(units->state(unit).active_state, "active");
    EXPECT_NE(units->state(unit).main_pid, pid);
    EXPECT_EQ(show(unit, "Nice"), "7");
}

TEST_F(Start, AFailedGenerationCanBeTriedAgain) {
    const auto unit = name();
    const auto flag = (directory / "flag").string();
    const auto definition = program({"/bin/sh", "-c",
                                     "test -e " + flag +
                                         " && systemd-notify --ready;"
                                         "test -e " +
                                         flag + " || exit 5; exec sleep infinity"},
                                    ServiceType::Notify);
    auto with_access = definition;
    with_access.properties = {{"NotifyAccess", {"all"}}};
    ASSERT_FALSE(start(unit, with_access));
    ASSERT_TRUE(units->state(unit).failed());
    std::ofstream(flag).put('x');
    const auto again = start(unit, with_access);
    EXPECT_TRUE(again) << again.error().message;
}

TEST_F(Start, AUnitOfAnEarlierLifeIsNotTakenForTheOneThatIsWanted) {
    const auto unit = name();
    ASSERT_TRUE(start(unit, program({"sleep", "infinity"})));
    const auto pid = units->state(unit).main_pid;
    units->unfollow(unit); // as the death of the daemon does
    EXPECT_EQ(units->state(unit), UnitState());
    ASSERT_TRUE(start(unit, program({"sleep", "2000"})));
    EXPECT_NE(units->state(unit).main_pid, pid);
}

TEST_F(Start, AnUnfollowedUnitIsForgottenByTheManagerOnceItStops) {
    const auto unit = name();
    ASSERT_TRUE(start(unit, program({"sleep", "infinity"})));
    units->unfollow(unit);
    ASSERT_TRUE(run(units->stop_unit(unit)));
    until([&] { return show(unit, "LoadState") == "not-found"; });
}

TEST_F(Start, DiscardLeavesNothing) {
    const auto unit = name();
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Nice", {"7"}}};
    ASSERT_TRUE(start(unit, definition));
    ASSERT_TRUE(run(units->set_properties(unit, {{"MemoryMax", std::uint64_t(1) << 30}})));
    ASSERT_TRUE(run(units->discard(unit)));
    until([&] { return show(unit, "LoadState") == "not-found"; }); // collected in a moment
    EXPECT_FALSE(std::filesystem::exists(drop_in_directory(unit)));
    EXPECT_EQ(shell("ls -d " + (run_time_directory().parent_path() / "transient").string() + "/'" +
                    unit + "'* 2>/dev/null"),
              "");
    EXPECT_EQ(units->state(unit), UnitState());
}

TEST_F(Start, DiscardForgetsAFailedUnit) {
    const auto unit = name();
    ASSERT_FALSE(start(unit, program({"/no/such/program"})));
    ASSERT_TRUE(run(units->discard(unit)));
    until([&] { return show(unit, "LoadState") == "not-found"; }); // collected in a moment
}

TEST_F(Start, DiscardOfAnUnknownUnitIsDone) {
    EXPECT_TRUE(run(units->discard(name())));
    EXPECT_TRUE(run(units->stop_unit(name())));
}

TEST_F(Start, FiftyStartAtOnce) {
    std::vector<std::string> names;
    std::vector<Task<Result<>>> starts;
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Nice", {"7"}}};
    for (int i = 0; i < 50; ++i) {
        names.push_back(name("many"));
        starts.push_back(units->start_generation({names.back(), kSlice, definition, {}, {}}));
    }
    for (auto& each : starts)
        each.start();
    until([&] { return std::ranges::all_of(starts, [](auto& each) { return each.done(); }); });
    for (auto& each : starts) {
        const auto started = each.take();
        EXPECT_TRUE(started) << started.error().message;
    }
    for (const auto& each : names) {
        EXPECT_EQ(units->state(each).active_state, "active");
        EXPECT_EQ(show(each, "Nice"), "7");
    }
    const auto listed = run(units->list("hotreload-units\\x2dtest.many@*.service"));
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->size(), 50U);
    std::vector<Task<Result<>>> ends;
    for (const auto& each : names)
        ends.push_back(units->discard(each));
    for (auto& each : ends)
        each.start();
    until([&] { return std::ranges::all_of(ends, [](auto& each) { return each.done(); }); });
    until([&] { return run(units->list("hotreload-units\\x2dtest.many@*.service"))->empty(); });
}

} // namespace hotreload::test
