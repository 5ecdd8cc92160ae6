// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The directories of one set's wildcard patterns, each watched and known by its children. It
// tells which files may have changed; it does not look at files itself.

#include "core/snapshot.hpp"
#include "watch/selection.hpp"
#include "watch/trail.hpp"

#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace hotreload::watch {

// Told by the directories. Paths are as the patterns have them, not as links resolve them.
class FileMarks {
public:
    virtual void file_event(const std::string& path, const EntryEvent& event) = 0;
    virtual void file_found(const std::string& path) = 0;
    // Known files at or below `directory` may be gone.
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

    // Directories that cannot be read.
    [[nodiscard]] std::vector<Problem> problems() const;

private:
    struct Root;
    struct Node;

    bool repair_roots(Scan scan);
    void visit(const std::string& path);
    void scan(const std::string& path, const std::string& physical, bool deep);
    void list(Node& node, bool deep, std::vector<std::string>& ahead);
    void drop(const std::string& path);

    DirectoryTable& table_;
    const Selection& selection_;
    FileMarks& files_;
    std::list<Root> roots_;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> nodes_; // by path
    std::set<std::string> suspects_;
    std::map<std::string, int> unreadable_; // errno
};

} // namespace hotreload::watch
