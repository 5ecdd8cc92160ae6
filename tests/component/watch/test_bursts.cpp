// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

namespace hotreload::watch {
namespace {

class Bursts : public WatchTest {};

TEST_F(Bursts, AFileThatNeverRestsIsTakenAtDebounceMax) {
    const auto file = dir / "f";
    auto watched = watch({definition({file}, 200ms, 400ms)});
    const auto start = std::chrono::steady_clock::now();
    int writes = 0;
    while (std::chrono::steady_clock::now() - start < 1300ms) {
        write(file, std::to_string(++writes));
        pass(20ms);
    }
    EXPECT_GE(watched->calls, 2);
    EXPECT_LE(watched->calls, 6);
    const int during = watched->calls;
    ASSERT_TRUE(until([&] { return watched->calls == during + 1; }));
    pass(300ms);
    EXPECT_EQ(watched->calls, during + 1);
    EXPECT_EQ(watched->content.files.at(file).size, std::to_string(writes).size());
}

TEST_F(Bursts, NothingIsTakenBeforeTheQuietTimeIsOver) {
    auto watched = watch({definition({dir / "f"}, 150ms)});
    const auto start = std::chrono::steady_clock::now();
    write(dir / "f", "x");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_GE(std::chrono::steady_clock::now() - start, 150ms);
}

TEST_F(Bursts, WithoutDebounceAChangeIsTakenInTheIterationThatReadsIt) {
    auto watched = watch({definition({dir / "f"}, 0ms)});
    loop.run_once(Duration::zero());
    write(dir / "f", "x");
    loop.run_once(1s);
    EXPECT_EQ(watched->calls, 1);
}

TEST_F(Bursts, TwoThousandFilesOfFiveSetsAreOneCallForEachSet) {
    std::vector<std::unique_ptr<Watched>> sets;
    for (int set = 0; set < 5; ++set) {
        fs::create_directories(dir / std::to_string(set));
        sets.push_back(watch({definition({dir / (std::to_string(set) + "/**")}, 500ms, 20s)}));
    }
    for (int i = 0; i < 2000; ++i) {
        write(dir / (std::to_string(i % 5) + "/file" + std::to_string(i)), "x");
        if (i % 100 == 0)
            loop.run_once(Duration::zero());
    }
    for (auto& set : sets) {
        ASSERT_TRUE(until([&] { return set->calls > 0; }));
        EXPECT_EQ(set->changes.size(), 400U);
    }
    pass(600ms);
    for (auto& set : sets)
        EXPECT_EQ(set->calls, 1);
}

TEST_F(Bursts, AnOverflowOfTheQueueMakesEverythingSuspectAndLosesNothing) {
    write(dir / "known", "1");
    auto watched = watch(dir / "**");
    // The kernel's own overflow takes 16 384 events: its event does the same here.
    fs::create_directories(dir / "a/b");
    write(dir / "known", "2");
    write(dir / "a/b/new", "1");
    loop.run_once(Duration::zero());
    watcher->dispatch({-1, IN_Q_OVERFLOW, ""});
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(watched->changes, (Changes{created(dir / "a/b/new"), modified(dir / "known")}));
    EXPECT_EQ(warnings.size(), 1U);
    watcher->dispatch({-1, IN_Q_OVERFLOW, ""});
    pass();
    EXPECT_EQ(watched->calls, 1) << "nothing had changed";
}

TEST_F(Bursts, TheKernelsOverflowIsSurvived) {
    std::size_t limit = 0;
    std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
    if (limit > 20'000)
        GTEST_SKIP() << "the queue is too long to overflow it quickly";
    auto watched = watch(dir / "*");
    Fd a(open((dir / "a").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    Fd b(open((dir / "b").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    for (std::size_t i = 0; i < limit; ++i) { // equal neighbours would merge
        append(a.get(), "x");
        append(b.get(), "x");
    }
    a = Fd();
    b = Fd();
    write(dir / "last", "the real one");
    ASSERT_TRUE(until([&] { return watched->has(dir / "last"); }));
    EXPECT_EQ(warnings.size(), 1U);
    EXPECT_TRUE(until([&] { return watched->content.writing.empty(); }));
}

TEST_F(Bursts, AnExplicitLookSeesWhatTheLoopHasNotReadYet) {
    auto watched = watch(dir / "*");
    write(dir / "f", "x");
    EXPECT_EQ(watched->set->look(Rescan::Dirty).changes, Changes{created(dir / "f")});
    pass();
    EXPECT_EQ(watched->calls, 0) << "it was told already";
}

TEST_F(Bursts, TheCallMayEndItsSet) {
    for (const auto debounce : {0ms, 5ms}) {
        std::unique_ptr<WatchedSet> set;
        bool called = false;
        set = *WatchedSet::make(*watcher, {definition({dir / "*"}, debounce)}, [&] {
            called = true;
            set.reset();
        });
        auto other = watch(dir / "*");
        set->look(Rescan::All);
        write(dir / ("f" + std::to_string(debounce.count())), "x");
        ASSERT_TRUE(until([&] { return called && other->calls == 1; }));
    }
}

TEST_F(Bursts, TheSlowestWatchOfAFileDecidesWhenItHasSettled) {
    auto watched = watch({definition({dir / "*"}, 0ms), definition({dir / "slow"}, 500ms)});
    write(dir / "slow", "x");
    pass(40ms);
    EXPECT_EQ(watched->calls, 0);
    write(dir / "quick", "x");
    pass(20ms);
    write(dir / "slow", "y");
    ASSERT_TRUE(until([&] { return watched->has(dir / "slow"); }));
}

TEST_F(Bursts, APatternThatIsNoneIsAnError) {
    EXPECT_FALSE(WatchedSet::make(*watcher, {definition({"/a[b"})}, [] {}));
    EXPECT_FALSE(WatchedSet::make(*watcher, {definition({"relative/*"})}, [] {}));
}

} // namespace
} // namespace hotreload::watch
