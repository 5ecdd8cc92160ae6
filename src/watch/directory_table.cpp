// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/directory_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hotreload::watch {

struct WatchedDirectory {
    struct User {
        DirectoryUser* user;
        Interest interest;
    };

    std::string path;
    int watch = -1;
    int error = 0;
    std::uint32_t mask = 0;
    bool too_wide = false;                  // somebody has gone who wanted to hear of more
    std::vector<User> users;                // many, where links lead through it
    std::array<std::size_t, 3> interests{}; // how many of them have each

    void lost(const DirectoryUser* but_not = nullptr) const {
        for (const auto& each : users)
            if (each.user != but_not)
                each.user->directory_lost();
    }
};

namespace {

constexpr std::uint32_t kGone = IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT | IN_IGNORED;

std::uint32_t mask_of(Interest interest) {
    std::uint32_t mask =
        IN_MOVE_SELF | IN_DELETE_SELF | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB;
    if (interest >= Interest::Coming)
        mask |= IN_CREATE;
    if (interest >= Interest::Content)
        mask |= IN_MODIFY | IN_CLOSE_WRITE | IN_EXCL_UNLINK;
    return mask;
}

} // namespace

DirectoryWatch::DirectoryWatch(DirectoryWatch&& other) noexcept
    : table_(std::exchange(other.table_, nullptr)),
      directory_(other.directory_),
      user_(other.user_) {}

DirectoryWatch& DirectoryWatch::operator=(DirectoryWatch&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(directory_, other.directory_);
    std::swap(user_, other.user_);
    return *this;
}

DirectoryWatch::~DirectoryWatch() {
    if (table_)
        table_->release(*directory_, *user_);
}

int DirectoryWatch::error() const {
    return directory_ ? directory_->error : ENOENT;
}

const std::string& DirectoryWatch::path() const {
    return directory_->path;
}

DirectoryTable::DirectoryTable(os::Inotify& inotify, FileSystems file_systems)
    : inotify_(inotify), file_systems_(std::move(file_systems)) {}

DirectoryTable::~DirectoryTable() = default;

DirectoryWatch DirectoryTable::watch(const std::string& path, Interest interest,
                                     DirectoryUser& user) {
    auto& directory = by_path_[path];
    if (!directory) {
        directory = std::make_unique<WatchedDirectory>();
        directory->path = path;
    }
    directory->users.push_back({&user, interest});
    ++directory->interests[static_cast<std::size_t>(interest)];
    arm(*directory, &user);
    return {*this, *directory, user};
}

void DirectoryTable::release(WatchedDirectory& directory, DirectoryUser& user) {
    auto& users = directory.users;
    const auto gone = std::ranges::find(users, &user, &WatchedDirectory::User::user);
    --directory.interests[static_cast<std::size_t>(gone->interest)];
    users.erase(gone);
    if (users.empty()) {
        unbind(directory);
        set_error(directory, 0);
        by_path_.erase(by_path_.find(directory.path));
    } else {
        directory.too_wide = true; // whoever is being taken down now is not to be told anything
    }
}

// The call is made even when the directory is watched: only the kernel knows whether the path
// still leads to it.
void DirectoryTable::arm(WatchedDirectory& directory, const DirectoryUser* newcomer) {
    const auto mask = wanted_mask(directory);
    const auto watch = inotify_.watch(directory.path, mask);
    const bool was_watched = directory.watch != -1;
    set_error(directory, watch ? 0 : watch.error());
    if (watch && *watch == directory.watch) {
        directory.mask = mask;
        return;
    }
    unbind(directory);
    if (watch) {
        auto& same = by_watch_[*watch];
        same.push_back(&directory);
        directory.watch = *watch;
        directory.mask = wanted_mask(directory);
        if (directory.mask != mask)
            inotify_.watch(directory.path, directory.mask);
        for (auto* each : same)
            each->mask = directory.mask;
    }
    if (was_watched)
        directory.lost(newcomer);
}

void DirectoryTable::unbind(WatchedDirectory& directory) {
    if (directory.watch == -1)
        return;
    auto found = by_watch_.find(std::exchange(directory.watch, -1));
    std::erase(found->second, &directory);
    if (found->second.empty()) {
        inotify_.unwatch(found->first);
        by_watch_.erase(found);
    }
}

std::uint32_t DirectoryTable::wanted_mask(const WatchedDirectory& directory) const {
    std::uint32_t mask = 0;
    const auto add = [&](const WatchedDirectory& each) {
        for (const auto interest : {Interest::Going, Interest::Coming, Interest::Content})
            if (each.interests[static_cast<std::size_t>(interest)] > 0)
                mask |= mask_of(interest);
    };
    add(directory);
    if (const auto same = by_watch_.find(directory.watch); same != by_watch_.end())
        for (const auto* each : same->second)
            add(*each);
    return mask;
}

void DirectoryTable::dispatch(const os::InotifyEvent& event) {
    const auto found = by_watch_.find(event.watch);
    if (found == by_watch_.end())
        return; // of a watch that was dropped meanwhile
    log_.add(found->second.front()->path, event.name, event.mask);
    if (event.mask & kGone) {
        // After a move the old watch would go on elsewhere.
        if (!(event.mask & IN_IGNORED))
            inotify_.unwatch(event.watch);
        const auto directories = std::move(found->second);
        by_watch_.erase(found);
        for (auto* directory : directories) {
            directory->watch = -1;
            set_error(*directory, ENOENT);
            directory->lost();
        }
        log_.done();
        return;
    }
    if (event.name.empty())
        return log_.done();
    for (const auto* directory : found->second)
        for (const auto& each : directory->users)
            each.user->entry_changed({event.name, event.mask});
    log_.done();
    const auto wide = std::ranges::find(found->second, true, &WatchedDirectory::too_wide);
    if (wide != found->second.end())
        narrow(**wide);
}

// The watch is narrowed with the first event that comes after a user has left: perhaps nobody
// wanted to hear of it.
void DirectoryTable::narrow(WatchedDirectory& directory) {
    directory.too_wide = false;
    if (wanted_mask(directory) != directory.mask)
        arm(directory, nullptr);
}

void DirectoryTable::set_error(WatchedDirectory& directory, int error) {
    unwatched_ -= out_of_watches(directory.error);
    directory.error = error;
    unwatched_ += out_of_watches(directory.error);
}

} // namespace hotreload::watch
