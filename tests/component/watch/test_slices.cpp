// SPDX-License-Identifier: LGPL-2.1-or-later
// What takes long to read is read in slices, and what many watch is read once.
#include "fixture.hpp"

#include <algorithm>
#include <vector>

namespace hotreload::watch {
namespace {

class Slices : public WatchTest {
protected:
    // No machine hashes so much in one slice. A hole takes no place on the disk.
    static constexpr std::uintmax_t kLarge = std::uintmax_t{128} << 20;

    void make_large(const std::string& path, char first) const {
        write(dir / "other", std::string(1, first));
        fs::resize_file(dir / "other", kLarge);
        fs::rename(dir / "other", path);
    }
    // By this process, of whatever files.
    static std::size_t bytes_read() {
        std::string word;
        std::size_t bytes = 0;
        std::ifstream("/proc/self/io") >> word >> bytes; // "rchar: …"
        return bytes;
    }

    // Nobody lists so many directories in one slice.
    static constexpr int kMany = 3000;
    void make_many(const std::string& path) const {
        for (int i = 0; i < kMany; ++i)
            fs::create_directories(path + "/" + std::to_string(i));
    }

    const std::string file = dir / "large";
};

TEST_F(Slices, TheLoopTakesTurnsWhileALargeFileIsRead) {
    make_large(file, 'a');
    auto watched = watch({definition({file}, 0ms)});
    const auto before = watched->content;
    make_large(file, 'b');
    int turns = 0;
    ASSERT_TRUE(until([&] {
        turns += watched->set->unsettled();
        return watched->calls == 1;
    }));
    EXPECT_GT(turns, 1);
    EXPECT_NE(watched->content, before);
}

TEST_F(Slices, EventsAreTakenInWhileALargeFileIsRead) {
    make_large(file, 'a');
    auto large = watch({definition({file}, 0ms)});
    auto small = watch({definition({dir / "small"}, 0ms)});
    make_large(file, 'b');
    ASSERT_TRUE(until([&] { return large->set->unsettled(); })); // in the middle of it
    write(dir / "small", "x");
    ASSERT_TRUE(until([&] { return small->set->unsettled() || small->calls == 1; }));
    EXPECT_EQ(large->calls, 0); // its event did not have to wait
    ASSERT_TRUE(until([&] { return small->calls == 1 && large->calls == 1; }));
}

// Was: what had settled waited for all that had settled before it.
TEST_F(Slices, AnotherSetIsSettledWhileALargeFileIsRead) {
    make_large(file, 'a');
    auto large = watch({definition({file}, 0ms)});
    auto small = watch({definition({dir / "small"}, 0ms)});
    make_large(file, 'b');
    ASSERT_TRUE(until([&] { return large->set->unsettled(); })); // in the middle of it
    write(dir / "small", "x");
    ASSERT_TRUE(until([&] { return small->calls == 1; }));
    EXPECT_EQ(large->calls, 0);
    ASSERT_TRUE(until([&] { return large->calls == 1; }));
}

TEST_F(Slices, ALookInTheMiddleHasWhatIsOnDisk) {
    make_large(file, 'a');
    auto watched = watch({definition({file}, 0ms)});
    make_large(file, 'b');
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    const auto id = watched->set->look(Rescan::Dirty).content.files.at(file);
    EXPECT_NE(id, watched->content.files.at(file));
    EXPECT_FALSE(watched->set->unsettled());
}

TEST_F(Slices, AFileThatGoesWhileItIsReadIsMissing) {
    make_large(file, 'a');
    auto watched = watch({definition({file}, 0ms)});
    make_large(file, 'b');
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    fs::remove(file);
    ASSERT_TRUE(until([&] { return watched->calls > 0 && !watched->set->unsettled(); }));
    EXPECT_EQ(watched->content.missing, Paths{file});
}

TEST_F(Slices, AFileThatIsReplacedWhileItIsReadIsSeenAsItIsThen) {
    make_large(file, 'a');
    auto watched = watch({definition({file}, 0ms)});
    make_large(file, 'b');
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    write(dir / "other", "small");
    fs::rename(dir / "other", file);
    ASSERT_TRUE(until([&] { return watched->calls > 0 && !watched->set->unsettled(); }));
    EXPECT_EQ(watched->content.files.at(file), content_id("small"));
}

TEST_F(Slices, ASetMayEndWhileItsFilesAreRead) {
    make_large(file, 'a');
    auto watched = watch({definition({file}, 0ms)});
    auto other = watch({definition({dir / "small"}, 0ms)});
    make_large(file, 'b');
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    auto ahead = watched->set->look_ahead(Rescan::All);
    ahead.start();
    EXPECT_FALSE(ahead.done());
    watched->set.reset();
    ASSERT_TRUE(until([&] { return ahead.done(); }));
    write(dir / "small", "x");
    ASSERT_TRUE(until([&] { return other->calls == 1; }));
}

TEST_F(Slices, ALookAheadLeavesNothingToReadToTheLook) {
    make_large(file, 'a');
    auto watched = std::make_unique<Watched>();
    watched->set = *WatchedSet::make(*watcher, {definition({file})}, [&] { ++watched->calls; });
    auto ahead = watched->set->look_ahead(Rescan::All);
    ahead.start();
    EXPECT_FALSE(ahead.done());
    ASSERT_TRUE(until([&] { return ahead.done(); }));
    EXPECT_FALSE(watched->set->unsettled());
    EXPECT_EQ(watched->set->look(Rescan::Dirty).content.files.at(file).size, kLarge);
    pass();
    EXPECT_EQ(watched->calls, 0); // who has looked is not told
}

TEST_F(Slices, WhoeverLooksAheadGoesOnWhenSomebodyElseHasLooked) {
    make_large(file, 'a');
    auto watched = watch({definition({file})});
    make_large(file, 'b');
    auto ahead = watched->set->look_ahead(Rescan::All);
    ahead.start();
    ASSERT_FALSE(ahead.done());
    (void)watched->set->look(Rescan::Dirty);
    EXPECT_TRUE(until([&] { return ahead.done(); }));
}

TEST_F(Slices, WhenSomethingHappenedIsToldBeforeItHasSettled) {
    write(file, "a");
    auto watched = watch({definition({file}, 1h, 1h)});
    const auto before = watched->set->changed_at();
    write(file, "b");
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); }));
    EXPECT_GT(watched->set->changed_at(), before);
}

// Was: the loop stood still until all of it was listed.
TEST_F(Slices, TheLoopTakesTurnsWhileATreeIsListed) {
    make_many(dir / "tree");
    auto watched = std::make_unique<Watched>();
    watched->set = *WatchedSet::make(*watcher, {definition({dir / "tree/**"})}, [] {});
    auto ahead = watched->set->look_ahead(Rescan::All);
    ahead.start();
    EXPECT_FALSE(ahead.done());
    ASSERT_TRUE(until([&] { return ahead.done(); }));
    EXPECT_FALSE(watched->set->unsettled());
    EXPECT_GT(watcher->watches(), std::size_t{kMany});
}

TEST_F(Slices, EventsAreTakenInWhileATreeThatAppearedIsListed) {
    make_many(dir / "aside");
    fs::create_directory(dir / "tree");
    auto large = watch({definition({dir / "tree/**"}, 0ms)});
    auto small = watch({definition({dir / "small"}, 0ms)});
    fs::rename(dir / "aside", dir / "tree/new");
    ASSERT_TRUE(until([&] { return large->set->unsettled(); })); // in the middle of it
    write(dir / "small", "x");
    ASSERT_TRUE(until([&] { return small->calls == 1; }));
    EXPECT_TRUE(large->set->unsettled());
    const auto last = std::to_string(kMany - 1);
    write(dir / "tree/new/0/file", "x");
    write(dir / ("tree/new/" + last + "/file"), "x");
    ASSERT_TRUE(until([&] { return large->content.files.size() == 2; }));
    ASSERT_TRUE(until([&] { return !large->set->unsettled(); }));
}

// Was: where the last turn of the listing came with an event, nobody was told of its end.
TEST_F(Slices, ASyncIsAnsweredWhenDirectoriesAreMadeWhileATreeIsListed) {
    make_many(dir / "aside");
    fs::create_directory(dir / "tree");
    auto watched = watch({definition({dir / "tree/**"}, 0ms)});
    fs::rename(dir / "aside", dir / "tree/new");
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    bool answered = false;
    watcher->sync([&] { answered = true; });
    for (int i = 0; watched->set->unsettled() && i < kMany; ++i) {
        fs::create_directory(dir / ("tree/" + std::to_string(i)));
        loop.run_once(10ms);
    }
    EXPECT_TRUE(until([&] { return answered; }));
}

TEST_F(Slices, WhatChangesInATreeWhileItIsListedIsSeen) {
    make_many(dir / "aside");
    fs::create_directories(dir / "tree/known");
    auto watched = watch({definition({dir / "tree/**"}, 0ms)});
    fs::rename(dir / "aside", dir / "tree/new");
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    fs::create_directory(dir / "other");
    write(dir / "other/file", "x");
    fs::rename(dir / "other", dir / "tree/known/other");
    fs::rename(dir / "tree", dir / "moved"); // the way to it leads elsewhere now
    fs::create_directory(dir / "tree");
    write(dir / "tree/last", "x");
    ASSERT_TRUE(until([&] { return watched->has(dir / "tree/last"); }));
    ASSERT_TRUE(until([&] { return !watched->set->unsettled(); }));
    EXPECT_EQ(watched->content.files.size(), 1U);
}

TEST_F(Slices, ALookInTheMiddleOfATreeHasAllOfIt) {
    make_many(dir / "aside");
    const auto last = "/" + std::to_string(kMany - 1) + "/file";
    write(dir / ("aside" + last), "x");
    write(dir / "aside/0/file", "x");
    fs::create_directory(dir / "tree");
    auto watched = watch({definition({dir / "tree/**"}, 0ms)});
    fs::rename(dir / "aside", dir / "tree/new");
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    EXPECT_EQ(watched->set->look(Rescan::Dirty).content.files.size(), 2U);
    EXPECT_FALSE(watched->set->unsettled());
}

TEST_F(Slices, ATreeThatGoesWhileItIsListedIsForgotten) {
    make_many(dir / "aside");
    fs::create_directory(dir / "tree");
    auto watched = watch({definition({dir / "tree/**"}, 0ms)});
    const auto before = watcher->watches();
    fs::rename(dir / "aside", dir / "tree/new");
    ASSERT_TRUE(until([&] { return watched->set->unsettled(); })); // in the middle of it
    fs::rename(dir / "tree/new", dir / "aside");
    ASSERT_TRUE(until([&] { return !watched->set->unsettled(); }));
    EXPECT_EQ(watcher->watches(), before);
}

// Was: once for each of them.
TEST_F(Slices, AFileThatManySetsWatchIsReadOnce) {
    constexpr std::size_t size = 1'000'000;
    const auto shared = dir / "shared";
    write(shared, std::string(size, 'a'));
    std::vector<std::unique_ptr<Watched>> sets;
    for (int i = 0; i < 20; ++i)
        sets.push_back(watch(shared));
    const auto before = bytes_read();
    write(shared, std::string(size, 'b'));
    ASSERT_TRUE(until([&] {
        return std::ranges::all_of(sets, [](const auto& set) { return set->calls == 1; });
    }));
    for (const auto& set : sets)
        EXPECT_EQ(set->content.files.at(shared), content_id(std::string(size, 'b')));
    EXPECT_LT(bytes_read() - before, 2 * size);
}

} // namespace
} // namespace hotreload::watch
