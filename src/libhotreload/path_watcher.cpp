// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libhotreload/path_watcher.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <deque>
#include <optional>
#include <utility>

namespace hotreload::library {

namespace {

// Of a directory itself: it goes another way, or may be entered now.
constexpr std::uint32_t kSelf = IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
// Of its entries: another one has the name.
constexpr std::uint32_t kNames = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
// Of the file at the end of the way.
constexpr std::uint32_t kContent = IN_CLOSE_WRITE | IN_ATTRIB;

constexpr int kLinks = 40; // as the kernel follows
constexpr int kWalks = 16; // of a walk along a path that changes under our feet

std::deque<std::string> components(std::string_view path) {
    std::deque<std::string> parts;
    while (!path.empty()) {
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(part.size() + 1, path.size()));
        if (!part.empty() && part != ".")
            parts.emplace_back(part);
    }
    return parts;
}

std::string joined(const std::string& directory, const std::string& name) {
    return directory == "/" ? "/" + name : directory + "/" + name;
}

std::string parent_of(const std::string& directory) {
    const auto slash = directory.rfind('/');
    return slash == 0 ? "/" : directory.substr(0, slash);
}

// What is there; nothing where nothing is, or where it cannot be seen.
std::optional<mode_t> kind_of(const std::string& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) < 0)
        return std::nullopt;
    return status.st_mode & S_IFMT;
}

std::optional<std::string> target_of(const std::string& link) {
    std::array<char, PATH_MAX> target{};
    const auto length = ::readlink(link.c_str(), target.data(), target.size());
    if (length <= 0 || static_cast<std::size_t>(length) == target.size())
        return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(length));
}

// Whether a file that has just been made is only being filled. One that was linked here is whole.
bool is_begun(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1 &&
           status.st_size == 0;
}

std::int64_t nsec_of(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

FollowedPath::Stamp stamp_of(const std::string& path) {
    struct stat status{};
    if (path.empty() || ::stat(path.c_str(), &status) < 0)
        return {};
    return {.device = status.st_dev,
            .inode = status.st_ino,
            .size = status.st_size,
            .modified_nsec = nsec_of(status.st_mtim),
            .changed_nsec = nsec_of(status.st_ctim)};
}

} // namespace

std::expected<PathWatcher, int> PathWatcher::open() {
    Fd fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!fd && errno == EMFILE)
        return open_without_inotify();
    if (!fd)
        return std::unexpected(errno);
    return PathWatcher(std::move(fd), false);
}

std::expected<PathWatcher, int> PathWatcher::open_without_inotify() {
    Fd fd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    const itimerspec each_second{.it_interval = {1, 0}, .it_value = {1, 0}};
    if (!fd || ::timerfd_settime(fd.get(), 0, &each_second, nullptr) < 0)
        return std::unexpected(errno);
    return PathWatcher(std::move(fd), true);
}

int PathWatcher::follow(FollowedPath& first, FollowedPath& second) {
    if (ticks_) {
        for (auto* path : {&first, &second}) {
            path->watched = path->active;
            path->looked_at = path->at_tick = stamp_of(path->path);
        }
        return 0;
    }
    for (int attempt = 0; attempt < kWalks; ++attempt)
        if (const int r = follow_once(first, second); r != -EAGAIN)
            return r;
    return 0; // the watches that there are tell what comes next
}

int PathWatcher::follow_once(FollowedPath& first, FollowedPath& second) {
    Watches wanted;
    for (auto* path : {&first, &second}) {
        path->names.clear();
        if (!path->active)
            continue;
        if (const int r = walk(*path, wanted); r < 0)
            return r;
    }
    for (const auto& [number, watch] : watches_)
        if (!wanted.contains(number))
            ::inotify_rm_watch(fd_.get(), number); // fails when the directory has gone
    std::swap(watches_, wanted);
    first.watched = first.active;
    second.watched = second.active;
    // Walking only adds to a watch; what is not wanted of it any more goes now.
    for (const auto& [number, watch] : watches_) {
        if (wanted.at(number).mask == watch.mask)
            continue;
        const int same =
            ::inotify_add_watch(fd_.get(), watch.directory.c_str(), watch.mask | IN_DONT_FOLLOW);
        if (same >= 0 && same != number) {
            ::inotify_rm_watch(fd_.get(), same);
            return -EAGAIN; // another directory is there by now
        }
    }
    return 0;
}

// A directory is watched before it is looked into, so that nothing happens unseen in between.
// EAGAIN: something on the way has changed meanwhile.
int PathWatcher::walk(FollowedPath& path, Watches& wanted) {
    const std::uint32_t content = kContent | (path.for_writing ? IN_MODIFY : 0);
    std::string at = "/";
    auto rest = components(path.path);
    for (int links = 0; !rest.empty();) {
        const auto name = std::move(rest.front());
        rest.pop_front();
        if (name == "..") {
            at = parent_of(at);
            continue;
        }
        const bool last = rest.empty();
        const auto here = joined(at, name);
        const bool through = !last && kind_of(here) == S_IFDIR;
        const auto watched =
            watch(at, kSelf | (through ? 0 : kNames) | (last ? content : 0), wanted);
        if (watched && !through)
            path.names[*watched].insert(name);
        if (!watched && watched.error() != EACCES) // what cannot be read cannot be watched
            return watched.error() == ENOENT || watched.error() == ENOTDIR ? -EAGAIN
                                                                           : -watched.error();
        const auto kind = kind_of(here);
        if (kind == S_IFLNK) {
            if (++links > kLinks)
                return 0; // in a circle, until somebody changes that
            const auto target = target_of(here);
            if (through || !target)
                return -EAGAIN;
            if (target->starts_with('/'))
                at = "/";
            auto parts = components(*target);
            rest.insert(rest.begin(), parts.begin(), parts.end());
            continue;
        }
        if (last && !watched && kind) {
            // The file itself tells when another takes its place.
            if (const auto file = watch(here, kSelf | content, wanted))
                path.names[*file].insert("");
            else if (file.error() != EACCES)
                return file.error() == ENOENT ? -EAGAIN : -file.error();
        }
        if (last)
            return 0;
        if (kind != S_IFDIR)
            return through ? -EAGAIN : 0;
        at = here;
    }
    return 0;
}

std::expected<int, int> PathWatcher::watch(const std::string& directory, std::uint32_t mask,
                                           Watches& wanted) {
    const int number =
        ::inotify_add_watch(fd_.get(), directory.c_str(), mask | IN_MASK_ADD | IN_DONT_FOLLOW);
    if (number < 0)
        return std::unexpected(errno);
    for (auto* watches : {&wanted, &watches_}) { // what was asked for before is in force, too
        auto& watch = (*watches)[number];
        watch.directory = directory;
        watch.mask |= mask;
    }
    return number;
}

// A file that changes from tick to tick is being written.
void PathWatcher::tick(FollowedPath& path) const {
    const auto now = stamp_of(path.path);
    path.writing = path.for_writing && now != path.at_tick;
    path.changed = path.changed || now != path.looked_at;
    path.at_tick = now;
}

void PathWatcher::take(FollowedPath& first, FollowedPath& second) {
    if (ticks_) {
        std::uint64_t count = 0;
        if (::read(fd_.get(), &count, sizeof count) > 0)
            for (auto* path : {&first, &second})
                if (path->active)
                    tick(*path);
        return;
    }
    alignas(inotify_event) std::array<char, 16384> buffer;
    for (;;) {
        const auto length = ::read(fd_.get(), buffer.data(), buffer.size());
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return;
        for (std::size_t at = 0; at < static_cast<std::size_t>(length);) {
            inotify_event event{};
            std::memcpy(&event, &buffer[at], sizeof event);
            const std::string name(event.len ? &buffer[at + sizeof event] : "");
            at += sizeof event + event.len;
            for (auto* path : {&first, &second})
                if (event.mask & IN_Q_OVERFLOW)
                    path->changed = true;
                else
                    mark(*path, event.wd, event.mask, name);
        }
    }
}

void PathWatcher::mark(FollowedPath& path, int watch, std::uint32_t mask, const std::string& name) {
    const auto own = watches_.find(watch);
    if (own == watches_.end())
        return; // taken away meanwhile
    const auto names = path.names.find(watch);
    const bool of_the_file = names != path.names.end() && names->second.contains(name);
    if (!of_the_file && !name.empty())
        return;
    path.changed = true; // without a name: a directory on the way is gone, or may be read now
    if (!path.for_writing)
        return;
    if (of_the_file && (mask & IN_MODIFY))
        path.writing = true;
    else if (of_the_file && (mask & IN_CREATE))
        path.writing = is_begun(joined(own->second.directory, name));
    else if (mask & (kNames | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF))
        path.writing = false;
}

void PathWatcher::wake() {
    if (ticks_)
        return; // by itself
    // Taking a watch away queues an event of its own.
    if (watches_.empty())
        return;
    ::inotify_rm_watch(fd_.get(), watches_.begin()->first);
    watches_.erase(watches_.begin());
}

} // namespace hotreload::library
