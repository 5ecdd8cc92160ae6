// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The kernel's watches, shared: one for a directory, however many users it has. A user holds a
// DirectoryWatch for a path; what happens there is told to it until the directory is lost (moved,
// deleted, replaced), after which it watches the path again if it still cares.

#include "os/inotify.hpp"
#include "watch/event_log.hpp"
#include "watch/file_systems.hpp"

#include <cerrno>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hotreload::watch {

// Interest is how much of a directory matters: which names go, are replaced or get other rights;
// which come, too; what happens to their content, too. Reading is never asked for: our own must not
// wake us.
enum class Interest { Going, Coming, Content };

struct EntryEvent {
    std::string_view name;
    std::uint32_t mask = 0;

    [[nodiscard]] bool directory() const { return mask & IN_ISDIR; }
    // The entry may be another than before, or be gone.
    [[nodiscard]] bool name_changed() const {
        return mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO);
    }
};

// A limit of the kernel, and not the directory, is why it is not watched (max_user_watches or
// max_user_instances): whoever wants to know what happens there has to look by itself.
inline bool out_of_watches(int error) {
    return error == ENOSPC || error == EMFILE;
}

// Both calls only mark what has to be looked at: they neither take nor drop a DirectoryWatch.
// Nobody is called because a user drops one, which may be on the way to its end. They may note the
// fate of the event in DirectoryTable::log().
class DirectoryUser {
public:
    virtual void entry_changed(const EntryEvent& event) = 0;
    virtual void directory_lost() = 0;

protected:
    ~DirectoryUser() = default;
};

class DirectoryTable;
struct WatchedDirectory;

class DirectoryWatch {
public:
    DirectoryWatch() = default;
    DirectoryWatch(DirectoryTable& table, WatchedDirectory& directory, DirectoryUser& user)
        : table_(&table), directory_(&directory), user_(&user) {}
    DirectoryWatch(DirectoryWatch&& other) noexcept;
    DirectoryWatch& operator=(DirectoryWatch&& other) noexcept;
    ~DirectoryWatch();

    // Why the kernel does not watch the directory; 0 when it does.
    [[nodiscard]] int error() const;
    [[nodiscard]] const std::string& path() const;

private:
    DirectoryTable* table_ = nullptr;
    WatchedDirectory* directory_ = nullptr;
    DirectoryUser* user_ = nullptr;
};

class DirectoryTable {
public:
    // Users have to watch anew when `inotify` becomes another instance.
    explicit DirectoryTable(os::Inotify& inotify, FileSystems file_systems = FileSystems());
    ~DirectoryTable();

    // Watches what is a directory at `path` now; look at it only after this. Users of a directory
    // that was there before are told that they have lost it.
    [[nodiscard]] DirectoryWatch watch(const std::string& path, Interest interest,
                                       DirectoryUser& user);

    void dispatch(const os::InotifyEvent& event);

    [[nodiscard]] std::size_t watches() const { return by_watch_.size(); }
    // Directories for which the kernel had no watch left.
    [[nodiscard]] std::size_t unwatched() const { return unwatched_; }

    [[nodiscard]] EventLog& log() { return log_; }
    [[nodiscard]] FileSystems& file_systems() { return file_systems_; }

private:
    friend DirectoryWatch;
    void release(WatchedDirectory& directory, DirectoryUser& user);
    void arm(WatchedDirectory& directory, const DirectoryUser* newcomer);
    void narrow(WatchedDirectory& directory);
    void unbind(WatchedDirectory& directory);
    void set_error(WatchedDirectory& directory, int error);
    [[nodiscard]] std::uint32_t wanted_mask(const WatchedDirectory& directory) const;

    os::Inotify& inotify_;
    FileSystems file_systems_;
    EventLog log_;
    std::unordered_map<std::string, std::unique_ptr<WatchedDirectory>> by_path_;
    // A directory may be reached by several paths (bind mounts).
    std::unordered_map<int, std::vector<WatchedDirectory*>> by_watch_;
    std::size_t unwatched_ = 0;
};

} // namespace hotreload::watch
