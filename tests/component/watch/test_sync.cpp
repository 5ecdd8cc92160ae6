// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <sys/wait.h>

namespace hotreload::watch {
namespace {

class Sync : public WatchTest {
protected:
    bool sync() {
        bool done = false;
        watcher->sync([&] { done = true; });
        return until([&] { return done; });
    }
};

TEST_F(Sync, WithNothingToSeeItIsAnsweredAtOnce) {
    auto watched = watch(dir / "*");
    bool done = false;
    watcher->sync([&] { done = true; });
    EXPECT_FALSE(done) << "from the loop, never from within the call";
    loop.run_once(1s);
    EXPECT_TRUE(done);
}

TEST_F(Sync, WhatWasWrittenBeforeHasBeenTold) {
    auto watched = watch({definition({dir / "**"}, 80ms)});
    auto other = watch({definition({dir / "*"}, 0ms)});
    for (int i = 1; i <= 5; ++i) {
        fs::create_directories(dir / ("d" + std::to_string(i)));
        write(dir / ("d" + std::to_string(i) + "/f"), "x");
        write(dir / "f", std::to_string(i));
        ASSERT_TRUE(sync());
        EXPECT_EQ(watched->calls, i);
        EXPECT_EQ(other->calls, i);
        EXPECT_EQ(watched->changes.size(), 2U);
    }
}

TEST_F(Sync, WhatAnotherProcessWroteBeforeItEndedHasBeenTold) {
    auto watched = watch({definition({dir / "f"}, 0ms)});
    for (int i = 1; i <= 50; ++i) {
        const pid_t writer = fork();
        if (writer == 0) {
            const int fd = open((dir / "f").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
            const auto text = std::to_string(i);
            _exit(::write(fd, text.data(), text.size()) > 0 ? 0 : 1); // never closed by itself
        }
        ASSERT_EQ(waitpid(writer, nullptr, 0), writer);
        ASSERT_TRUE(sync());
        ASSERT_EQ(watched->content.files.at(dir / "f"), content_id(std::to_string(i))) << i;
    }
}

TEST_F(Sync, AFileThatIsBeingWrittenIsNotWaitedFor) {
    auto watched = watch(dir / "*");
    Fd fd(open((dir / "f").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    append(fd.get(), "x");
    ASSERT_TRUE(sync());
    EXPECT_EQ(watched->content.writing, Paths{dir / "f"});
    fd = Fd();
    ASSERT_TRUE(sync());
    EXPECT_TRUE(watched->has(dir / "f"));
}

TEST_F(Sync, ASetThatEndsIsNotWaitedFor) {
    auto watched = watch({definition({dir / "*"}, 5s, 20s)});
    write(dir / "f", "x");
    bool done = false;
    watcher->sync([&] { done = true; });
    loop.run_once(Duration::zero());
    EXPECT_FALSE(done);
    watched.reset();
    EXPECT_TRUE(until([&] { return done; }));
}

TEST_F(Sync, AnOverflowBeforeItHasBeenDealtWith) {
    write(dir / "f", "1");
    auto watched = watch(dir / "*");
    write(dir / "f", "22");
    watcher->collect();
    watcher->dispatch({-1, IN_Q_OVERFLOW, ""});
    ASSERT_TRUE(sync());
    EXPECT_EQ(watched->calls, 1);
}

class Events : public WatchTest {
protected:
    // "IN_CREATE f: looked at: changed"
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        for (const auto& event : watcher->recent_events())
            lines.push_back(event.mask + ' ' + event.name + ": " + event.fate);
        return lines;
    }
    using Lines = std::vector<std::string>;
};

TEST_F(Events, EachHasItsFate) {
    write(dir / "f.conf", "1");
    auto excluding = definition({dir / "**/*.conf"});
    excluding.exclude = {"**/x.conf"};
    auto watched = watch({excluding});
    write(dir / "f.conf", "2");
    ASSERT_TRUE(until([&] { return watched->calls == 1; }));
    EXPECT_EQ(told(), (Lines{"IN_MODIFY f.conf: taken with a later one",
                             "IN_CLOSE_WRITE f.conf: looked at: changed"}));
    write(dir / "f.conf~", "2");
    write(dir / "readme", "2");
    write(dir / "x.conf", "2");
    chmod((dir / "f.conf").c_str(), 0600);
    fs::create_directories(dir / ".git");
    fs::create_directories(dir / "sub");
    const Fd fd(open((dir / "w.conf").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    bool done = false;
    watcher->sync([&] { done = true; });
    ASSERT_TRUE(until([&] { return done; }));
    const auto lines = told();
    for (const auto* line :
         {"IN_CLOSE_WRITE f.conf~: dropping", "IN_CLOSE_WRITE readme: no pattern matches",
          "IN_CLOSE_WRITE x.conf: excluded", "IN_ATTRIB f.conf: looked at: unchanged",
          "IN_CREATE|IN_ISDIR .git: not descended into",
          "IN_CREATE|IN_ISDIR sub: directory looked at",
          "IN_CREATE w.conf: looked at: still being written"})
        EXPECT_NE(std::ranges::find(lines, line), lines.end()) << line;
    fs::remove(dir / "f.conf");
    ASSERT_TRUE(until([&] { return told().back() == "IN_DELETE f.conf: looked at: gone"; }));
}

TEST_F(Events, TheDirectoryAndTheTimeAreTold) {
    auto watched = watch({definition({dir / "*"}, 5s, 20s)});
    const auto before = std::chrono::system_clock::now().time_since_epoch() / 1us;
    write(dir / "f", "1");
    watcher->collect();
    const auto event = watcher->recent_events().back();
    EXPECT_EQ(event.directory, dir.path());
    EXPECT_GE(event.realtime_usec, static_cast<std::uint64_t>(before));
    EXPECT_EQ(event.fate, "waits for quiet");
}

TEST_F(Events, TheLastOnesAreKeptOldestFirst) {
    auto watched = watch(dir / "*");
    for (int i = 0; i < 400; ++i) {
        write(dir / ("f" + std::to_string(i)), "");
        watcher->collect();
    }
    const auto events = watcher->recent_events();
    ASSERT_EQ(events.size(), 512U);
    EXPECT_EQ(events.back().name, "f399");
    EXPECT_EQ(events.front().name, "f144"); // two of each
}

TEST_F(Events, AnOverflowIsAmongThem) {
    watcher->dispatch({-1, IN_Q_OVERFLOW, ""});
    EXPECT_EQ(told(), Lines{"IN_Q_OVERFLOW : overflow: everything looked at"});
    EXPECT_EQ(watcher->overflows(), 1U);
}

class Reading : public WatchTest {};

TEST_F(Reading, TheBytesOfEachFileThatIsReadAreOffered) {
    std::map<std::string, std::string> seen;
    std::unique_ptr<WatchedSet> set;
    int calls = 0;
    set = *WatchedSet::make(
        *watcher, {definition({dir / "*"})},
        [&] {
            ++calls;
            set->look(Rescan::Dirty);
        },
        [&](const std::string& path, const ContentId& id, std::string_view bytes) {
            EXPECT_EQ(id, content_id(bytes));
            seen[path] = bytes;
        });
    const std::string large(1'000'000, 'a');
    write(dir / "small", "x");
    write(dir / "empty", "");
    write(dir / "large", large);
    write(dir / "huge", std::string(ContentReader::kMaxOffered + 1, 'h'));
    set->look(Rescan::All);
    EXPECT_EQ(seen, (std::map<std::string, std::string>{
                        {dir / "small", "x"}, {dir / "empty", ""}, {dir / "large", large}}));
    seen.clear();
    write(dir / "small", "y");
    ASSERT_TRUE(until([&] { return calls == 1; }));
    EXPECT_EQ(seen, (std::map<std::string, std::string>{{dir / "small", "y"}}));
}

} // namespace
} // namespace hotreload::watch
