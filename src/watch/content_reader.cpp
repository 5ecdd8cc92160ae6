// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/content_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <new>
#include <utility>

namespace hotreload::watch {

namespace {

constexpr std::size_t kBufferSize = std::size_t{128} * 1024;
constexpr std::int64_t kGranularityNs = 2'000'000'000; // FAT's; ext4 and the rest have less
constexpr int kTries = 3;
// Files of the kernel's own file systems have no size, and some have no end.
constexpr std::uint64_t kMostWithoutSize = std::uint64_t{1} << 20;

std::int64_t realtime_ns() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

bool has_size(int fd) {
    struct stat status{};
    return fstat(fd, &status) == 0 && status.st_size > 0;
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

class ContentReader::Reading {
public:
    Reading(std::string of, os::Opener::Opened file)
        : path(std::move(of)), opened(std::move(file)) {}
    ~Reading() { XXH3_freeState(state); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    std::string path;
    os::Opener::Opened opened;
    std::int64_t begun_ns = realtime_ns();
    std::uint64_t total = 0;
    XXH3_state_s* state = nullptr; // of a file that does not fit into the buffer
    std::string bytes;             // of such a file, when they are kept
    int tries = 0;                 // before this one
};

void ContentReader::ReadingDeleter::operator()(Reading* reading) const noexcept {
    delete reading;
}

ContentReader::ContentReader(os::Opener& opener, Executor& executor)
    : opener_(opener),
      recent_(executor),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(kBufferSize)) {}

ContentReader::~ContentReader() = default;

ContentReader::Read ContentReader::read(const std::string& path, bool seems_written, bool keep) {
    ReadingPtr reading;
    return *read(path, seems_written, keep, Clock::time_point::max(), reading);
}

std::optional<ContentReader::Read> ContentReader::read(const std::string& path, bool seems_written,
                                                       bool keep, Clock::time_point until,
                                                       ReadingPtr& reading) {
    bytes_.reset();
    large_.reset(); // one large file must not cost us its size for ever
    if (reading && reading->path != path)
        reading.reset();
    for (int tries = reading ? reading->tries : 0; tries < kTries; ++tries) {
        if (!reading) {
            auto begun = begin(path, seems_written);
            if (!begun)
                return std::unexpected(std::move(begun.error()));
            const auto* known = recent_.find(Stamp::of((*begun)->opened.status));
            if (known && (!keep || known->bytes)) {
                if (keep) {
                    large_ = known->bytes;
                    bytes_ = large_->view();
                }
                return known->content;
            }
            reading = *std::move(begun);
            reading->tries = tries;
        }
        const auto id = hash(*reading, keep, until);
        if (!id)
            return std::nullopt;
        const auto read = std::exchange(reading, nullptr);
        if (!*id)
            return std::unexpected(id->error());
        struct stat after{};
        if (fstat(read->opened.fd.get(), &after) < 0)
            return std::unexpected(NotRead{NotRead::Why::Unreadable, std::strerror(errno)});
        const auto stamp = Stamp::of(after);
        if (stamp != Stamp::of(read->opened.status)) {
            bytes_.reset(); // the next try may have none
            large_.reset();
            continue;
        }
        const auto changed_ns = std::max(stamp.modified_ns, stamp.changed_ns);
        const Content content{**id, stamp, read->begun_ns - changed_ns < kGranularityNs};
        recent_.note(content, bytes_, large_);
        return content;
    }
    return std::unexpected(NotRead{NotRead::Why::Writing, ""}); // faster than it can be read
}

std::expected<ContentReader::ReadingPtr, NotRead> ContentReader::begin(const std::string& path,
                                                                       bool seems_written) {
    using Why = NotRead::Why;
    auto opened = opener_.open(path);
    if (!opened)
        return std::unexpected(
            NotRead{why_not_open(opened.error().error), opened.error().reason()});
    if (!S_ISREG(opened->status.st_mode))
        return std::unexpected(NotRead{Why::NotAFile, ""});
    const auto writers = writers_of(opened->fd.get());
    if (writers == Writers::Some || (writers == Writers::Unknown && seems_written))
        return std::unexpected(NotRead{Why::Writing, ""});
    return ReadingPtr(new Reading(path, *std::move(opened)));
}

std::optional<std::expected<ContentId, NotRead>> ContentReader::hash(Reading& reading, bool keep,
                                                                     Clock::time_point until) {
    using Why = NotRead::Why;
    const auto expected = Stamp::of(reading.opened.status).size;
    auto& total = reading.total;
    keep = keep && expected <= kMaxOffered;
    for (;;) {
        if (std::max(total, expected) > kMaxRead)
            return std::unexpected(
                NotRead{Why::Unreadable, "not read: it is larger than 1 GiB; exclude it"});
        if (expected == 0 && total > kMostWithoutSize && !has_size(reading.opened.fd.get()))
            return std::unexpected(NotRead{
                Why::Unreadable, "not read: its size is 0, and it has more than 1 MiB in it, as "
                                 "files of the kernel's own have; exclude it"});
        const ssize_t got = ::read(reading.opened.fd.get(), buffer_.get(), kBufferSize);
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
        if (!reading.state) {
            reading.state = XXH3_createState();
            if (!reading.state)
                throw std::bad_alloc();
            XXH3_128bits_reset(reading.state);
            if (keep)
                reading.bytes.reserve(expected); // it does not move while it grows
        }
        if (size == 0) {
            if (keep && total <= kMaxOffered)
                bytes_ = large_.emplace(std::move(reading.bytes)).view();
            const auto hash = XXH3_128bits_digest(reading.state);
            return ContentId{hash.high64, hash.low64, total};
        }
        XXH3_128bits_update(reading.state, buffer_.get(), size);
        total += size;
        if (keep && total <= kMaxOffered)
            reading.bytes.append(part);
        if (Clock::now() >= until)
            return std::nullopt;
    }
}

} // namespace hotreload::watch
