// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The directories of one set's wildcard patterns, each watched and known by its children. It
// tells which files may have changed; it does not look at files itself. Symbolic links to
// directories are followed: what lies behind one counts by the path through the link. Not those
// that would lead round in a circle, nor more of them than anybody means.

#include "core/selection.hpp"
#include "core/snapshot.hpp"
#include "os/opener.hpp"
#include "watch/trail.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hotreload::watch {

// FileMarks hears from the directories. Paths are as the patterns have them, not as links resolve
// them.
class FileMarks {
public:
    virtual void file_event(const std::string& directory, const EntryEvent& event) = 0;
    // The file is listed, as a regular file or as something that has yet to be found out.
    virtual void file_found(const std::string& directory, std::string_view name, bool regular) = 0;
    // The file may be another, for it is (or was) mounted there.
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
    using Clock = std::chrono::steady_clock;

    // Links within links that are followed, and directories behind links in all.
    static constexpr std::size_t kMaxLinks = 8;
    static constexpr std::size_t kMaxLinked = 4096;

    // A tree watches nothing before the first repair(). It opens with `opener`; all outlive it.
    DirectoryTree(DirectoryTable& table, os::Opener& opener, const Selection& selection,
                  FileMarks& files);
    ~DirectoryTree();
    DirectoryTree(const DirectoryTree&) = delete;
    DirectoryTree& operator=(const DirectoryTree&) = delete;

    enum class Scan { Suspect, All };
    // Makes the watched directories those that are on disk: those that events made suspect, or
    // all. Watches each before it lists it. False: `until` was over before that; the next call goes
    // on.
    bool repair(Scan scan, Clock::time_point until);
    // A repair() has not come to its end.
    [[nodiscard]] bool in_the_middle() const { return repair_.has_value(); }

    // Files in this directory are files of ours.
    [[nodiscard]] bool has(const std::string& directory) const;

    // The reason why the directory, or one above, cannot be read; "" when that is not why it is not
    // known.
    [[nodiscard]] std::string not_read(std::string_view directory) const;

    // The link at this path has been found to lead to a directory.
    void leads_to_directory(const std::string& path);

    // The directory, at `directory` or above, that is not looked into though a pattern may match
    // below.
    struct LeftOut {
        std::string path;
        std::string why; // for people, with the path
    };
    [[nodiscard]] std::optional<LeftOut> left_out(std::string_view directory) const;
    // The first directory that was one too many; empty when there was none.
    [[nodiscard]] const std::string& one_too_many() const { return one_too_many_; }

    // The names by which the file at `physical`, a path without links, would be watched.
    void add_names_of(const std::string& physical, std::set<std::string>& names) const;

    // The directories of which events do not tell everything; poll() looks at them.
    [[nodiscard]] const std::set<std::string>& polled_directories() const { return polled_; }
    [[nodiscard]] bool polled() const;
    void poll();

    // Something else is at these mount points: what no longer leads where it did is suspect.
    void mounts_changed(const std::unordered_set<std::string>& points);

    // Adds, for people, the directories that had no watch left, and for each file system where
    // inotify is blind the first of the directories there.
    void add_unwatched(std::set<std::string>& directories) const;
    void add_blind(std::map<std::string_view, std::string>& places) const;

    // Directories that cannot be read.
    [[nodiscard]] std::vector<Problem> problems() const;

private:
    struct Root;
    struct Node;
    struct Listing; // of one directory, so far
    struct Ahead {
        std::string path;
        std::string physical;
        bool linked = false; // behind a link of ours
        bool deep = false;   // known directories below are looked at again, too
    };
    struct Repair {
        Scan how;
        std::list<Root>::iterator root; // the next
        int round = 0;
        bool links_followed = false;
        bool suspects_taken = false;
        std::set<std::string> suspects = {}; // of this round, that were not visited yet
        bool moved = false;                  // in this round: there may be more to do
    };

    bool begin_next();
    bool repair_root(Root& root, Scan how);
    void repair_links();
    bool arrive(Root& root, Scan how);
    void perhaps_a_link(std::string path, const EntryEvent& event);
    void take_links(const Node& node, int fd, const std::vector<std::string>& names, bool deep);
    [[nodiscard]] std::optional<Ahead> follow(const std::string& path, Scan how);
    void forget_link(const std::string& path);
    [[nodiscard]] std::string why_not(const std::string& path, const Root& link) const;
    [[nodiscard]] bool goes_round(const std::string& path, std::uint64_t device,
                                  std::uint64_t inode) const;
    void leave_out(const std::string& path, std::string why);
    void visit(const std::string& path);
    void scan(Ahead top);
    void look_at_next();
    void list_some();
    void end_listing(int error);
    void set_polled(Node& node);
    void drop_below(const std::string& path);
    void drop(const std::string& path);

    DirectoryTable& table_;
    os::Opener& opener_;
    const Selection& selection_;
    FileMarks& files_;
    std::list<Root> roots_;
    // The links in known directories that lead to a directory, or perhaps will, by path.
    std::map<std::string, std::unique_ptr<Root>, std::less<>> links_;
    std::map<std::string, std::string, std::less<>> left_out_; // paths with the reason
    std::string one_too_many_;
    std::size_t linked_ = 0;                                          // nodes behind links
    std::map<std::string, std::unique_ptr<Node>, std::less<>> nodes_; // by path
    std::set<std::string> suspects_;
    std::optional<Repair> repair_;
    std::unique_ptr<Listing> listing_; // nothing drops its node before its end
    std::vector<Ahead> ahead_;         // directories that are looked at next, the last one first
    std::set<std::string> polled_;
    std::map<std::string, std::string, std::less<>> unreadable_; // with the reason
};

} // namespace hotreload::watch
