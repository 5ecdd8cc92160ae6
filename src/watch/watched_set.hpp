// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The watched files of one service, or of one project file and what it reads. Events only mark
// what has to be looked at; what counts is the content on disk, which look() gives.

#include "watch/debounce.hpp"
#include "watch/file_table.hpp"
#include "watch/tree_watcher.hpp"
#include "watch/watch_state.hpp"

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
    // `on_read` gets the bytes of each file that a look has read, up to 16 MiB: of every file in
    // the first one, later of those that may have changed.
    static Result<std::unique_ptr<WatchedSet>> make(TreeWatcher& watcher,
                                                    const std::vector<WatchDefinition>& definitions,
                                                    OnSettled on_settled, OnRead on_read = {});

    WatchedSet(TreeWatcher& watcher, Selection selection, OnSettled on_settled, OnRead on_read);
    ~WatchedSet();
    WatchedSet(const WatchedSet&) = delete;
    WatchedSet& operator=(const WatchedSet&) = delete;

    Look look(Rescan how);

    // As of the last look: for written_since() of a later one, the files that were written or
    // replaced in between, even with the same content.
    [[nodiscard]] std::uint64_t mark() const { return files_.mark(); }
    [[nodiscard]] std::vector<std::string> written_since(std::uint64_t mark) const {
        return files_.written_since(mark);
    }

    // How well it is watched; up to date after a look, and when on_state is called.
    [[nodiscard]] const WatchState& state() const { return state_; }
    // state() has changed. Called from the event loop; it may end the set.
    std::function<void()> on_state;

    // The answer to whether and why it watches a path, as of the last look.
    [[nodiscard]] Explanation explain(const std::string& path) const;
    // The paths, through symbolic links, by which it would watch the file at a path without any.
    [[nodiscard]] std::set<std::string> names_of(const std::string& physical) const;

private:
    void everything_suspect() override;
    void written_suspect() override;
    void queue_drained() override;
    void mounts_changed(const std::unordered_set<std::string>& points) override;
    [[nodiscard]] bool polled() const override;
    void poll() override;
    [[nodiscard]] bool scannable() const override;
    bool scan_some(std::chrono::steady_clock::time_point until) override;
    [[nodiscard]] bool unsettled() const override;

    void file_event(const std::string& directory, const EntryEvent& event) override;
    void file_found(const std::string& directory, std::string_view name, bool regular) override;
    void file_suspect(const std::string& directory, std::string_view name) override;
    void files_suspect(const std::string& directory) override;
    void tree_suspect() override;

    void dirty(const Timing& timing);
    void schedule();
    void settle();
    void refresh(Rescan how);
    void try_written_again();
    [[nodiscard]] WatchState current_state() const;
    bool update_state();

    TreeWatcher& watcher_;
    Selection selection_;
    std::shared_ptr<OnSettled> on_settled_;
    DirectoryTree tree_;
    FileTable files_;
    Debounce debounce_;
    os::Timer timer_;
    os::Timer retry_;
    WatchState state_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    int retries_ = 0;
    bool state_untold_ = false;
    bool looked_ = false;
    bool tree_suspect_ = false;
    bool all_suspect_ = false;
};

} // namespace hotreload::watch
