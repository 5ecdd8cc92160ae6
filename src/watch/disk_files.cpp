// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/disk_files.hpp"

#include "watch/watched_set.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <format>
#include <system_error>

namespace hotreload::watch {

namespace fs = std::filesystem;

Result<std::unique_ptr<WatchedFiles>> DiskFiles::watch(const std::vector<WatchDefinition>& watches,
                                                       OnSettled on_settled, OnRead on_read) {
    return WatchedSet::make(watcher_, watches, std::move(on_settled), std::move(on_read));
}

// The files are read by a watcher of their own, which has no inotify instance: nothing is added to
// the one that there is, and nothing that is watched is marked. It never polls, however long it
// reads: with a poll, it would try for an instance.
Task<Result<Snapshot>> DiskFiles::read_once(std::vector<WatchDefinition> watches, OnRead on_read) {
    TreeWatcher once(
        watcher_.loop(), os::Inotify::none(),
        {.poll_interval = kInfinity, .scan_interval = kInfinity, .file_system_magic = {}});
    auto set = WatchedSet::make(once, watches, [] {}, std::move(on_read));
    if (!set)
        co_return std::unexpected(std::move(set.error()));
    co_await (*set)->look_ahead(Rescan::All);
    co_return (*set)->look(Rescan::Dirty).content;
}

bool DiskFiles::exists(const std::string& path) const {
    std::error_code none;
    return fs::exists(path, none);
}

bool DiskFiles::are_one(const std::string& path, const std::string& other) const {
    std::error_code none; // of what is not there
    return fs::equivalent(path, other, none);
}

std::optional<std::string> DiskFiles::real_path(const std::string& path) const {
    std::error_code error;
    auto real = fs::weakly_canonical(path, error).string();
    return error ? std::nullopt : std::optional(std::move(real));
}

std::string DiskFiles::stamp(const std::string& path) const {
    return file_stamp(path);
}

std::optional<std::uint64_t> DiskFiles::changed_usec(const std::string& path) const {
    struct stat status{};
    if (::lstat(path.c_str(), &status) < 0)
        return std::nullopt;
    constexpr std::uint64_t usec_per_sec = 1'000'000;
    constexpr std::uint64_t nsec_per_usec = 1'000;
    return static_cast<std::uint64_t>(status.st_ctim.tv_sec) * usec_per_sec +
           static_cast<std::uint64_t>(status.st_ctim.tv_nsec) / nsec_per_usec;
}

std::string file_stamp(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) < 0)
        return "";
    return std::format("{}:{}:{}:{}.{:09}", status.st_dev, status.st_ino, status.st_size,
                       status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

} // namespace hotreload::watch
