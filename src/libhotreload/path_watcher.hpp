// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// PathWatcher tells when what a path leads to may be another file, or hold something else:
// directories on the way, and links, may come, go and be replaced. It has one inotify instance for
// life, whose descriptor is readable when there is news; what is on disk has to be looked at then,
// for an event says nothing more than that. Where there is no instance to be had, it is a timer's,
// and what is on disk is compared each second.

#include "base/fd.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace hotreload::library {

// FollowedPath is a path with what is known of it. Whoever looks at it clears `changed` before.
struct FollowedPath {
    std::string path;         // absolute
    bool for_writing = false; // whether it is told that somebody writes into the file

    bool active = false;  // it is to be followed
    bool watched = false; // and is
    bool changed = true;  // it has to be looked at
    bool writing = false; // somebody has begun to write and has not closed the file: it is half

    // Without inotify: what was on disk when it was looked at, and at the last tick.
    struct Stamp {
        std::uint64_t device = 0, inode = 0;
        std::int64_t size = -1; // -1: nothing is there
        std::int64_t modified_nsec = 0, changed_nsec = 0;

        bool operator==(const Stamp&) const = default;
    };
    Stamp looked_at;
    Stamp at_tick;

    std::map<int, std::set<std::string>> names; // of each watch, which entries are on the way
};

class PathWatcher {
public:
    // Without inotify where its instances (fs.inotify.max_user_instances) are used up, which is by
    // others. Errors: errno. EMFILE: so are descriptors.
    static std::expected<PathWatcher, int> open();
    static std::expected<PathWatcher, int> open_without_inotify();

    [[nodiscard]] int fd() const { return fd_.get(); }

    // Watches all that the active ones depend on. What changes from then on is told by take(), so
    // what is on disk is looked at after it. Errors: a negative errno; ENOSPC:
    // fs.inotify.max_user_watches is used up.
    int follow(FollowedPath& first, FollowedPath& second);

    // Takes what is queued, and marks the paths. Never waits.
    void take(FollowedPath& first, FollowedPath& second);

    // Makes the descriptor readable, for there is more to do.
    void wake();

private:
    struct Watch {
        std::string directory; // or the file itself, where its directory cannot be read
        std::uint32_t mask = 0;

        bool operator==(const Watch&) const = default;
    };
    using Watches = std::map<int, Watch>;

    PathWatcher(Fd fd, bool ticks) : fd_(std::move(fd)), ticks_(ticks) {}

    void tick(FollowedPath& path) const;

    int follow_once(FollowedPath& first, FollowedPath& second);
    int walk(FollowedPath& path, Watches& wanted);
    std::expected<int, int> watch(const std::string& directory, std::uint32_t mask,
                                  Watches& wanted);
    void mark(FollowedPath& path, int watch, std::uint32_t mask, const std::string& name);

    Fd fd_;
    bool ticks_;      // it is a timer's
    Watches watches_; // that there are
};

} // namespace hotreload::library
