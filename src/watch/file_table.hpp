// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The files of one set: what is known of each, which of them have to be looked at again, and the
// snapshot that results. Stats and hashes what is dirty, and nothing else.

#include "os/event_loop.hpp"
#include "watch/change_log.hpp"
#include "watch/content.hpp"
#include "watch/directory_tree.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hotreload::watch {

class FileTable {
public:
    using OnDirty = std::function<void(const Timing&)>;

    // What the table stands on: all outlive it.
    struct Place {
        const os::EventLoop& loop;
        DirectoryTable& directories;
        ContentReader& reader;
        const Selection& selection;
        const DirectoryTree& tree;
    };

    FileTable(const Place& place, OnDirty on_dirty);
    FileTable(const FileTable&) = delete;
    FileTable& operator=(const FileTable&) = delete;

    // These only mark.
    void event(const std::string& path, const EntryEvent& event);
    void found(const std::string& path);
    void suspect_below(const std::string& directory);
    void suspect_written();

    // Every file is looked at by the next refresh(), and its path followed anew.
    void suspect_all();
    // Follows the paths that may lead elsewhere, so that nothing that happens there is missed.
    void follow();
    // Looks at all that is dirty.
    void refresh();
    [[nodiscard]] bool clean() const { return dirty_.empty(); }

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
    // Something is not as take_changes() told it last.
    [[nodiscard]] bool news() const;
    std::vector<FileChange> take_changes();

    // A file was closed after writing since the last call.
    bool take_closed() { return std::exchange(closed_, false); }

private:
    struct File {
        Timing timing;
        bool literal = false; // named without wildcards: it stays, there or not
        bool link = false;
        bool dirty = false;
        bool known = false; // `stamp` is of the content in the snapshot
        bool racy = false;
        bool seems_written = false; // IN_MODIFY, and no IN_CLOSE_WRITE since
        Duration written_at{};
        Stamp stamp;
        std::unique_ptr<Trail> trail; // of literals and symbolic links
    };
    using Entry = std::pair<const std::string, File>;

    Entry& add(const std::string& path, const Timing& timing);
    void entry_event(Entry& entry, const EntryEvent& event);
    void mark(Entry& entry);
    void keep_trail(Entry& entry);
    void examine(Entry& entry);
    void read(Entry& entry);
    void forget(Entry& entry, std::string problem);
    void set_state(Entry& entry, bool writing, std::string problem);
    void list_states();

    Place place_;
    OnDirty on_dirty_;
    std::map<std::string, File> files_;
    std::vector<Entry*> dirty_;
    std::set<std::string> writing_;
    std::map<std::string, std::string> problems_;
    bool closed_ = false;

    Snapshot snapshot_;
    ChangeLog log_;
    bool told_any_ = false;
    Snapshot told_; // only the states, no `files`
};

} // namespace hotreload::watch
