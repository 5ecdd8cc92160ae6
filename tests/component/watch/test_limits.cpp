// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fixture.hpp"

#include <sched.h>
#include <sys/wait.h>

namespace hotreload::watch {
namespace {

constexpr int kCannot = 255;

class Limits : public WatchTest {
protected:
    static bool limit_watches(int number) {
        std::ofstream file("/proc/sys/user/max_inotify_watches");
        file << number << std::flush;
        return file.good();
    }

    // Runs in a child with a user namespace of its own, which has its own count of watches.
    // Gives the line where it went wrong.
    int with_too_few_watches() const {
        if (unshare(CLONE_NEWUSER) != 0 || !limit_watches(8))
            return kCannot;
        os::EventLoop own_loop; // the one before the fork is the parent's
        const auto until_so = [&](auto condition) {
            const auto deadline = std::chrono::steady_clock::now() + 10s;
            while (!condition() && std::chrono::steady_clock::now() < deadline)
                own_loop.run_once(100ms);
            return condition();
        };
        const auto own = *TreeWatcher::make(own_loop);
        std::vector<std::string> told;
        own->on_warning = [&](const std::string& text) { told.push_back(text); };
        std::map<std::string, ContentId> seen;
        std::unique_ptr<WatchedSet> set;
        set = *WatchedSet::make(*own, {definition({dir / "**"})},
                                [&] { seen = set->look(Rescan::Dirty).content.files; });
        seen = set->look(Rescan::All).content.files;
        if (seen.size() != 20)
            return __LINE__;
        if (own->watches() != 8 || told.size() != 1 || told[0] != own->incomplete())
            return __LINE__;
        if (!told[0].contains("fs.inotify.max_user_watches"))
            return __LINE__;
        for (int i = 0; i < 20; ++i)
            write(dir / (std::to_string(i) + "/f"), "changed");
        if (!until_so([&] {
                return std::ranges::all_of(seen,
                                           [](const auto& each) { return each.second.size == 7; });
            }))
            return __LINE__;
        if (!limit_watches(1000) || !until_so([&] { return own->incomplete().empty(); }))
            return __LINE__;
        return told.size() == 1 ? 0 : __LINE__;
    }
};

TEST_F(Limits, DirectoriesThatTheKernelDoesNotWatchArePolledAndNamed) {
    for (int i = 0; i < 20; ++i) {
        fs::create_directories(dir / std::to_string(i));
        write(dir / (std::to_string(i) + "/f"), "x");
    }
    const pid_t child = fork();
    if (child == 0)
        std::_Exit(with_too_few_watches());
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kCannot)
        GTEST_SKIP() << "needs a user namespace of its own";
    EXPECT_EQ(WEXITSTATUS(status), 0) << "the line where it went wrong";
}

} // namespace
} // namespace hotreload::watch
