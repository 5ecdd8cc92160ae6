// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <unistd.h>

#include <algorithm>
#include <format>
#include <fstream>

namespace hotreload::test {

// A template of its own: its instances write what is done to them into a file each.
class Instances : public UnitsTest {
protected:
    Instances()
        : stem_(std::format("units-test-many-{}@", ::getpid())), pattern_(stem_ + "*.service") {
        std::ofstream(run_time_directory() / (stem_ + ".service"))
            << "[Service]\nExecStart=/bin/sleep infinity\n"
            << "ExecReload=/bin/sh -c 'echo reload >> " << directory.string()
            << "/%i; test %i != bad'\n";
        units->on_change = [this](const std::string& unit, const UnitState&) {
            told_.push_back(unit);
        };
    }
    ~Instances() override {
        units->on_change = nullptr;
        systemctl(std::format("stop '{}'", pattern_));
        std::filesystem::remove(run_time_directory() / (stem_ + ".service"));
        std::filesystem::remove_all(run_time_directory() / (stem_ + ".service.d"));
        systemctl("daemon-reload");
    }

    [[nodiscard]] std::string instance(const std::string& name) const {
        return stem_ + name + ".service";
    }
    void start_instance(const std::string& name) { systemctl("start " + instance(name)); }
    [[nodiscard]] bool reloaded(const std::string& name) const {
        return std::filesystem::exists(directory / name);
    }

    std::string stem_;
    std::string pattern_;
    std::vector<std::string> told_;
};

TEST_F(Instances, AreFollowedAsOneUnitThatRunsWhileOneDoes) {
    ASSERT_TRUE(run(units->follow(pattern_)));
    EXPECT_FALSE(units->state(pattern_).running());
    EXPECT_TRUE(units->state(pattern_).loaded()) << "which is no fault of the template's";
    start_instance("a");
    until([&] { return units->state(pattern_).running(); });
    EXPECT_TRUE(std::ranges::contains(told_, pattern_));
    EXPECT_TRUE(units->state(pattern_).can_reload);
    start_instance("b");
    systemctl("stop " + instance("a"));
    until([&] { return !units->state(instance("a")).running(); });
    until([&] { return units->state(instance("b")).running(); });
    EXPECT_TRUE(units->state(pattern_).running());
    systemctl("stop " + instance("b"));
    until([&] { return !units->state(pattern_).running(); });
    until([&] { return run(units->list(pattern_))->empty(); }); // no reference of ours keeps them
}

// A look at one that does not run has the manager load it for a moment.
TEST_F(Instances, ThatDoNotRunAreNotAskedAfter) {
    ASSERT_TRUE(run(units->follow(pattern_)));
    start_instance("a");
    until([&] { return units->state(pattern_).running(); });
    int made = 0;
    bus->addMatch("type='signal',sender='org.freedesktop.systemd1',member='UnitNew'",
                  [&](sdbus::Message signal) {
                      std::string unit;
                      signal >> unit;
                      made += unit.starts_with(stem_);
                  });
    systemctl("stop " + instance("a"));
    show(instance("a"), "ActiveState");
    until([&] { return made > 0 && !units->state(pattern_).running(); });
    const auto talk = [&] {
        for (int i = 0; i < 20; ++i)
            std::ignore = run(units->list(pattern_));
    };
    talk(); // our own look at how it ended may be one more
    const int before = made;
    talk();
    EXPECT_EQ(made, before);
}

TEST_F(Instances, ThatRunAreActedOnOneAfterAnotherUntilOneFails) {
    for (const char* each : {"a", "bad", "c"})
        start_instance(each);
    ASSERT_TRUE(run(units->follow(pattern_)));
    start_instance("aa"); // its signal has not been heard
    const auto failed = run(units->reload_unit(pattern_));
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().message.contains(instance("bad"))) << failed.error().message;
    EXPECT_TRUE(reloaded("a") && reloaded("aa") && reloaded("bad"));
    EXPECT_FALSE(reloaded("c"));

    const auto before = show(instance("c"), "MainPID");
    ASSERT_TRUE(run(units->restart_unit(pattern_)));
    EXPECT_NE(show(instance("c"), "MainPID"), before);
    EXPECT_TRUE(run(units->stays_active(pattern_, std::chrono::milliseconds(1), std::nullopt)));
}

TEST_F(Instances, ThatWereStoppedTogetherAreStartedTogether) {
    start_instance("a");
    start_instance("b");
    ASSERT_TRUE(run(units->follow(pattern_)));
    ASSERT_TRUE(run(units->stop_unit(pattern_)));
    EXPECT_EQ(show(instance("a"), "ActiveState"), "inactive");
    EXPECT_FALSE(run(units->stays_active(pattern_, std::chrono::milliseconds(1), std::nullopt)));
    ASSERT_TRUE(run(units->start_unit(pattern_)));
    EXPECT_EQ(show(instance("b"), "ActiveState"), "active");
    systemctl("stop " + instance("a") + " " + instance("b"));
    until([&] { return run(units->list(pattern_))->empty(); });
    EXPECT_FALSE(run(units->start_unit(pattern_))) << "which somebody else stopped since";
    units->unfollow(pattern_);
    EXPECT_FALSE(units->state(pattern_).loaded());
    EXPECT_FALSE(run(units->start_unit(pattern_))) << "which ones?";
}

TEST_F(Instances, ThatFellOfAReloadAreStartedByTheNextOne) {
    std::ofstream(run_time_directory() / (stem_ + ".service"))
        << "[Service]\nExecStart=/bin/sleep infinity\n"
        << "ExecReload=/bin/sh -c 'test ! -e " << directory.string()
        << "/wrong || test %i = b || kill -KILL $MAINPID'\n";
    for (const char* each : {"a", "b", "other"})
        start_instance(each);
    ASSERT_TRUE(run(units->follow(pattern_)));
    systemctl("stop " + instance("other"));
    std::ofstream(directory / "wrong") << "";
    const auto reloaded = run(units->reload_unit(pattern_));
    EXPECT_FALSE(reloaded &&
                 run(units->stays_active(pattern_, std::chrono::milliseconds(100), std::nullopt)));
    until([&] { return units->state(instance("a")).failed(); });
    EXPECT_TRUE(units->state(pattern_).running()) << "as b does";

    std::filesystem::remove(directory / "wrong");
    ASSERT_TRUE(run(units->reload_unit(pattern_)));
    EXPECT_EQ(show(instance("a"), "ActiveState"), "active");
    EXPECT_EQ(show(instance("other"), "ActiveState"), "inactive") << "which somebody stopped";

    systemctl("stop " + instance("a"));
    ASSERT_TRUE(run(units->reload_unit(pattern_)));
    EXPECT_EQ(show(instance("a"), "ActiveState"), "inactive") << "which did not fall";
}

// Was: one that was started again and fell once more was forgotten, and no reload brought it back.
TEST_F(Instances, ThatFallAgainWhenTheyAreStartedAreStartedByTheNextReload) {
    const auto wrong = directory / "wrong";
    std::ofstream(run_time_directory() / (stem_ + ".service"))
        << "[Service]\nExecStart=/bin/sh -c 'test ! -e " << wrong.string()
        << " || exit 3; exec sleep infinity'\nExecReload=/bin/sh -c 'test ! -e " << wrong.string()
        << " || test %i = b || kill -KILL $MAINPID'\n";
    for (const char* each : {"a", "b"})
        start_instance(each);
    ASSERT_TRUE(run(units->follow(pattern_)));
    std::ofstream(wrong) << "";
    const auto reloaded = run(units->reload_unit(pattern_));
    EXPECT_FALSE(reloaded &&
                 run(units->stays_active(pattern_, std::chrono::milliseconds(100), std::nullopt)));
    ASSERT_TRUE(run(units->start_unit(pattern_)));
    until([&] { return units->state(instance("a")).failed(); });

    std::filesystem::remove(wrong);
    ASSERT_TRUE(run(units->reload_unit(pattern_)));
    EXPECT_EQ(show(instance("a"), "ActiveState"), "active");
}

TEST_F(Instances, TheManagerKnowsTheirTemplate) {
    start_instance("a");
    const auto installed = run(units->installed(".service"));
    ASSERT_TRUE(installed);
    EXPECT_TRUE(std::ranges::contains(*installed, stem_ + ".service"));
    EXPECT_TRUE(std::ranges::contains(*installed, instance("a")));
    EXPECT_FALSE(std::ranges::contains(*installed, "units-test-none.service"));
}

} // namespace hotreload::test
