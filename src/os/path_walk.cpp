// SPDX-License-Identifier: LGPL-2.1-or-later
#include "os/path_walk.hpp"

#include <fcntl.h>
#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <iterator>
#include <ranges>
#include <string_view>
#include <utility>

namespace hotreload::os {

namespace {

constexpr int kMaxLinks = 40; // the kernel's
constexpr int kStep = O_PATH | O_NOFOLLOW | O_CLOEXEC;

// An access list that cannot be told counts as being there.
bool has_access_list(int fd) {
    const auto path = "/proc/self/fd/" + std::to_string(fd); // fgetxattr refuses O_PATH
    return ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) >= 0 ||
           (errno != ENODATA && errno != EOPNOTSUPP);
}

class Walker {
public:
    explicit Walker(LastLink last) : last_(last) {}

    PathWalk go(std::string_view path) {
        queue(path);
        if (!enter("/", Fd(::open("/", kStep | O_DIRECTORY))))
            return std::move(walk_);
        while (!ahead_.empty() && walk_.error == 0) {
            const auto name = std::exchange(ahead_.back(), {});
            ahead_.pop_back();
            if (name == "..")
                enter(parent(), Fd(::openat(walk_.directory, "..", kStep | O_DIRECTORY)));
            else
                take(name);
            if (walk_.error != 0)
                walk_.ahead.push_back(name);
        }
        std::ranges::move(std::views::reverse(ahead_), std::back_inserter(walk_.ahead));
        return std::move(walk_);
    }

private:
    void queue(std::string_view path) {
        while (!path.empty()) {
            const auto slash = path.rfind('/'); // npos + 1 is 0
            if (const auto name = path.substr(slash + 1); !name.empty() && name != ".")
                ahead_.emplace_back(name);
            path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
        }
    }

    [[nodiscard]] std::string parent() const {
        const auto slash = at_.rfind('/');
        return slash == 0 || slash == std::string::npos ? "/" : at_.substr(0, slash);
    }

    // Enters a directory: from here on, names are looked up in it.
    bool enter(std::string path, Fd fd) {
        struct stat status{};
        if (!fd || ::fstat(fd.get(), &status) < 0) {
            walk_.error = errno;
            return false;
        }
        enter(std::move(path), std::move(fd), status);
        return true;
    }
    void enter(std::string path, Fd fd, const struct stat& status) {
        at_ = path;
        walk_.directory = fd.get();
        walk_.name.clear();
        add(std::move(path), std::move(fd), status);
    }

    void add(std::string path, Fd fd, const struct stat& status) {
        walk_.steps.push_back({std::move(path), permissions_of(status, -1), std::move(fd)});
    }

    void take(const std::string& name) {
        Fd fd(::openat(walk_.directory, name.c_str(), kStep));
        struct stat status{};
        if (!fd || ::fstat(fd.get(), &status) < 0) {
            walk_.error = errno;
            return;
        }
        auto path = at_ == "/" ? "/" + name : at_ + '/' + name;
        if (S_ISLNK(status.st_mode) && !(ahead_.empty() && last_ == LastLink::Keep)) {
            follow(std::move(path), std::move(fd), status);
        } else if (S_ISDIR(status.st_mode)) {
            enter(std::move(path), std::move(fd), status);
        } else if (!ahead_.empty()) {
            walk_.error = ENOTDIR;
        } else {
            walk_.name = name;
            add(std::move(path), std::move(fd), status);
        }
    }

    void follow(std::string path, Fd fd, const struct stat& status) {
        char target[PATH_MAX];
        const auto size = ::readlinkat(fd.get(), "", target, sizeof target);
        if (size <= 0 || ++links_ > kMaxLinks) {
            walk_.error = size < 0 ? errno : size == 0 ? ENOENT : ELOOP;
            return;
        }
        add(std::move(path), std::move(fd), status);
        const std::string_view to(target, static_cast<std::size_t>(size));
        queue(to);
        if (to.starts_with('/'))
            enter("/", Fd(::open("/", kStep | O_DIRECTORY)));
    }

    LastLink last_;
    PathWalk walk_;
    std::vector<std::string> ahead_; // the next one last
    std::string at_;
    int links_ = 0;
};

} // namespace

Permissions permissions_of(const struct stat& status, int fd) {
    return {.owner = status.st_uid,
            .group = status.st_gid,
            .mode = status.st_mode,
            .has_list = fd >= 0 && !S_ISLNK(status.st_mode) && has_access_list(fd),
            .several_links = !S_ISDIR(status.st_mode) && status.st_nlink > 1};
}

PathWalk walk_path(const std::string& path, LastLink last) {
    auto walk = Walker(last).go(path);
    // Lists matter only where somebody else than root is on the way, or could write.
    const auto matters = [](const PathStep& step) {
        return step.permissions.owner != 0 ||
               (!step.is_link() && step.permissions.mode & (S_IWGRP | S_IWOTH));
    };
    bool any = false;
    for (const auto& step : walk.steps)
        any = any || matters(step);
    if (any)
        for (auto& step : walk.steps)
            if (!step.is_link())
                step.permissions.has_list = has_access_list(step.fd.get());
    return walk;
}

} // namespace hotreload::os
