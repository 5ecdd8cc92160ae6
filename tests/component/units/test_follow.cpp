// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <algorithm>
#include <csignal>
#include <format>
#include <fstream>

using namespace std::chrono_literals;

namespace hotreload::test {

class Follow : public UnitsTest {
protected:
    Follow() {
        units->on_change = [this](const std::string& unit, const UnitState& state) {
            changes.emplace_back(unit, state.active_state);
        };
    }

    ~Follow() override { units->on_change = nullptr; }

    [[nodiscard]] bool told(const std::string& unit, const std::string& active_state) const {
        return std::ranges::find(changes, std::pair(unit, active_state)) != changes.end();
    }

    std::string started(const MemberDefinition& definition) {
        const auto unit = name();
        const auto result = start(unit, definition);
        EXPECT_TRUE(result) << result.error().message;
        changes.clear();
        return unit;
    }

    // A program that does `then` once it is told.
    MemberDefinition when_told(const std::string& then) {
        shell("mkfifo -m 0666 " + (directory / "go").string());
        return program({"/bin/sh", "-c", "cat " + (directory / "go").string() + "; " + then});
    }
    void tell() { shell("echo >" + (directory / "go").string()); }
    Result<> told_meanwhile(Task<Result<>>& staying) {
        staying.start();
        EXPECT_FALSE(staying.done());
        tell();
        until([&] { return staying.done(); });
        return staying.take();
    }

    // Ends when all that the manager has said until now has been heard: its signals come in order,
    // and this one is the last.
    void hear_all(const std::string& cookie) {
        systemctl("stop '" + cookie + "'");
        until([&] {
            return units->state(cookie).loaded() && units->state(cookie).active_state == "inactive";
        });
    }

    std::vector<std::pair<std::string, std::string>> changes;
};

TEST_F(Follow, AStopByHandIsSeen) {
    const auto unit = started(program({"sleep", "infinity"}));
    systemctl("stop '" + unit + "'");
    until([&] { return told(unit, "inactive"); });
    EXPECT_EQ(units->state(unit).active_state, "inactive");
    EXPECT_TRUE(units->state(unit).loaded()); // ours to start again
}

TEST_F(Follow, ADeathIsSeenWithItsCause) {
    const auto unit = started(program({"sleep", "infinity"}));
    shell("kill -SEGV " + show(unit, "MainPID"));
    until([&] { return units->state(unit).failed(); });
    EXPECT_TRUE(describe_failure(units->state(unit)).starts_with("killed by SIGSEGV"));
}

TEST_F(Follow, AnAutomaticRestartIsCounted) {
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Restart", {"always"}}, {"RestartSec", {"10ms"}}};
    const auto unit = started(definition);
    const auto pid = units->state(unit).main_pid;
    shell("kill -KILL " + std::to_string(pid));
    until([&] { return units->state(unit).restarts == 1; });
    until([&] { return units->state(unit).active_state == "active"; });
    EXPECT_NE(units->state(unit).main_pid, pid);
}

TEST_F(Follow, AnInactiveInstalledUnitIsKeptLoaded) {
    const std::string unit = "units-test-idle.service";
    const auto file = run_time_directory() / unit;
    std::ofstream(file) << "[Service]\nExecStart=/bin/true\n";
    const auto state = run(units->follow(unit));
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_TRUE(state->loaded());
    EXPECT_EQ(state->active_state, "inactive");
    EXPECT_EQ(run(units->list(unit))->size(), 1U);
    units->unfollow(unit);
    until([&] { return run(units->list(unit))->empty(); });
    std::filesystem::remove(file);
}

TEST_F(Follow, AnUnknownUnitIsNotFoundAndItsNameStaysFree) {
    const auto unit = name();
    const auto state = run(units->follow(unit));
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->load_state, "not-found");
    until([&] { return run(units->list(unit))->empty(); });
    const auto result = start(unit, program({"sleep", "infinity"}));
    EXPECT_TRUE(result) << result.error().message;
    EXPECT_EQ(units->state(unit).active_state, "active");
}

TEST_F(Follow, ADaemonReloadIsNoNewsAndLosesNothing) {
    const auto cookie = started(program({"sleep", "infinity"}));
    const auto unit = started(service({"ok"}));
    until([&] { return units->state(unit).status_text == "up"; });
    const auto before = units->state(unit);
    changes.clear();
    systemctl("daemon-reload");
    hear_all(cookie);
    EXPECT_TRUE(std::ranges::none_of(changes, [&](auto& each) { return each.first == unit; }));
    EXPECT_EQ(units->state(unit), before);
    systemctl("stop '" + unit + "'");
    until([&] { return told(unit, "inactive"); });
    EXPECT_EQ(show(unit, "LoadState"), "loaded") << "the reference was lost";
}

TEST_F(Follow, ANewExecutionOfTheManagerIsTheSameRunAndIsFollowedOn) {
    const auto cookie = started(program({"sleep", "infinity"}));
    const auto unit = started(service({"ok"}));
    until([&] { return units->state(unit).status_text == "up"; });
    const auto before = units->state(unit);
    const auto id = units->manager_id();
    EXPECT_FALSE(id.empty());
    changes.clear();
    systemctl("daemon-reexec");
    hear_all(cookie);
    EXPECT_TRUE(std::ranges::none_of(changes, [&](auto& each) { return each.first == unit; }));
    EXPECT_EQ(units->manager_id(), id);
    EXPECT_EQ(units->state(unit), before);
    EXPECT_TRUE(run(units->reload_unit(unit)));
    systemctl("stop '" + unit + "'");
    until([&] { return told(unit, "inactive"); });
    EXPECT_EQ(show(unit, "LoadState"), "loaded") << "the reference was lost";
}

TEST_F(Follow, AJobUnderWayIsAwaitedAcrossANewExecutionOfTheManager) {
    const auto unit = name();
    auto definition = when_told("systemd-notify --ready; exec sleep infinity");
    definition.type = ServiceType::Notify;
    definition.properties = {{"NotifyAccess", {"all"}}};
    auto starting = units->start_generation({unit, kSlice, definition, {}, {}});
    starting.start();
    until([&] { return units->state(unit).active_state == "activating"; });
    systemctl("daemon-reexec");
    run(os::wait_for(loop, 500ms));
    EXPECT_FALSE(starting.done());
    tell();
    until([&] { return starting.done(); });
    const auto result = starting.take();
    EXPECT_TRUE(result) << result.error().message;
}

TEST_F(Follow, MoreUnitsThanABusAllowsRepliesToOneConnection) {
    std::vector<Task<Result<UnitState>>> follows;
    for (int i = 0; i < 400; ++i)
        follows.push_back(units->follow(std::format("units-test-unknown-{}.service", i)));
    for (auto& each : follows)
        each.start();
    until([&] { return std::ranges::all_of(follows, [](auto& each) { return each.done(); }); });
    for (auto& each : follows) {
        const auto state = each.take();
        EXPECT_TRUE(state) << state.error().message;
    }
}

TEST_F(Follow, StaysActiveEndsAfterTheTime) {
    const auto unit = started(program({"sleep", "infinity"}));
    const auto since = std::chrono::steady_clock::now();
    const auto stayed = run(units->stays_active(unit, 300ms, {}));
    EXPECT_TRUE(stayed) << stayed.error().message;
    EXPECT_GE(std::chrono::steady_clock::now() - since, 300ms);
    EXPECT_TRUE(run(units->stays_active(unit, 0ms, {})));
}

TEST_F(Follow, StaysActiveEndsAtOnceWhenTheProcessDies) {
    const auto unit = started(when_told("exit 7"));
    auto staying = units->stays_active(unit, kInfinity, {});
    const auto stayed = told_meanwhile(staying);
    ASSERT_FALSE(stayed);
    EXPECT_TRUE(stayed.error().message.contains("exit code 7")) << stayed.error().message;
    EXPECT_FALSE(run(units->stays_active(unit, 0ms, {})));
}

TEST_F(Follow, StaysActiveIsBrokenByAnAutomaticRestart) {
    auto definition = when_told("exit 7");
    definition.properties = {{"Restart", {"always"}}, {"RestartSec", {"0"}}};
    auto staying = units->stays_active(started(definition), kInfinity, {});
    EXPECT_FALSE(told_meanwhile(staying));
}

TEST_F(Follow, ACleanEndOfAServiceIsNotStaying) {
    auto staying = units->stays_active(started(when_told("exit 0")), kInfinity, {});
    EXPECT_FALSE(told_meanwhile(staying));
}

TEST_F(Follow, AOneshotThatHasDoneItsWorkIsWell) {
    const auto unit = started(program({"/bin/true"}, ServiceType::Oneshot));
    const auto stayed = run(units->stays_active(unit, 20s, {}));
    EXPECT_TRUE(stayed) << stayed.error().message;
    auto remaining = program({"/bin/true"}, ServiceType::Oneshot);
    remaining.properties = {{"RemainAfterExit", {"yes"}}};
    EXPECT_TRUE(run(units->stays_active(started(remaining), 100ms, {})));
}

TEST_F(Follow, AnAbandonedStartHarmsNothing) {
    const auto unit = name();
    const auto definition = service({"ok"});
    {
        auto starting = units->start_generation({unit, kSlice, definition, {}, {}});
        starting.start();
        loop.run_once(1ms);
    }
    until([&] { return units->state(unit).active_state == "active"; });
}

} // namespace hotreload::test
