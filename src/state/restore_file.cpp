// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/restore_file.hpp"

#include "base/fd.hpp"
#include "state/attributes.hpp"
#include "state/files.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <format>
#include <vector>

namespace hotreload::state {

namespace {

constexpr int kMaxLinks = 40; // the kernel's

// Where a path leads: a directory that is open, and a name in it that is no link.
struct Place {
    Fd directory; // O_PATH
    std::string name;
    bool there = false;
    std::vector<uid_t> link_owners; // of those that led here and are neither root nor we
};

// The next component, taken off `rest`; empty at the end.
std::string take_component(std::string& rest) {
    const auto from = rest.find_first_not_of('/');
    if (from == std::string::npos) {
        rest.clear();
        return "";
    }
    const auto to = std::min(rest.find('/', from), rest.size());
    auto component = rest.substr(from, to - from);
    rest.erase(0, to);
    return component;
}

// Step by step, as the kernel would, so that nobody can lead us elsewhere between looking and
// writing, and links are seen.
Result<Place> find_place(const std::string& path) {
    constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (!path.starts_with('/'))
        return fail(ErrorCode::Invalid, "it is not an absolute path");
    Place place{.directory = Fd(::open("/", kFlags))};
    std::string rest = path;
    for (int links = 0;;) {
        auto name = take_component(rest);
        const bool last = rest.find_first_not_of('/') == std::string::npos;
        struct stat status{};
        if (name.empty())
            return fail_errno(EISDIR, "finding it");
        if (::fstatat(place.directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) {
            if (errno != ENOENT || !last || !rest.empty())
                return fail_errno(errno, "finding it");
            place.name = std::move(name);
            return place;
        }
        if (S_ISLNK(status.st_mode)) {
            char target[PATH_MAX];
            const auto size =
                ::readlinkat(place.directory.get(), name.c_str(), target, sizeof target);
            if (size < 0 || ++links > kMaxLinks)
                return fail_errno(size < 0 ? errno : ELOOP, "following a link");
            if (status.st_uid != 0 && status.st_uid != ::geteuid())
                place.link_owners.push_back(status.st_uid);
            rest.insert(0, target, static_cast<std::size_t>(size));
            if (rest.starts_with('/'))
                place.directory = Fd(::open("/", kFlags));
            continue;
        }
        if (last && S_ISREG(status.st_mode)) {
            place.name = std::move(name);
            place.there = true;
            return place;
        }
        if (last && !S_ISDIR(status.st_mode))
            return fail(ErrorCode::Invalid, "it is no regular file");
        Fd next(::openat(place.directory.get(), name.c_str(), kFlags));
        if (!next)
            return fail_errno(errno, "finding it");
        place.directory = std::move(next);
    }
}

// Whoever may change where a link leads must not get us to write what he may not.
bool may_lead(const Place& place, const struct stat& directory, const struct stat& file) {
    return std::ranges::all_of(place.link_owners, [&](uid_t owner) {
        return owner == directory.st_uid || (place.there && owner == file.st_uid);
    });
}

// Gone at the end of its life, unless it got another name.
class Temporary {
public:
    explicit Temporary(int directory) : directory_(directory) {
        for (int tries = 0; tries < 16 && !fd_; ++tries) {
            std::uint64_t random = 0;
            if (::getrandom(&random, sizeof random, 0) < 0)
                return;
            name_ = std::format(".hotreload-{:016x}.tmp", random);
            fd_ = Fd(::openat(directory, name_.c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
            if (!fd_ && errno != EEXIST)
                return;
        }
    }
    ~Temporary() {
        if (fd_ && !renamed_)
            ::unlinkat(directory_, name_.c_str(), 0);
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    [[nodiscard]] int fd() const { return fd_.get(); }

    // Not over a file that has come meanwhile, when there was none.
    Result<> rename(const std::string& name, bool replace) {
        if (!replace) {
            renamed_ = ::renameat2(directory_, name_.c_str(), directory_, name.c_str(),
                                   RENAME_NOREPLACE) == 0;
            if (!renamed_ && errno != EINVAL) // a file system that cannot
                return errno == EEXIST ? fail(ErrorCode::Busy, "it has come meanwhile")
                                       : fail_errno(errno, "renaming a temporary");
        }
        if (!renamed_ && ::renameat(directory_, name_.c_str(), directory_, name.c_str()) < 0)
            return fail_errno(errno, "renaming a temporary");
        renamed_ = true;
        return {};
    }

private:
    int directory_;
    std::string name_;
    Fd fd_;
    bool renamed_ = false;
};

Result<> dress_restored(int temporary, int present, const struct stat& file,
                        const struct stat& directory) {
    if (present < 0) {
        copy_owner(directory, temporary); // as well as we may
        if (::fchmod(temporary, 0644) < 0)
            return fail_errno(errno, "setting its mode");
        return {};
    }
    if (!copy_owner(file, temporary))
        return fail_errno(errno, "keeping its owner");
    if (!copy_mode(present, file, temporary))
        return fail_errno(errno, "keeping its mode");
    return {};
}

Result<> restore_at(const Place& place, std::string_view bytes) {
    const int directory = place.directory.get();
    struct stat above{};
    struct stat file{};
    if (::fstat(directory, &above) < 0)
        return fail_errno(errno, "looking at its directory");
    Fd present;
    if (place.there) {
        present = Fd(::openat(directory, place.name.c_str(),
                              O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        if (!present || ::fstat(present.get(), &file) < 0)
            return fail_errno(errno, "opening it");
        if (!S_ISREG(file.st_mode))
            return fail(ErrorCode::Invalid, "it is no regular file");
    }
    if (!may_lead(place, above, file))
        return fail(ErrorCode::NotAuthorized,
                    "a symbolic link leads to it whose owner could not write it himself");
    Temporary temporary(directory);
    if (temporary.fd() < 0)
        return fail_errno(errno, "making a temporary beside it");
    if (auto written = write_all(temporary.fd(), bytes); !written)
        return written;
    if (auto dressed = dress_restored(temporary.fd(), present.get(), file, above); !dressed)
        return dressed;
    if (::fsync(temporary.fd()) < 0)
        return fail_errno(errno, "syncing");
    if (auto renamed = temporary.rename(place.name, place.there); !renamed)
        return renamed;
    // It is done, and is undone only by a power cut in this moment.
    if (const Fd synced(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); synced)
        ::fsync(synced.get());
    return {};
}

} // namespace

Result<> restore_file(const std::string& path, std::string_view bytes) {
    auto restored =
        find_place(path).and_then([&](const Place& place) { return restore_at(place, bytes); });
    if (!restored)
        return std::unexpected(std::move(restored.error()).in_context("restoring " + path));
    return {};
}

} // namespace hotreload::state
