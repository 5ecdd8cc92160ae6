// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/opener.hpp"

#include "os/trust.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

namespace hotreload::os {

namespace {

constexpr int kReading = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

std::expected<Opener::Opened, int> opened(Fd fd) {
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) < 0)
        return std::unexpected(errno);
    return Opener::Opened{std::move(fd), status};
}

// The flags to open a file of this kind. A device may do something when it is opened, even for
// reading: what is neither a file nor a directory is only named.
int flags_for(mode_t mode, int flags) {
    return S_ISREG(mode) || S_ISDIR(mode) ? kReading | O_NOFOLLOW | flags
                                          : O_PATH | O_CLOEXEC | O_NOFOLLOW;
}

// Nearly always nobody: then nothing more is asked of the file.
bool anybody_leads(std::span<const PathStep> way, const struct stat& end) {
    const bool linked = end.st_nlink > 1 && !S_ISDIR(end.st_mode);
    return std::ranges::any_of(way, [&](const PathStep& step) {
        return step.permissions.owner != 0 ||
               (linked && !step.is_link() && step.permissions.mode & (S_IWGRP | S_IWOTH));
    });
}

// The name of what is at `path`, as it is called from the directory that `way` leads to.
std::string name_in(const PathWalk& way, const std::string& path) {
    if (way.directory == AT_FDCWD)
        return path;
    auto name = path.substr(path.rfind('/') + 1);
    return name.empty() ? "." : name;
}

} // namespace

std::string Opener::NotOpened::reason() const {
    return refusal.empty() ? std::strerror(error) : "not read: " + refusal;
}

Opener::Opener() : judges_(::geteuid() == 0) {}

std::expected<Opener::Opened, Opener::NotOpened> Opener::open(const std::string& path, int flags) {
    if (judges_)
        return open_judged(path, flags);
    auto plain = opened(Fd(::open(path.c_str(), kReading | flags)));
    if (!plain)
        return std::unexpected(NotOpened{plain.error(), ""});
    return *std::move(plain);
}

std::expected<Opener::Opened, Opener::NotOpened> Opener::open_judged(const std::string& path,
                                                                     int flags) {
    const auto& way = way_to(path.substr(0, path.rfind('/')));
    if (way.error != 0 || !way.name.empty())
        return std::unexpected(not_opened(way.steps, way.error != 0 ? way.error : ENOTDIR));
    return open_end(way, name_in(way, path), flags, &path);
}

std::expected<Opener::Opened, Opener::NotOpened>
Opener::open_end(const PathWalk& way, const std::string& name, int flags, const std::string* path) {
    const std::span<const PathStep> steps(way.steps);
    struct stat status{};
    if (::fstatat(way.directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
        return std::unexpected(not_opened(steps, errno));
    if (S_ISLNK(status.st_mode) && path)
        return follow(*path, flags);
    auto end = opened(Fd(::openat(way.directory, name.c_str(), flags_for(status.st_mode, flags))));
    if (!end)
        return std::unexpected(not_opened(steps, end.error()));
    if (!anybody_leads(steps, end->status))
        return *std::move(end);
    // The last step of a directory's own way is not looked into for itself.
    const auto before = name == "." ? steps.first(steps.size() - 1) : steps;
    const auto permissions = permissions_of(end->status, end->fd.get());
    if (auto refusal = misled(before, &permissions, accounts_))
        return std::unexpected(NotOpened{EACCES, *std::move(refusal)});
    return *std::move(end);
}

std::expected<Opener::Opened, Opener::NotOpened> Opener::follow(const std::string& path,
                                                                int flags) {
    auto walk = walk_path(path);
    if (walk.error != 0)
        return std::unexpected(not_opened(walk.steps, walk.error));
    if (walk.name.empty())
        return open_end(walk, ".", flags, nullptr);
    walk.steps.pop_back(); // the end, which is opened now
    return open_end(walk, walk.name, flags, nullptr);
}

std::expected<struct stat, Opener::NotOpened> Opener::status(const std::string& path) {
    struct stat status{};
    if (!judges_) {
        if (::stat(path.c_str(), &status) < 0)
            return std::unexpected(NotOpened{errno, ""});
        return status;
    }
    const auto& way = way_to(path.substr(0, path.rfind('/')));
    if (way.error != 0 || !way.name.empty())
        return std::unexpected(not_opened(way.steps, way.error != 0 ? way.error : ENOTDIR));
    if (::fstatat(way.directory, name_in(way, path).c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
        return std::unexpected(not_opened(way.steps, errno));
    if (S_ISLNK(status.st_mode)) {
        const auto walk = walk_path(path);
        if (walk.error != 0)
            return std::unexpected(not_opened(walk.steps, walk.error));
        if (::fstat(walk.steps.back().fd.get(), &status) < 0)
            return std::unexpected(NotOpened{errno, ""});
        const std::span<const PathStep> steps(walk.steps);
        if (auto refusal = misled(steps.first(steps.size() - 1), nullptr, accounts_))
            return std::unexpected(NotOpened{EACCES, *std::move(refusal)});
    } else if (auto refusal = misled(way.steps, nullptr, accounts_)) {
        return std::unexpected(NotOpened{EACCES, *std::move(refusal)});
    }
    return status;
}

// A caller who may not search a directory is not told either what is missing in it.
Opener::NotOpened Opener::not_opened(std::span<const PathStep> way, int error) {
    if (auto refusal = misled(way, nullptr, accounts_))
        return {EACCES, *std::move(refusal)};
    return {error, ""};
}

const PathWalk& Opener::way_to(const std::string& directory) {
    if (!last_ || last_->first != directory) {
        last_.reset(); // its descriptors first
        auto way = trusted_.find(directory);
        if (!way) {
            way = walk_path(directory);
            trusted_.remember(directory, *way);
        }
        last_.emplace(directory, *std::move(way));
    }
    return last_->second;
}

} // namespace hotreload::os
