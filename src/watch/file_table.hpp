// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The files of one set: what is known of each, which of them have to be looked at again, and the
// snapshot that results. Stats and hashes what is dirty, and nothing else.

#include "os/event_loop.hpp"
#include "watch/change_log.hpp"
#include "watch/content_reader.hpp"
#include "watch/directory_tree.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace hotreload::watch {

using OnRead = Files::OnRead;

class FileTable {
public:
    using OnDirty = std::function<void(const Timing&)>;
    using Clock = std::chrono::steady_clock;

    // The things that the table stands on: all outlive it.
    struct Place {
        const os::EventLoop& loop;
        DirectoryTable& directories;
        ContentReader& reader;
        os::Opener& opener;
        const Selection& selection;
        DirectoryTree& tree;
    };

    FileTable(const Place& place, OnDirty on_dirty, OnRead on_read);
    FileTable(const FileTable&) = delete;
    FileTable& operator=(const FileTable&) = delete;

    // The next functions only mark.
    void event(const std::string& directory, const EntryEvent& event);
    void found(const std::string& directory, std::string_view name, bool regular);
    void suspect(const std::string& directory, std::string_view name);
    void suspect_below(const std::string& directory);
    void suspect_written();

    // Marks every file: the next refresh() looks at it, and follows its path anew.
    void suspect_all();
    // Follows the paths that may lead elsewhere, so that nothing that happens there is missed.
    void follow();
    // Looks at all that is dirty, until `until`. False: something is left, and the next call goes
    // on with it.
    bool refresh(Clock::time_point until);
    [[nodiscard]] bool clean() const { return dirty_.empty() && looking_.empty(); }
    // refresh() has something to go on with.
    [[nodiscard]] bool in_the_middle() const { return !looking_.empty(); }

    // Files of which events do not tell everything. poll() marks those that changed.
    [[nodiscard]] bool polled() const { return !polled_.empty(); }
    void poll();
    // Goes on with the safety scan of all others until `until`: marks those that are not as they
    // were read. True at the end of a whole scan.
    bool scan_some(Clock::time_point until);
    [[nodiscard]] bool empty() const { return folders_.empty(); }

    void mounts_changed(const std::unordered_set<std::string>& points);

    // The names by which the file at `physical`, a path without links, is watched.
    void add_names_of(const std::string& physical, std::set<std::string>& names) const;

    // Adds what is not watched, for people, as in DirectoryTree.
    void add_unwatched(std::set<std::string>& directories) const;
    void add_blind(std::map<std::string_view, std::string>& places) const;

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
    // Something is not as take_changes() told it last.
    [[nodiscard]] bool news() const;
    std::vector<FileChange> take_changes();

    // A moment between two looks, and the files that were found written or replaced after it, even
    // with the same content.
    [[nodiscard]] std::uint64_t mark() const { return written_; }
    [[nodiscard]] std::vector<std::string> written_since(std::uint64_t mark) const;

    // A file was closed after writing since the last call.
    bool take_closed() { return std::exchange(closed_, false); }

private:
    struct Folder;
    struct File {
        Folder* folder = nullptr;
        Timing timing;
        bool literal = false; // named without wildcards: it stays, there or not
        bool link = false;
        bool dirty = false;
        bool known = false; // `stamp` is of the content in the snapshot
        bool racy = false;
        bool listed = false;        // as a regular file, and not looked at since
        bool seems_written = false; // IN_MODIFY, and no IN_CLOSE_WRITE since
        Duration written_at{};
        Stamp stamp;
        std::uint64_t written = 0;    // see mark()
        EventLog::Number event = 0;   // the last one, when its fate is open
        std::unique_ptr<Trail> trail; // of literals and symbolic links
    };
    // Files by directory, then by name: neighbours share the long part of their paths.
    using Files = std::map<std::string, File, std::less<>>;
    using Entry = Files::value_type;
    using Folders = std::map<std::string, Folder>;
    struct Folder {
        const std::string* path = nullptr;
        Files files;
    };

    Folder* folder(const std::string& directory, bool make);
    Entry* find(const std::string& directory, std::string_view name);
    Entry& add(const std::string& directory, std::string_view name, const Timing& timing);
    Selection::Verdict judge(const std::string& directory, std::string_view name, Timing& timing);
    [[nodiscard]] static std::string path_of(const Entry& entry);
    void entry_event(Entry& entry, const EntryEvent& event);
    void mark(Entry& entry);
    void check(Entry& entry);
    void keep_trail(Entry& entry, const std::string& path, bool link);
    void take_dirty();
    // The next three answer false or nullopt when it was `until` before the end.
    bool look_at(Entry& entry, Clock::time_point until);
    std::optional<Fate> examine(Entry& entry, const std::string& path, Clock::time_point until);
    std::optional<Fate> read(Entry& entry, const std::string& path, Clock::time_point until);
    Fate forget(Entry& entry, const std::string& path, std::string problem);
    void erase(Entry& entry);
    void set_state(Entry& entry, const std::string& path, bool writing, std::string problem);
    void list_states();

    Place place_;
    OnDirty on_dirty_;
    OnRead on_read_;
    Folders folders_;
    Folder* last_folder_ = nullptr; // names come in runs of one directory
    std::optional<Selection::Here> last_here_;
    std::vector<Entry*> dirty_;
    std::vector<Entry*> looking_; // of those, what refresh() has taken; the next one is the last
    ContentReader::ReadingPtr reading_; // the next one, in the middle of it
    std::set<Entry*> polled_; // with a trail that is polled; the rest are in polled directories
    std::set<std::string> writing_;
    std::map<std::string, std::string> problems_; // why a file cannot be read
    std::map<std::string, std::string> unseen_;   // why its changes cannot be seen
    bool closed_ = false;
    std::string scanned_directory_; // where the safety scan is
    std::string scanned_name_;
    std::string scratch_;
    std::string looked_at_; // the path that is

    Snapshot snapshot_;
    std::uint64_t written_ = 0;
    std::map<std::string, ContentId>::iterator next_file_; // where the next one is likely to go
    ChangeLog log_;
    bool told_any_ = false;
    Snapshot told_; // only the states, no `files`
};

} // namespace hotreload::watch
