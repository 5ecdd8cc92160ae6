// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <cstring>

namespace hotreload::watch {
namespace {

using Kind = WatchState::Kind;

constexpr auto kMaxWatches = "/proc/sys/user/max_inotify_watches";
constexpr auto kMaxInstances = "/proc/sys/user/max_inotify_instances";
constexpr auto kMaxQueued = "/proc/sys/fs/inotify/max_queued_events";

// A user namespace has its own count of watches and instances.
bool own_limits() {
    return writable_sysctls() && unshare(CLONE_NEWUSER) == 0;
}

class Limits : public WatchTest {
protected:
    // Own is what a child needs of its own: the loop from before the fork is the parent's.
    struct Own {
        explicit Own(TreeWatcherOptions options = {.poll_interval = 50ms})
            : watcher(*TreeWatcher::make(loop, std::move(options))) {
            watcher->on_warning = [this](const std::string& text) { told.push_back(text); };
        }
        void watch(const std::string& pattern) {
            auto& one = *sets.emplace_back(std::make_unique<Watched>());
            one.set = *WatchedSet::make(*watcher, {definition({pattern})}, [&one] {
                ++one.calls;
                one.content = one.set->look(Rescan::Dirty).content;
            });
            one.set->on_state = [&one] { ++one.states; };
            one.content = one.set->look(Rescan::All).content;
        }
        template <class Condition>
        bool until(Condition condition) {
            return run_until(loop, condition);
        }
        [[nodiscard]] const WatchState& state(std::size_t set) const {
            return sets[set]->set->state();
        }

        os::EventLoop loop;
        std::vector<std::string> told;
        std::unique_ptr<TreeWatcher> watcher;
        std::vector<std::unique_ptr<Watched>> sets;
    };

    void make_tree() {
        for (int i = 0; i < 20; ++i) {
            fs::create_directories(dir / ("tree/" + std::to_string(i)));
            write(dir / ("tree/" + std::to_string(i) + "/f"), "x");
        }
        write(dir / "lone", "x");
    }

    int with_too_few_watches() const {
        if (!own_limits() || !set_number(kMaxWatches, 8))
            return kCannot;
        Own own;
        own.watch(dir / "lone");
        own.watch(dir / "tree/**");
        if (own.sets[1]->content.files.size() != 20)
            return __LINE__;
        if (own.watcher->watches() != 8 || own.told.size() != 1)
            return __LINE__;
        if (own.state(0) != WatchState{})
            return __LINE__; // the one that came first lacks nothing
        const auto& state = own.state(1);
        if (state.kind != Kind::Incomplete || !state.why.contains("directories are polled: raise"))
            return __LINE__;
        const auto needed = std::stoul(state.why.substr(state.why.rfind(' ')));
        if (!state.why.contains("user.max_inotify_watches from 8 to at least"))
            return __LINE__;
        if (!own.until([&] { return own.sets[1]->states == 1; }) || own.sets[0]->states != 0)
            return __LINE__;

        for (int i = 0; i < 20; ++i)
            write(dir / ("tree/" + std::to_string(i) + "/f"), "changed");
        write(dir / "tree/19/new", "changed");
        if (!own.until([&] {
                return own.sets[1]->content.files.size() == 21 &&
                       std::ranges::all_of(own.sets[1]->content.files,
                                           [](const auto& each) { return each.second.size == 7; });
            }))
            return __LINE__;
        const auto calls = own.sets[1]->calls;
        pass(own.loop, 200ms);
        if (own.sets[1]->calls != calls)
            return __LINE__; // polls that find nothing are not told

        // The number that was named is enough.
        if (!set_number(kMaxWatches, static_cast<int>(needed)) ||
            !own.until([&] { return own.state(1) == WatchState{}; }))
            return __LINE__;
        if (own.sets[1]->states < 2 || own.told.size() != 1)
            return __LINE__;
        write(dir / "tree/19/f", "by event");
        return own.until([&] { return own.sets[1]->content.files.at(dir / "tree/19/f").size == 8; })
                   ? 0
                   : __LINE__;
    }

    int without_an_instance() const {
        if (!own_limits() || !set_number(kMaxInstances, 0))
            return kCannot;
        Own own;
        own.watch(dir / "tree/**");
        own.watch(dir / "lone");
        for (const std::size_t set : {0U, 1U}) {
            if (own.state(set).kind != Kind::Incomplete)
                return __LINE__;
            if (!own.state(set).why.contains(
                    "raise user.max_inotify_instances from 0 to at least 1"))
                return __LINE__;
        }
        write(dir / "tree/7/f", "changed");
        write(dir / "lone", "changed");
        if (!own.until([&] { return own.sets[0]->calls == 1 && own.sets[1]->calls == 1; }))
            return __LINE__;
        if (own.watcher->watches() != 0 || !set_number(kMaxInstances, 1))
            return __LINE__;
        if (!own.until(
                [&] { return own.state(0) == WatchState{} && own.state(1) == WatchState{}; }))
            return __LINE__;
        if (own.sets[0]->states < 2 || own.told.size() != 1)
            return __LINE__;
        write(dir / "tree/8/f", "by event");
        if (!own.until([&] { return own.sets[0]->calls == 2; }))
            return __LINE__;
        return own.watcher->recent_events().empty() ? __LINE__ : 0;
    }

    // Sets the real sysctl, which is of the whole machine: it is put back at once.
    int with_a_short_queue() const {
        if (!writable_sysctls())
            return kCannot;
        int before = 0;
        std::ifstream(kMaxQueued) >> before;
        if (!set_number(kMaxQueued, 16))
            return kCannot;
        Own own({});
        set_number(kMaxQueued, before); // an instance keeps what it was made with
        own.watch(dir / "tree/**");
        for (int i = 0; i < 2500; ++i)
            for (const auto* name : {"tree/1/a.swp", "tree/2/b.swp"}) // neighbours would merge
                write(dir / name, "x");
        write(dir / "tree/3/f", "the real one");
        if (!own.until([&] { return own.sets[0]->calls == 1; }))
            return __LINE__;
        if (own.sets[0]->content.files.at(dir / "tree/3/f").size != 12)
            return __LINE__;
        if (own.told.size() != 1 || own.watcher->overflows() == 0)
            return __LINE__;
        const auto overflows = own.watcher->overflows();
        for (int round = 0; round < 5; ++round) {
            for (int i = 0; i < 500; ++i)
                for (const auto* name : {"tree/1/a.swp", "tree/2/b.swp"})
                    write(dir / name, "x");
            pass(own.loop, 20ms);
        }
        if (own.watcher->overflows() < overflows + 5 || own.told.size() != 1)
            return __LINE__;
        return own.sets[0]->calls == 1 ? 0 : __LINE__;
    }
};

#define EXPECT_IN_CHILD(body)                                                                      \
    do {                                                                                           \
        const int line = in_child([&] { return body; });                                           \
        if (line == kCannot)                                                                       \
            GTEST_SKIP() << "needs root with namespaces of its own";                               \
        EXPECT_EQ(line, 0) << "the line where it went wrong";                                      \
    } while (false)

TEST_F(Limits, DirectoriesThatTheKernelDoesNotWatchArePolledAndTheirSetSaysSo) {
    make_tree();
    EXPECT_IN_CHILD(with_too_few_watches());
}

TEST_F(Limits, WithoutAnInstanceEverythingIsPolledUntilThereIsOne) {
    make_tree();
    EXPECT_IN_CHILD(without_an_instance());
}

TEST_F(Limits, ABurstThatOverflowsAShortQueueIsOneWarningAndItsLastChangeIsSeen) {
    make_tree();
    EXPECT_IN_CHILD(with_a_short_queue());
}

} // namespace
} // namespace hotreload::watch
