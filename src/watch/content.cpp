// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/content.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <new>

namespace hotreload::watch {

namespace {

constexpr std::size_t kBufferSize = std::size_t{128} * 1024;
constexpr std::int64_t kGranularityNs = 2'000'000'000; // FAT's; ext4 and the rest have less
constexpr int kTries = 3;

std::int64_t nanoseconds(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

std::int64_t realtime_ns() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now);
}

enum class Writers { None, Some, Unknown };

// A read lease is granted only while nobody has the file open for writing. It is given back at
// once: whoever opens the file in that moment waits for it some microseconds.
Writers writers_of(int fd) {
    // The signal to a holder whose lease is wanted, SIGIO, would end the process; SIGURG is
    // ignored by default.
    fcntl(fd, F_SETSIG, SIGURG);
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(fd, F_SETLEASE, F_UNLCK);
        return Writers::None;
    }
    return errno == EAGAIN ? Writers::Some : Writers::Unknown;
}

NotRead::Why why_not_open(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return NotRead::Why::Gone;
    case EAGAIN: // somebody holds a write lease
        return NotRead::Why::Writing;
    case ENXIO: // a socket
        return NotRead::Why::NotAFile;
    default:
        return NotRead::Why::Unreadable;
    }
}

} // namespace

Stamp Stamp::of(const struct stat& status) {
    return {.device = status.st_dev,
            .inode = status.st_ino,
            .size = static_cast<std::uint64_t>(status.st_size),
            .modified_ns = nanoseconds(status.st_mtim),
            .changed_ns = nanoseconds(status.st_ctim)};
}

ContentId content_id(std::string_view bytes) {
    const auto hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.high64, hash.low64, bytes.size()};
}

ContentReader::ContentReader(os::Opener& opener)
    : opener_(opener),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(kBufferSize)),
      state_(XXH3_createState()) {
    if (!state_)
        throw std::bad_alloc();
}

ContentReader::~ContentReader() {
    XXH3_freeState(state_);
}

std::expected<Content, NotRead> ContentReader::read(const std::string& path, bool seems_written,
                                                    bool keep) {
    using Why = NotRead::Why;
    const auto not_read = [](Why why, int error = 0) {
        return std::unexpected(NotRead{why, error != 0 ? std::strerror(error) : ""});
    };
    for (int tries = 0; tries < kTries; ++tries) {
        auto opened = opener_.open(path);
        if (!opened)
            return std::unexpected(
                NotRead{why_not_open(opened.error().error), opened.error().reason()});
        const auto& [fd, before] = *opened;
        if (!S_ISREG(before.st_mode))
            return not_read(Why::NotAFile);
        const auto writers = writers_of(fd.get());
        if (writers == Writers::Some || (writers == Writers::Unknown && seems_written))
            return not_read(Why::Writing);
        const std::int64_t now_ns = realtime_ns();
        const auto id = hash(fd.get(), Stamp::of(before).size, keep);
        if (!id)
            return std::unexpected(id.error());
        struct stat after{};
        if (fstat(fd.get(), &after) < 0)
            return not_read(Why::Unreadable, errno);
        const auto stamp = Stamp::of(after);
        if (stamp == Stamp::of(before))
            return Content{*id, stamp,
                           now_ns - std::max(stamp.modified_ns, stamp.changed_ns) < kGranularityNs};
    }
    return not_read(Why::Writing); // it changes faster than it can be read
}

std::expected<ContentId, NotRead> ContentReader::hash(int fd, std::uint64_t expected, bool keep) {
    using Why = NotRead::Why;
    keep = keep && expected <= kMaxOffered;
    bytes_.reset();
    large_.clear();
    if (large_.capacity() > kBufferSize)
        large_.shrink_to_fit(); // one large file must not cost us its size for ever
    std::uint64_t total = 0;
    for (;;) {
        if (std::max(total, expected) > kMaxRead)
            return std::unexpected(
                NotRead{Why::Unreadable, "not read: it is larger than 1 GiB; exclude it"});
        const ssize_t got = ::read(fd, buffer_.get(), kBufferSize);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::unexpected(NotRead{Why::Unreadable, std::strerror(errno)});
        const auto size = static_cast<std::size_t>(got);
        const std::string_view part(reinterpret_cast<const char*>(buffer_.get()), size);
        if (total == 0 && size == expected && size < kBufferSize) { // nearly every file
            if (keep)
                bytes_ = part;
            return content_id(part);
        }
        if (total == 0)
            XXH3_128bits_reset(state_);
        if (size == 0) {
            if (keep && total <= kMaxOffered)
                bytes_ = large_;
            const auto hash = XXH3_128bits_digest(state_);
            return ContentId{hash.high64, hash.low64, total};
        }
        XXH3_128bits_update(state_, buffer_.get(), size);
        total += size;
        if (keep && total <= kMaxOffered)
            large_.append(part);
    }
}

} // namespace hotreload::watch
