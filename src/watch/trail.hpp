// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Follows one path from the root, through symbolic links, and watches every place where it could
// come to lead elsewhere: the directory of each step for that step's name. (That a directory is
// deleted is told of itself only when nobody stands in it any more, but of its name at once.)
// Where the path breaks off, the nearest directory that exists is watched for the missing name.

#include "watch/directory_table.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hotreload::watch {

class Trail {
public:
    enum class End { Missing, Directory, Other };

    // `on_event`: something happened to the entry at the end (its event), or the trail is
    // broken() (nullptr). It only marks, like a DirectoryUser.
    using OnEvent = std::function<void(const EntryEvent*)>;

    Trail(DirectoryTable& table, std::string path, OnEvent on_event);
    Trail(const Trail&) = delete;
    Trail& operator=(const Trail&) = delete;

    // Goes the way again; keeps the watches that stay.
    void walk();

    [[nodiscard]] const std::string& path() const { return path_; }
    // The trail may lead elsewhere since the last walk().
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] End end() const { return end_; }
    [[nodiscard]] const std::string& physical() const { return physical_; } // where it leads to
    [[nodiscard]] bool through_link() const { return through_link_; }
    // Why a directory of the way cannot be watched (EACCES, ENOSPC); 0 when all are.
    [[nodiscard]] int blind() const;

    // Events do not tell all that happens on the way: it has to be walked now and then.
    [[nodiscard]] bool polled() const { return out_of_watches_ || !blind_system_.empty(); }
    // The file system on the way where inotify is blind ("NFS"), and the place.
    [[nodiscard]] std::string_view blind_system() const { return blind_system_; }
    [[nodiscard]] const std::string& blind_place() const { return blind_place_; }
    // Adds the directories of the way for which no watch was left.
    void add_unwatched(std::set<std::string>& directories) const;
    // The trail goes through this mount point: it may lead elsewhere when that changes.
    [[nodiscard]] bool crosses(const std::string& point) const;
    void suspect() { broken_ = true; }

private:
    struct Step;
    struct Walk;

    DirectoryTable& table_;
    std::string path_;
    OnEvent on_event_;
    std::vector<std::unique_ptr<Step>> steps_;
    std::string physical_;
    End end_ = End::Missing;
    std::string blind_place_;
    std::string_view blind_system_;
    bool out_of_watches_ = false;
    bool broken_ = true;
    bool through_link_ = false;

public:
    ~Trail();
};

} // namespace hotreload::watch
