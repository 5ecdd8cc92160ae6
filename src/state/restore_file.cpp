// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/restore_file.hpp"

#include "base/fd.hpp"
#include "os/path_walk.hpp"
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

// The place to which a path leads: a directory that is open, and a name in it.
struct Place {
    Fd directory; // O_PATH
    std::string name;
    bool there = false;
    std::vector<uid_t> link_owners; // of those that led here and are neither root nor we
};

Result<> make_directory(int parent, const std::string& name) {
    struct stat above{};
    if (::mkdirat(parent, name.c_str(), 0755) < 0)
        return fail_errno(errno, "making its directory");
    const Fd made(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (made && ::fstat(parent, &above) == 0)
        copy_owner(above, made.get()); // as well as we may
    return {};
}

constexpr int kMostDirectories = 256; // that are made; somebody may take them away again

enum class Missing { Fail, Make }; // directories on the way

Result<Place> find_place(const std::string& path, os::LastLink last = os::LastLink::Follow,
                         Missing missing = Missing::Fail) {
    if (!path.starts_with('/'))
        return fail(ErrorCode::Invalid, "it is not an absolute path");
    auto walk = os::walk_path(path, last);
    for (int made_so_far = 0; walk.error == ENOENT && walk.ahead.size() > 1 &&
                              missing == Missing::Make && made_so_far < kMostDirectories;
         ++made_so_far) {
        if (auto made = make_directory(walk.directory, walk.ahead.front()); !made)
            return std::unexpected(std::move(made.error()));
        walk = os::walk_path(path, last); // on descriptors again: it may lead elsewhere by now
    }
    Place place{.there = walk.error == 0};
    if (walk.error == ENOENT && walk.ahead.size() == 1)
        place.name = std::move(walk.ahead.front());
    else if (walk.error != 0)
        return fail_errno(walk.error, "finding it");
    else if (walk.name.empty())
        return fail_errno(EISDIR, "finding it");
    else if (const auto& end = walk.steps.back();
             !S_ISREG(end.permissions.mode) && !(end.is_link() && last == os::LastLink::Keep))
        return fail(ErrorCode::Invalid, "it is no regular file");
    else
        place.name = std::move(walk.name);
    const bool is_link = place.there && walk.steps.back().is_link();
    for (auto& step : walk.steps) {
        const auto owner = step.permissions.owner;
        const bool followed = step.is_link() && !(is_link && &step == &walk.steps.back());
        if (followed && owner != 0 && owner != ::geteuid())
            place.link_owners.push_back(owner);
        if (step.fd.get() == walk.directory)
            place.directory = std::move(step.fd);
    }
    return place;
}

// The owner of a link on the way must not get us to write what that owner may not write.
bool may_lead(const Place& place, const struct stat& directory, const struct stat& file) {
    return std::ranges::all_of(place.link_owners, [&](uid_t owner) {
        return owner == directory.st_uid || (place.there && owner == file.st_uid);
    });
}

// Temporary is gone at the end of its life, unless it got another name.
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

    // Gives it the name; not over a file that has come meanwhile, when there was none.
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

Result<> sync_directory(int directory) {
    const Fd synced(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (synced && ::fsync(synced.get()) < 0)
        return fail_errno(errno, "syncing its directory");
    return {};
}

bool holds(int fd, std::string_view content) {
    struct stat file{};
    if (::fstat(fd, &file) < 0 || static_cast<std::uint64_t>(file.st_size) != content.size())
        return false;
    const auto bytes = read_all(fd, content.size());
    return bytes && *bytes == content;
}

std::unexpected<Error> has_been_saved() {
    return fail(ErrorCode::Busy, "somebody else has saved it meanwhile");
}

// Asked right before it is replaced: preparing that takes long enough for somebody to save it.
Result<> is_as_read(const Place& place, const std::optional<std::string>& content) {
    const Fd file(::openat(place.directory.get(), place.name.c_str(),
                           O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file && errno == ENOENT && !content)
        return {};
    if (!file || !content || !holds(file.get(), *content))
        return has_been_saved();
    return {};
}

Result<> write_anew(const Place& place, const Fd& present, const struct stat& file,
                    const struct stat& above, std::string_view bytes,
                    const std::optional<std::string>& before) {
    Temporary temporary(place.directory.get());
    if (temporary.fd() < 0)
        return fail_errno(errno, "making a temporary beside it");
    if (auto written = write_all(temporary.fd(), bytes); !written)
        return written;
    if (auto dressed = dress_restored(temporary.fd(), present.get(), file, above); !dressed)
        return dressed;
    if (::fsync(temporary.fd()) < 0)
        return fail_errno(errno, "syncing");
    if (auto as_read = is_as_read(place, before); !as_read)
        return as_read;
    if (auto renamed = temporary.rename(place.name, place.there); !renamed)
        return renamed;
    // The file is written, and only a power cut in this moment can undo that.
    (void)sync_directory(place.directory.get());
    return {};
}

Result<> overwrite(int fd, std::string_view bytes) {
    if (::lseek(fd, 0, SEEK_SET) < 0)
        return fail_errno(errno, "writing");
    if (auto written = write_all(fd, bytes); !written)
        return written;
    if (::ftruncate(fd, static_cast<off_t>(bytes.size())) < 0)
        return fail_errno(errno, "setting its size");
    if (::fsync(fd) < 0)
        return fail_errno(errno, "syncing");
    return {};
}

// Writing that cannot fail any more once it has begun, as far as that can be had.
Result<> write_in_place(const Place& place, std::string_view bytes, std::string_view before) {
    const Fd file(::openat(place.directory.get(), place.name.c_str(),
                           O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file)
        return fail_errno(errno, "opening it");
    if (!bytes.empty() &&
        ::fallocate(file.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes.size())) < 0 &&
        errno != EOPNOTSUPP)
        return fail_errno(errno, "reserving the room for it");
    if (!holds(file.get(), before))
        return has_been_saved();
    auto written = overwrite(file.get(), bytes);
    if (!written)
        (void)overwrite(file.get(), before);
    return written;
}

Result<Restored> restore_at(const Place& place, std::string_view bytes,
                            const MayReplace& may_replace) {
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
                    "a symbolic link leads to it whose owner could not write it");
    Restored restored;
    if (place.there) {
        auto before = read_all(present.get(), std::string().max_size());
        if (!before)
            return std::unexpected(std::move(before.error()));
        restored.before = *std::move(before);
    }
    if (may_replace && !may_replace(restored.before))
        return has_been_saved();
    Result<> anew;
    if (file.st_nlink <= 1) {
        anew = write_anew(place, present, file, above, bytes, restored.before);
        if (anew)
            return restored;
        if (!place.there)
            return std::unexpected(std::move(anew.error()));
    }
    auto in_place = write_in_place(place, bytes, *restored.before);
    if (!in_place) // the first error is of what would have been better
        return std::unexpected(std::move(anew ? in_place.error() : anew.error()));
    restored.how = Written::InPlace;
    return restored;
}

// A link as it is, or a file with all about it, under another name; on disk.
Result<> copy_entry(int from, const std::string& name, int to, const std::string& copy) {
    struct stat status{};
    if (::fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
        return fail_errno(errno, "finding it");
    if (S_ISLNK(status.st_mode)) {
        char target[PATH_MAX + 1] = {};
        if (::readlinkat(from, name.c_str(), target, PATH_MAX) < 0 ||
            ::symlinkat(target, to, copy.c_str()) < 0)
            return fail_errno(errno, "copying the link");
        return sync_directory(to);
    }
    const Fd source(
        ::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!source || ::fstat(source.get(), &status) < 0)
        return fail_errno(errno, "opening it");
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::Invalid, "it is no regular file");
    const Fd target(
        ::openat(to, copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!target)
        return fail_errno(errno, "making a copy of it");
    auto copied =
        read_all(source.get(), std::string().max_size()).and_then([&](const std::string& bytes) {
            return write_all(target.get(), bytes);
        });
    copy_owner(status, target.get()); // as well as we may
    if (copied && (!copy_mode(source.get(), status, target.get()) || ::fsync(target.get()) < 0))
        copied = fail_errno(errno, "making a copy of it");
    if (!copied) {
        ::unlinkat(to, copy.c_str(), 0);
        return copied;
    }
    return sync_directory(to);
}

// The place of a name that is to be taken away.
Result<Place> find_entry(const std::string& path, os::LastLink last) {
    auto place = find_place(path, last);
    if (!place)
        return place;
    struct stat above{};
    if (::fstat(place->directory.get(), &above) < 0)
        return fail_errno(errno, "looking at its directory");
    if (!may_lead(*place, above, {}))
        return fail(ErrorCode::NotAuthorized,
                    "a symbolic link leads to it whose owner could not write it");
    return place;
}

// A link stays: what it leads to was made.
Result<> remove_made(const std::string& path, std::string_view bytes) {
    const auto place = find_entry(path, os::LastLink::Follow);
    if (!place)
        return std::unexpected(place.error());
    if (auto ours = is_as_read(*place, std::string(bytes)); !ours)
        return ours;
    if (::unlinkat(place->directory.get(), place->name.c_str(), 0) < 0)
        return fail_errno(errno, "taking it away");
    return {};
}

Result<> move_entry(const std::string& from, const std::string& to) {
    const auto source = find_entry(from, os::LastLink::Keep);
    if (!source)
        return std::unexpected(source.error());
    const auto target = find_place(to, os::LastLink::Keep);
    if (!target)
        return std::unexpected(target.error());
    if (target->there)
        return fail(ErrorCode::Busy, to + " has come meanwhile");
    if (auto copied = copy_entry(source->directory.get(), source->name, target->directory.get(),
                                 target->name);
        !copied)
        return copied;
    if (::unlinkat(source->directory.get(), source->name.c_str(), 0) < 0) {
        const int error = errno;
        ::unlinkat(target->directory.get(), target->name.c_str(), 0);
        return fail_errno(error, "taking it away");
    }
    return {};
}

template <class T>
Result<T> in_context(Result<T> result, std::string_view doing) {
    if (!result)
        return std::unexpected(std::move(result.error()).in_context(doing));
    return result;
}

} // namespace

Result<Restored> restore_file(const std::string& path, std::string_view bytes,
                              const MayReplace& may_replace) {
    return in_context(
        find_place(path, os::LastLink::Follow, Missing::Make).and_then([&](const Place& place) {
            return restore_at(place, bytes, may_replace);
        }),
        "restoring " + path);
}

Result<> remove_made_file(const std::string& path, std::string_view bytes) {
    return in_context(remove_made(path, bytes), "removing " + path);
}

Result<> can_restore_file(const std::string& path) {
    const auto place = find_place(path);
    if (place || place.error().code == ErrorCode::NotFound) // that can be made
        return {};
    return in_context(Result<>(std::unexpected(place.error())), "restoring " + path);
}

Result<> take_file_away(const std::string& path, const std::string& aside) {
    return in_context(move_entry(path, aside), "moving " + path + " aside");
}

Result<> put_file_back(const std::string& path, const std::string& aside) {
    return in_context(move_entry(aside, path), "putting " + path + " back");
}

} // namespace hotreload::state
