// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/trusted_directories.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace hotreload::os {

namespace {

constexpr std::size_t kMostKnown = 4096;

bool is_roots_alone(const PathWalk& way) {
    return way.error == 0 && way.name.empty() && !way.steps.empty() &&
           (way.steps.back().permissions.mode & (S_IWGRP | S_IWOTH)) == 0 &&
           std::ranges::all_of(way.steps, [](const PathStep& step) {
               return step.is_directory() && step.permissions.owner == 0;
           });
}

} // namespace

std::optional<TrustedDirectories::Identity> TrustedDirectories::identify(int fd, const char* path) {
    struct statx status{};
    constexpr unsigned wanted =
        STATX_INO | STATX_BTIME | STATX_UID | STATX_GID | STATX_MODE | STATX_TYPE;
    if (::statx(fd, path, AT_EMPTY_PATH, wanted, &status) < 0 ||
        (status.stx_mask & wanted) != wanted)
        return std::nullopt;
    return Identity{.device_major = status.stx_dev_major,
                    .device_minor = status.stx_dev_minor,
                    .inode = status.stx_ino,
                    .born_seconds = status.stx_btime.tv_sec,
                    .born_nanoseconds = status.stx_btime.tv_nsec,
                    .owner = status.stx_uid,
                    .group = status.stx_gid,
                    .mode = status.stx_mode};
}

std::optional<PathWalk> TrustedDirectories::find(const std::string& path) const {
    const auto known = known_.find(path);
    if (known == known_.end())
        return std::nullopt;
    const auto identity = identify(AT_FDCWD, path.empty() ? "/" : path.c_str());
    if (!identity || *identity != known->second)
        return std::nullopt;
    PathWalk way;
    way.directory = AT_FDCWD;
    way.steps.push_back(
        {path, {.owner = identity->owner, .group = identity->group, .mode = identity->mode}});
    return way;
}

void TrustedDirectories::remember(const std::string& path, const PathWalk& way) {
    known_.erase(path);
    if (!is_roots_alone(way))
        return;
    if (known_.size() >= kMostKnown)
        known_.clear();
    if (const auto identity = identify(way.directory, ""))
        known_.emplace(path, *identity);
}

} // namespace hotreload::os
