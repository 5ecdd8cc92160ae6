// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The one inotify instance of the daemon, on the event loop. It reads the queue, has the table of
// directories tell the sets, and lets the sets that were told something go to work once the queue
// is empty. Outlives every WatchedSet.

#include "os/event_loop.hpp"
#include "watch/content.hpp"
#include "watch/directory_table.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hotreload::watch {

// A WatchedSet, as the tree watcher sees it.
class TreeUser {
public:
    virtual void everything_suspect() = 0; // only marks
    virtual void queue_drained() = 0;      // may do anything, also end users

protected:
    ~TreeUser() = default;
};

class TreeWatcher {
public:
    static Result<std::unique_ptr<TreeWatcher>> make(os::EventLoop& loop);
    TreeWatcher(os::EventLoop& loop, os::Inotify inotify);
    TreeWatcher(const TreeWatcher&) = delete;
    TreeWatcher& operator=(const TreeWatcher&) = delete;

    // Something that a person should know, once (for the journal).
    std::function<void(const std::string&)> on_warning;

    // Why not everything is watched, and what to do; empty when everything is.
    [[nodiscard]] std::string incomplete() const;

    [[nodiscard]] std::size_t watches() const { return directories_.watches(); }

    // For WatchedSet.
    [[nodiscard]] os::EventLoop& loop() { return loop_; }
    [[nodiscard]] DirectoryTable& directories() { return directories_; }
    [[nodiscard]] ContentReader& reader() { return reader_; }
    void join(TreeUser& user);
    void leave(TreeUser& user);
    // This user wants its queue_drained().
    void touched(TreeUser& user);
    // Reads the queue to its end, so that what has happened until now is marked.
    void collect();
    // Tells when watches have run out, and polls as long as it is so.
    void check_limit();

    // What an event does; the queue's own way in.
    void dispatch(const os::InotifyEvent& event);

private:
    void serve();
    void overflow();

    os::EventLoop& loop_;
    os::Inotify inotify_;
    DirectoryTable directories_;
    ContentReader reader_;
    std::vector<TreeUser*> users_;
    std::vector<TreeUser*> touched_; // nullptr: has left
    os::Timer soon_;
    os::Timer poll_;
    os::Readable readable_;
    bool serving_ = false;
    bool told_limit_ = false;
};

} // namespace hotreload::watch
