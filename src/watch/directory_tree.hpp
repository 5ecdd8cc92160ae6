// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The directories of one set's wildcard patterns, each watched and known by its children. It
// tells which files may have changed; it does not look at files itself.

#include "core/snapshot.hpp"
#include "watch/selection.hpp"
#include "watch/trail.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hotreload::watch {

// Told by the directories. Paths are as the patterns have them, not as links resolve them.
class FileMarks {
public:
    virtual void file_event(const std::string& directory, const EntryEvent& event) = 0;
    // It is listed, as a regular file or as something that has yet to be found out.
    virtual void file_found(const std::string& directory, std::string_view name, bool regular) = 0;
    // It may be another, for it is (or was) mounted there.
    virtual void file_suspect(const std::string& directory, std::string_view name) = 0;
    // Known files below `directory` may be gone.
    virtual void files_suspect(const std::string& directory) = 0;
    // repair() has something to do.
    virtual void tree_suspect() = 0;

protected:
    ~FileMarks() = default;
};

class DirectoryTree {
public:
    // Nothing is watched before the first repair().
    DirectoryTree(DirectoryTable& table, const Selection& selection, FileMarks& files);
    ~DirectoryTree();
    DirectoryTree(const DirectoryTree&) = delete;
    DirectoryTree& operator=(const DirectoryTree&) = delete;

    enum class Scan { Suspect, All };
    // Makes the watched directories those that are on disk: those that events made suspect, or
    // all. Watches each before it lists it.
    void repair(Scan scan);

    // Files in this directory are files of ours.
    [[nodiscard]] bool has(const std::string& directory) const;

    // The directories of which events do not tell everything; poll() looks at them.
    [[nodiscard]] const std::set<std::string>& polled_directories() const { return polled_; }
    [[nodiscard]] bool polled() const;
    void poll();

    // Something else is at these mount points: what no longer leads where it did is suspect.
    void mounts_changed(const std::unordered_set<std::string>& points);

    // For people: the directories that had no watch left, and for each file system where inotify
    // is blind the first of the directories there.
    void add_unwatched(std::set<std::string>& directories) const;
    void add_blind(std::map<std::string_view, std::string>& places) const;

    // Directories that cannot be read.
    [[nodiscard]] std::vector<Problem> problems() const;

private:
    struct Root;
    struct Node;
    struct Ahead {
        std::string path;
        std::string physical;
    };

    bool repair_roots(Scan scan);
    void visit(const std::string& path);
    void scan(Ahead top, bool deep);
    void look(const Ahead& here, bool deep, std::vector<Ahead>& ahead);
    void list(Node& node, int fd, bool deep, std::vector<Ahead>& ahead);
    void set_polled(Node& node);
    void drop_below(const std::string& path);
    void drop(const std::string& path);

    DirectoryTable& table_;
    const Selection& selection_;
    FileMarks& files_;
    std::list<Root> roots_;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> nodes_; // by path
    std::set<std::string> suspects_;
    std::set<std::string> polled_;
    std::map<std::string, int> unreadable_; // errno
    std::unique_ptr<std::byte[]> entries_;  // what getdents64(2) reads into
};

} // namespace hotreload::watch
