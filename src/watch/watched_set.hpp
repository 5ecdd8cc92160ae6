// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The watched files of one service, or of one project file and what it reads. Events only mark
// what has to be looked at; what counts is the content on disk, which look() gives.

#include "watch/debounce.hpp"
#include "watch/file_table.hpp"
#include "watch/tree_watcher.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace hotreload::watch {

enum class Rescan {
    Dirty, // what events (or lost ones) made doubtful
    All,   // every directory and file: at the start, and when somebody asks for a reload
};

struct Look {
    // What is on disk, valid until the next look. A file in `writing` or `unreadable` is in
    // `files` as it was last read, if it ever was.
    const Snapshot& content;
    std::vector<FileChange> changes; // since the last look; none in the first
};

class WatchedSet final : TreeUser, FileMarks {
public:
    // Something differs from the last look: content, or what is missing, being written or
    // unreadable. The last event was `debounce` ago, or the first `debounce_max`. It may end the
    // set.
    using OnSettled = std::function<void()>;

    // Nothing is watched before the first look. Errors: Invalid, for a pattern.
    static Result<std::unique_ptr<WatchedSet>> make(TreeWatcher& watcher,
                                                    const std::vector<WatchDefinition>& definitions,
                                                    OnSettled on_settled);

    WatchedSet(TreeWatcher& watcher, Selection selection, OnSettled on_settled);
    ~WatchedSet();
    WatchedSet(const WatchedSet&) = delete;
    WatchedSet& operator=(const WatchedSet&) = delete;

    Look look(Rescan how);

private:
    void everything_suspect() override;
    void queue_drained() override;
    void file_event(const std::string& path, const EntryEvent& event) override;
    void file_found(const std::string& path) override;
    void files_suspect(const std::string& directory) override;
    void tree_suspect() override;

    void dirty(const Timing& timing);
    void schedule();
    void settle();
    void refresh(Rescan how);
    void try_written_again();

    TreeWatcher& watcher_;
    Selection selection_;
    std::shared_ptr<OnSettled> on_settled_;
    DirectoryTree tree_;
    FileTable files_;
    Debounce debounce_;
    os::Timer timer_;
    os::Timer retry_;
    int retries_ = 0;
    bool looked_ = false;
    bool tree_suspect_ = false;
    bool all_suspect_ = false;
};

} // namespace hotreload::watch
