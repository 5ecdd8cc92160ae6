// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// A directory of its own for each test, the real kernel, and the event loop driven by hand.

#include "os/event_loop.hpp"
#include "temporary_directory.hpp"
#include "watch/watched_set.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace hotreload::watch {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

inline void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::trunc) << text << std::flush;
}

inline void append(int fd, std::string_view text) {
    ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

// Mounts from here on are this process's alone. False: it may not.
inline bool own_mounts() {
    return unshare(CLONE_NEWNS) == 0 &&
           mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

// In a container /proc/sys is read-only, but its root may mount it otherwise.
inline bool writable_sysctls() {
    if (access("/proc/sys/fs/inotify/max_queued_events", W_OK) == 0)
        return true;
    return own_mounts() && mount(nullptr, "/proc/sys", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0;
}

inline bool set_number(const char* path, int number) {
    std::ofstream file(path);
    file << number << std::flush;
    return file.good();
}

// Runs `body` in a child, which may change what a process cannot change back, and gives what it
// gives: 0, or the line where it went wrong.
inline constexpr int kCannot = 255;
template <class Body>
int in_child(Body body) {
    const pid_t child = fork();
    if (child == 0)
        std::_Exit(body());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Runs the loop until it is so; false after ten seconds.
template <class Condition>
bool run_until(os::EventLoop& loop, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        loop.run_once(10ms);
    }
    return true;
}

class WatchTest : public testing::Test {
protected:
    // A set with its looks: every call of on_settled takes one.
    struct Watched {
        std::unique_ptr<WatchedSet> set;
        int calls = 0;
        int states = 0; // calls of on_state
        Snapshot content;
        std::vector<FileChange> changes; // of the last call

        [[nodiscard]] bool has(const std::string& path) const {
            return content.files.contains(path);
        }
    };

    static WatchDefinition definition(std::vector<std::string> files, Duration debounce = 5ms,
                                      Duration debounce_max = 1s) {
        WatchDefinition watch;
        watch.files = std::move(files);
        watch.debounce = debounce;
        watch.debounce_max = debounce_max;
        return watch;
    }

    std::unique_ptr<Watched> watch(std::vector<WatchDefinition> definitions) {
        auto watched = std::make_unique<Watched>();
        watched->set = *WatchedSet::make(*watcher, definitions, [seen = watched.get()] {
            ++seen->calls;
            auto look = seen->set->look(Rescan::Dirty);
            seen->content = look.content;
            seen->changes = std::move(look.changes);
        });
        watched->set->on_state = [seen = watched.get()] { ++seen->states; };
        watched->content = watched->set->look(Rescan::All).content;
        return watched;
    }
    std::unique_ptr<Watched> watch(const std::string& pattern) {
        return watch({definition({pattern})});
    }

    template <class Condition>
    bool until(Condition condition) {
        return run_until(loop, condition);
    }

    // Runs the loop for a time in which something might happen that must not.
    static void pass(os::EventLoop& loop, Duration time) {
        const auto end = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < end)
            loop.run_once(std::min<Duration>(time, 5ms));
    }
    void pass(Duration time = 60ms) { pass(loop, time); }

    os::EventLoop loop;
    test::TemporaryDirectory dir;
    std::vector<std::string> warnings;
    // Makes the watcher anew, for a test that has to have its own options; no set may live.
    void make_watcher(TreeWatcherOptions options) {
        watcher = *TreeWatcher::make(loop, std::move(options));
        watcher->on_warning = [this](const std::string& text) { warnings.push_back(text); };
    }

    std::unique_ptr<TreeWatcher> watcher = [this] {
        auto made = *TreeWatcher::make(loop);
        made->on_warning = [this](const std::string& text) { warnings.push_back(text); };
        return made;
    }();
};

inline FileChange created(const std::string& path) {
    return {ChangeKind::Created, path, ""};
}
inline FileChange modified(const std::string& path) {
    return {ChangeKind::Modified, path, ""};
}
inline FileChange deleted(const std::string& path) {
    return {ChangeKind::Deleted, path, ""};
}
inline void PrintTo(const FileChange& change, std::ostream* out) {
    *out << to_string(change.kind) << ' ' << change.from << ' ' << change.path;
}

using Changes = std::vector<FileChange>;
using Paths = std::vector<std::string>;

} // namespace hotreload::watch
