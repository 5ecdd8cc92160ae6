// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The one inotify instance of the daemon, on the event loop. It reads the queue, has the table of
// directories tell the sets, and lets the sets that were told something go to work once the queue
// is empty. What inotify does not tell is found by other means, each with no cost where there is
// nothing to find: polling (limits used up, network file systems), the mount table, and a slow
// safety scan (writes by another name of the same file). Outlives every WatchedSet.

#include "os/event_loop.hpp"
#include "os/mounts.hpp"
#include "os/opener.hpp"
#include "watch/content_reader.hpp"
#include "watch/directory_table.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace hotreload::watch {

// A WatchedSet, as the tree watcher sees it.
class TreeUser {
public:
    virtual void everything_suspect() = 0; // only marks
    virtual void written_suspect() = 0;    // only marks: files that were being written
    // Takes up what was marked, until `until`; may do anything, also end users.
    virtual void queue_drained(std::chrono::steady_clock::time_point until) = 0;

    // Something that was marked has settled. settle() looks at it, until `until`, and may end
    // users. False: something is left for the next call.
    [[nodiscard]] virtual bool due() const = 0;
    virtual bool settle(std::chrono::steady_clock::time_point until) = 0;

    virtual void mounts_changed(const std::unordered_set<std::string>& points) = 0;

    // Part of the set has to be polled; poll() marks what changed.
    [[nodiscard]] virtual bool polled() const = 0;
    virtual void poll() = 0;

    // The safety scan has something to do; scan_some() does a part of it, and is true at its end.
    [[nodiscard]] virtual bool scannable() const = 0;
    virtual bool scan_some(std::chrono::steady_clock::time_point until) = 0;

    // Something was marked and not looked at yet.
    [[nodiscard]] virtual bool unsettled() const = 0;

protected:
    ~TreeUser() = default;
};

struct TreeWatcherOptions {
    // The time between two looks at what is polled; longer when that takes more than 5 % of the
    // time.
    Duration poll_interval = std::chrono::seconds(2);
    // The time from the end of a safety scan to the next; longer when that takes more than 1 % of
    // the time.
    Duration scan_interval = std::chrono::seconds(30);
    // Instead of statfs(2), for tests.
    FileSystems::Magic file_system_magic;
};

class TreeWatcher {
public:
    // Makes a watcher, even when no inotify instance is left: then everything is polled until there
    // is one.
    static Result<std::unique_ptr<TreeWatcher>> make(os::EventLoop& loop,
                                                     TreeWatcherOptions options = {});
    TreeWatcher(os::EventLoop& loop, os::Inotify inotify, TreeWatcherOptions options);
    TreeWatcher(const TreeWatcher&) = delete;
    TreeWatcher& operator=(const TreeWatcher&) = delete;

    // Something that a person should know, once (for the journal).
    std::function<void(const std::string&)> on_warning;

    // Has all that is watched looked at again: what was refused may not be any more.
    void suspect_everything();

    // `done` is called once everything that was written before this call has been seen: each set
    // that it concerns has called its OnSettled or has found nothing new. A file that somebody has
    // still open is seen as being written.
    void sync(std::move_only_function<void()> done);

    // The last raw events and what became of each, oldest first.
    [[nodiscard]] std::vector<WatchedEvent> recent_events() const { return log().recent(); }

    [[nodiscard]] std::size_t watches() const { return directories_.watches(); }
    // The number of times that the kernel's queue has overflowed.
    [[nodiscard]] std::uint64_t overflows() const { return overflows_; }

    // The parts that a WatchedSet works with.
    [[nodiscard]] os::EventLoop& loop() { return loop_; }
    [[nodiscard]] DirectoryTable& directories() { return directories_; }
    [[nodiscard]] ContentReader& reader() { return reader_; }
    [[nodiscard]] os::Opener& opener() { return opener_; }
    void join(TreeUser& user);
    void leave(TreeUser& user);
    // The user wants its queue_drained().
    void touched(TreeUser& user);
    // Settles the users that are due, as many as there is time for in this turn of the loop; the
    // rest follow in the next ones. One that takes longer takes turns with the others. What several
    // of them watch is read once.
    void settle_due();
    [[nodiscard]] static std::chrono::steady_clock::time_point end_of_slice();
    // The user has looked at all that was marked.
    void settled(TreeUser& user);
    // Reads the queue to its end, so that what has happened until now is marked.
    void collect();
    // Something about what users need may have changed: polling and scanning begin or end.
    void review();
    // Why that many directories of a set have no watch, and what to do; empty for none.
    [[nodiscard]] std::string limit_text(std::size_t directories) const;

    // Dispatches one event, as the queue does.
    void dispatch(const os::InotifyEvent& event);

private:
    struct Sync {
        std::vector<TreeUser*> waiting;
        std::move_only_function<void()> done;
    };

    [[nodiscard]] const EventLog& log() const;
    void listen();
    void serve();
    void overflow();
    void review_limits();
    void poll();
    void try_for_an_instance();
    void scan();
    void rest_until_next_scan();
    void answer_syncs();

    os::EventLoop& loop_;
    TreeWatcherOptions options_;
    os::Inotify inotify_;
    mutable DirectoryTable directories_;
    os::Opener opener_;
    ContentReader reader_;
    std::vector<TreeUser*> users_;
    std::vector<TreeUser*> touched_; // nullptr: has left
    std::deque<TreeUser*> settling_;
    std::vector<Sync> syncs_;
    os::Timer soon_;
    os::Timer poll_;
    os::Timer scan_;
    os::Timer answer_;
    os::Timer go_on_;
    Duration poll_took_{};
    Duration scan_took_{};
    std::size_t scan_at_ = 0; // the user whose turn it is, while scanning_
    bool scanning_ = false;
    std::optional<os::Readable> readable_;
    os::Mounts mounts_;
    bool serving_ = false;
    bool told_limit_ = false;
    std::pair<std::size_t, std::size_t> last_limits_; // watches, directories without
    std::uint64_t overflows_ = 0;
    std::optional<Duration> last_overflow_;
};

} // namespace hotreload::watch
