// SPDX-License-Identifier: LGPL-2.1-or-later
// What other people do to units that are ours to follow: under other names, and in the middle of
// what we do to them.
#include "fixture.hpp"

#include <csignal>
#include <format>
#include <fstream>

using namespace std::chrono_literals;

namespace hotreload::test {

class Others : public UnitsTest {
protected:
    ~Others() override {
        units->on_change = nullptr;
        for (const auto& unit : installed_) {
            systemctl("stop '" + unit + "'");
            std::filesystem::remove(run_time_directory() / unit);
        }
        if (!installed_.empty())
            systemctl("daemon-reload");
    }

    // A unit with a file, as packages install it.
    std::string install(const std::string& kind, const std::string& service) {
        auto unit = std::format("units-test-{}-{}.service", kind, ::getpid());
        write(unit, service);
        installed_.push_back(unit);
        return unit;
    }

    static void write(const std::string& unit, const std::string& service) {
        std::filesystem::create_directories(run_time_directory());
        std::ofstream(run_time_directory() / unit) << "[Service]\n" << service;
    }

    std::string link(const std::string& kind, const std::string& to) {
        auto unit = std::format("units-test-{}-{}.service", kind, ::getpid());
        std::filesystem::remove(run_time_directory() / unit);
        std::filesystem::create_symlink(to, run_time_directory() / unit);
        installed_.push_back(unit);
        return unit;
    }

    // A service whose reload lasts until `finish_reload`.
    std::string reloads_slowly() {
        shell("mkfifo -m 0666 " + path("go"));
        auto definition = program({"sleep", "infinity"});
        definition.reload = {"/bin/cat", path("go")};
        auto unit = name();
        EXPECT_TRUE(start(unit, definition));
        return unit;
    }

    // A stop in the middle of a reload kills the reload's command, which the manager calls a
    // failure of the unit.
    bool is_over(const std::string& unit) {
        const auto now = units->state(unit).active_state;
        return now == "inactive" || now == "failed";
    }

    bool reloads(const std::string& unit) { return units->state(unit).active_state == "reloading"; }

    std::string path(const char* file) { return (directory / file).string(); }

private:
    std::vector<std::string> installed_;
};

TEST_F(Others, AnAliasIsFollowedToTheUnitThatItNames) {
    const auto real = install("real", "ExecStart=sleep infinity\n");
    const auto alias = link("alias", real);
    systemctl("start '" + real + "'");
    std::string told;
    units->on_change = [&](const std::string& unit, const UnitState&) { told = unit; };
    const auto state = run(units->follow(alias));
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->id, real);
    EXPECT_TRUE(state->running());
    systemctl("stop '" + real + "'");
    until([&] { return !units->state(alias).running(); });
    EXPECT_EQ(told, alias);
    systemctl("start '" + alias + "'");
    until([&] { return units->state(alias).running(); });
    units->unfollow(alias);
    EXPECT_FALSE(units->state(real).loaded());
}

TEST_F(Others, AnAliasThatIsGivenToAnotherUnitIsFollowedThere) {
    const auto before = install("before", "ExecStart=sleep infinity\n");
    const auto after = install("after", "ExecStart=sleep infinity\n");
    const auto alias = link("moves", before);
    systemctl("start '" + before + "'");
    ASSERT_TRUE(run(units->follow(before)));
    ASSERT_TRUE(run(units->follow(alias)));
    link("moves", after);
    systemctl("daemon-reload");
    until([&] { return units->state(alias).id == after; });
    EXPECT_FALSE(units->state(alias).running());
    EXPECT_TRUE(units->state(before).running());
    systemctl("start '" + after + "'");
    until([&] { return units->state(alias).running(); });
    units->unfollow(alias);
    EXPECT_TRUE(units->state(before).running());
    units->unfollow(before);
}

TEST_F(Others, AUnitIsFollowedUntilEachHasLetGoOfIt) {
    const auto real = install("real", "ExecStart=sleep infinity\n");
    const auto alias = link("alias", real);
    systemctl("start '" + real + "'");
    for (const auto& unit : {real, alias, real})
        ASSERT_TRUE(run(units->follow(unit)));
    units->unfollow(real);
    units->unfollow(alias);
    systemctl("stop '" + real + "'");
    until([&] { return units->state(real).end == UnitEnd::Others; });
    units->unfollow(real);
    EXPECT_FALSE(units->state(real).loaded());
}

TEST_F(Others, AnEndIsTheProcesssOwnOrOursOrSomebodyElses) {
    const auto unit = name();
    ASSERT_TRUE(start(unit, program({"sleep", "infinity"})));
    shell("kill -TERM " + std::to_string(units->state(unit).main_pid));
    until([&] { return units->state(unit).end == UnitEnd::ByItself; });
    ASSERT_TRUE(run(units->start_unit(unit)));
    EXPECT_EQ(units->state(unit).end, UnitEnd::Unknown);
    ASSERT_TRUE(run(units->stop_unit(unit)));
    EXPECT_EQ(units->state(unit).end, UnitEnd::Ours);
    ASSERT_TRUE(run(units->start_unit(unit)));
    systemctl("stop '" + unit + "'");
    until([&] { return units->state(unit).end == UnitEnd::Others; });
}

TEST_F(Others, AStopDuringAReloadIsTheirs) {
    const auto unit = reloads_slowly();
    auto reload = units->reload_unit(unit);
    reload.start();
    until([&] { return reloads(unit); });
    systemctl("stop --no-block '" + unit + "'");
    until([&] { return reload.done(); });
    EXPECT_FALSE(reload.take());
    EXPECT_TRUE(units->state(unit).stopped_by_others());
    until([&] { return is_over(unit); });
    EXPECT_TRUE(units->state(unit).stopped_by_others());
}

// The manager cancels the reload at once, and stops the unit when what is ordered after it is down.
TEST_F(Others, AStopThatHasToWaitForOtherUnitsIsTheirsAllTheSame) {
    shell("mkfifo -m 0666 " + path("go") + " " + path("end"));
    const auto later = std::format("units-test-later-{}.service", ::getpid());
    const auto unit = install("waits", "ExecStart=sleep infinity\nExecReload=/bin/cat " +
                                           path("go") + "\n[Unit]\nBefore=" + later + "\n");
    install("later", "ExecStart=sleep infinity\nExecStop=/bin/cat " + path("end") + "\n");
    systemctl("start '" + unit + "' '" + later + "'");
    ASSERT_TRUE(run(units->follow(unit)));
    auto reload = units->reload_unit(unit);
    reload.start();
    until([&] { return reloads(unit); });
    systemctl("stop --no-block '" + later + "' '" + unit + "'");
    // The reload has been canceled, and whatever it asks the manager then has been answered.
    until([&] { return show(later, "ActiveState").starts_with("deactivating"); });
    for (int i = 0; i < 8; ++i)
        (void)run(units->list(unit));
    EXPECT_EQ(units->state(unit).active_state, "reloading");
    EXPECT_FALSE(reload.done());
    shell("echo >" + path("end"));
    until([&] { return reload.done(); });
    EXPECT_FALSE(reload.take());
    EXPECT_TRUE(units->state(unit).stopped_by_others());
    units->unfollow(unit);
}

TEST_F(Others, AStopThatTakesLongIsTheirsAsSoonAsItHasBegun) {
    shell("mkfifo -m 0666 " + path("end"));
    const auto unit = name();
    ASSERT_TRUE(start(unit, program({"/bin/sh", "-c",
                                     "trap 'read x <" + path("end") +
                                         "; exit 0' TERM; sleep infinity & "
                                         "touch " +
                                         path("up") + "; wait $!"})));
    until([&] { return std::filesystem::exists(path("up")); });
    auto staying = units->stays_active(unit, kInfinity, {});
    staying.start();
    systemctl("stop --no-block '" + unit + "'");
    until([&] { return staying.done(); });
    EXPECT_FALSE(staying.take());
    EXPECT_EQ(units->state(unit).active_state, "deactivating");
    EXPECT_TRUE(units->state(unit).stopped_by_others());
    shell("echo >" + path("end"));
    until([&] { return units->state(unit).active_state == "inactive"; });
    EXPECT_TRUE(units->state(unit).stopped_by_others());
}

TEST_F(Others, ARestartDuringAReloadIsAsGood) {
    const auto unit = reloads_slowly();
    const auto pid = units->state(unit).main_pid;
    auto reload = units->reload_unit(unit);
    reload.start();
    until([&] { return reloads(unit); });
    systemctl("restart --no-block '" + unit + "'");
    until([&] { return reload.done(); });
    const auto state = reload.take();
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_NE(state->main_pid, pid);
    EXPECT_TRUE(state->running());
}

TEST_F(Others, ARestartWhileAUnitIsWatchedBeginsTheWatchAnew) {
    const auto unit = name();
    ASSERT_TRUE(start(unit, program({"sleep", "infinity"})));
    auto staying = units->stays_active(unit, 1s, {});
    staying.start();
    systemctl("restart '" + unit + "'");
    until([&] { return staying.done(); });
    const auto stayed = staying.take();
    EXPECT_TRUE(stayed) << stayed.error().message;
}

TEST_F(Others, ADeathBySignalIsSeenThoughTheManagerHasStartedItAgain) {
    auto definition = program({"sleep", "infinity"});
    definition.properties = {{"Restart", {"always"}}, {"RestartSec", {"0"}}};
    const auto unit = name();
    ASSERT_TRUE(start(unit, definition));
    const auto before = run(units->signal_unit(unit, SIGHUP));
    ASSERT_TRUE(before) << before.error().message;
    until([&] { return units->state(unit).restarts == 1 && units->state(unit).running(); });
    EXPECT_FALSE(run(units->stays_active(unit, 0ms, *before)));
    EXPECT_TRUE(run(units->stays_active(unit, 0ms, {})));
}

TEST_F(Others, WhatTheManagerKnowsOfAUnitIsReadAnewWhenItsFileHasChanged) {
    const auto unit = install("stale", "ExecStart=sleep infinity\n");
    systemctl("start '" + unit + "'");
    const auto since = show(unit, "ExecMainStartTimestampMonotonic");
    ASSERT_TRUE(run(units->load_anew(unit)));
    write(unit, "ExecStart=sleep infinity\nEnvironment=A=b\n");
    std::filesystem::last_write_time(run_time_directory() / unit,
                                     std::filesystem::file_time_type::clock::now() + 2s);
    ASSERT_EQ(show(unit, "NeedDaemonReload"), "yes");
    const auto anew = run(units->load_anew(unit));
    ASSERT_TRUE(anew) << anew.error().message;
    EXPECT_EQ(show(unit, "NeedDaemonReload"), "no");
    EXPECT_EQ(show(unit, "Environment"), "A=b");
    EXPECT_EQ(show(unit, "ExecMainStartTimestampMonotonic"), since);
}

} // namespace hotreload::test
