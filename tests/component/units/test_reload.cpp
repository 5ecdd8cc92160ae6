// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <csignal>
#include <fstream>

using namespace std::chrono_literals;

namespace hotreload::test {

class Reload : public UnitsTest {
protected:
    std::string started(const MemberDefinition& definition) {
        const auto unit = name();
        const auto result = start(unit, definition);
        EXPECT_TRUE(result) << result.error().message;
        return unit;
    }

    std::string reload_error(const std::string& unit) {
        const auto result = run(units->reload_unit(unit));
        return result ? "" : result.error().message;
    }
};

TEST_F(Reload, IsOkWhenTheServiceSaysSoAndKeepsItsProcess) {
    const auto unit = started(service({"ok"}));
    const auto pid = units->state(unit).main_pid;
    EXPECT_EQ(reload_error(unit), "");
    EXPECT_EQ(units->state(unit).main_pid, pid);
    EXPECT_EQ(units->state(unit).active_state, "active");
    EXPECT_EQ(reload_error(unit), "");
}

TEST_F(Reload, IsRefusedWithTheServicesOwnReason) {
    const auto unit = started(service({"refuse"}));
    EXPECT_TRUE(reload_error(unit).contains("bad configuration in line 7"));
    EXPECT_EQ(units->state(unit).status_errno, EINVAL);
}

TEST_F(Reload, ARefusalThatTheServiceDidNotTakeBackIsToldFromANewOne) {
    const auto unit = started(service({"refuse", "refuse", "refuse-other", "well-again", "ok"}));
    EXPECT_TRUE(reload_error(unit).contains("line 7"));
    EXPECT_TRUE(reload_error(unit).contains("line 7"));
    EXPECT_TRUE(reload_error(unit).contains("line 9"));
    EXPECT_EQ(reload_error(unit), "");
    EXPECT_EQ(reload_error(unit), "");
}

TEST_F(Reload, OfAUnitThatNobodyFollowsIsJudgedAlike) {
    const auto unit = started(service({"refuse"}));
    units->unfollow(unit);
    EXPECT_TRUE(reload_error(unit).contains("line 7"));
}

TEST_F(Reload, TheServiceDiesOfTheSignal) {
    const auto unit = started(service({"die"}));
    EXPECT_TRUE(reload_error(unit).contains("the service ended during the reload"));
}

TEST_F(Reload, AServiceThatNeverAnswersTimesOutAndRunsOn) {
    auto definition = service({"silent"});
    definition.properties = {{"TimeoutStartSec", {"1"}}};
    const auto unit = started(definition);
    EXPECT_TRUE(reload_error(unit).contains("within 1s"));
    EXPECT_TRUE(units->state(unit).running());
}

TEST_F(Reload, AServiceThatBeginsAndNeverFinishesHasADeadline) {
    auto definition = service({"stuck"});
    definition.properties = {{"TimeoutStartSec", {"1"}}};
    const auto unit = started(definition);
    const auto error = reload_error(unit);
    EXPECT_TRUE(error.contains("did not say that it is ready within 1s")) << error;
    EXPECT_EQ(systemctl("list-jobs --no-legend '" + unit + "'"), "");
}

TEST_F(Reload, AReloadCommandThatFailsLeavesTheProcess) {
    auto definition = program({"sleep", "infinity"});
    definition.reload = {"/bin/false"};
    const auto unit = started(definition);
    const auto pid = units->state(unit).main_pid;
    EXPECT_TRUE(reload_error(unit).contains("the reload command failed"));
    EXPECT_EQ(units->state(unit).main_pid, pid);
}

TEST_F(Reload, AReloadCommandKnowsTheMainProcess) {
    auto definition = service({"ok"}, ServiceType::Notify);
    definition.reload = {"/bin/kill", "-HUP", "$MAINPID"};
    EXPECT_EQ(reload_error(started(definition)), "");
}

TEST_F(Reload, OfAServiceThatCannotIsRefusedByTheManager) {
    EXPECT_FALSE(reload_error(started(program({"sleep", "infinity"}))).empty());
    EXPECT_FALSE(reload_error("no-such-unit.service").empty());
}

TEST_F(Reload, AnotherReloadSignalIsSentByTheManager) {
    auto definition = program({"/usr/bin/python3", "-c",
                               "import os,signal,socket,time\n"
                               "def n(m):\n"
                               " s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n"
                               " s.connect(os.environ['NOTIFY_SOCKET']); s.send(m.encode())\n"
                               "def h(*a):\n"
                               " n('RELOADING=1\\nMONOTONIC_USEC=%d'%(time.monotonic_ns()//1000))\n"
                               " n('READY=1\\nSTATUS=by USR2')\n"
                               "signal.signal(signal.SIGUSR2,h); n('READY=1')\n"
                               "while True: signal.pause()\n"},
                              ServiceType::NotifyReload);
    definition.reload_signal = SIGUSR2;
    const auto unit = started(definition);
    EXPECT_EQ(reload_error(unit), "");
    EXPECT_EQ(units->state(unit).status_text, "by USR2");
}

TEST_F(Reload, ASignalIsSentToTheMainProcess) {
    const auto mark = (directory / "mark").string();
    const auto unit = started(program(
        {"/bin/sh", "-c",
         "trap 'touch " + mark + "' USR1; sleep infinity & touch " + mark + ".ready; wait; wait"}));
    until([&] { return std::filesystem::exists(mark + ".ready"); });
    ASSERT_TRUE(run(units->signal_unit(unit, SIGUSR1)));
    until([&] { return std::filesystem::exists(mark); });
    ASSERT_TRUE(run(units->stop_unit(unit)));
    const auto sent = run(units->signal_unit(unit, SIGUSR1));
    ASSERT_FALSE(sent);
    EXPECT_TRUE(sent.error().message.contains("SIGUSR1")) << sent.error().message;
}

class ReloadOfOneThatStarts : public Reload {
protected:
    // Killed, and started again by the manager: not ready before finish_start().
    std::string starting_again() {
        shell("mkfifo " + path("go"));
        auto definition = service({"ok"});
        const auto script = "[ ! -e " + path("again") + " ] || cat " + path("go") + "; exec \"$@\"";
        definition.command.insert(definition.command.begin(), {"/bin/sh", "-c", script, "sh"});
        definition.properties = {{"Restart", {"always"}}, {"RestartSec", {"10ms"}}};
        const auto unit = started(definition);
        shell("touch " + path("again"));
        shell("kill -KILL " + std::to_string(units->state(unit).main_pid));
        until([&] { return units->state(unit).sub_state == "start"; });
        return unit;
    }

    void finish_start() { shell("echo >" + path("go")); }

    std::string path(const char* file) { return (directory / file).string(); }
};

TEST_F(ReloadOfOneThatStarts, WaitsUntilItIsReady) {
    const auto unit = starting_again();
    auto reload = units->reload_unit(unit);
    reload.start();
    finish_start();
    until([&] { return reload.done(); });
    const auto result = reload.take();
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(units->state(unit).status_text, "well");
}

TEST_F(ReloadOfOneThatStarts, BySignalWaitsToo) {
    const auto unit = starting_again();
    auto signal = units->signal_unit(unit, SIGHUP);
    signal.start();
    finish_start();
    until([&] { return signal.done() && units->state(unit).status_text == "well"; });
    EXPECT_TRUE(signal.take());
    EXPECT_EQ(units->state(unit).restarts, 1U);
}

TEST_F(Reload, LivePropertiesAreSetOnTheRunningUnit) {
    const auto unit = started(program({"sleep", "infinity"}));
    const auto pid = units->state(unit).main_pid;
    const auto set = run(units->set_properties(
        unit, {{"MemoryMax", std::uint64_t(256) << 20}, {"CPUWeight", std::uint64_t(200)}}));
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_EQ(show(unit, "MemoryMax"), std::to_string(std::uint64_t(256) << 20));
    EXPECT_EQ(show(unit, "CPUWeight"), "200");
    EXPECT_EQ(units->state(unit).main_pid, pid);
    EXPECT_FALSE(run(units->set_properties(unit, {{"Nice", std::uint32_t(3)}})));
}

TEST_F(Reload, ACommandNamesTheMainProcessAfterADaemonReloadToo) {
    const auto unit = name();
    const auto file = (directory / "told").string();
    auto definition = program({"sleep", "infinity"});
    definition.reload = {"/bin/sh", "-c",  "echo $0 $1 $2 $3 > " + file, "$MAINPID", "<${MAINPID}>",
                         "$HOME",   "100%"};
    ASSERT_TRUE(start(unit, definition));
    const auto pid = show(unit, "MainPID");
    for (const bool reloaded : {false, true}) {
        if (reloaded)
            systemctl("daemon-reload");
        ASSERT_TRUE(run(units->reload_unit(unit)));
        EXPECT_EQ(shell("cat " + file), pid + " <" + pid + "> $HOME 100%") << reloaded;
    }
}

TEST_F(Reload, AnAttachedUnitIsReloadedToo) {
    if (as_user() || show("nginx.service", "LoadState") != "loaded")
        GTEST_SKIP() << "no nginx here";
    systemctl("start nginx.service");
    const auto state = run(units->follow("nginx.service"));
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_TRUE(state->can_reload);
    const auto pid = state->main_pid;
    EXPECT_EQ(reload_error("nginx.service"), "");
    EXPECT_EQ(units->state("nginx.service").main_pid, pid);
}

} // namespace hotreload::test
