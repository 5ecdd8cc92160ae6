// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Reads a file for its ContentId, when it is whole. The only place that hashes.

#include "core/snapshot.hpp"
#include "os/opener.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct stat;
struct XXH3_state_s;

namespace hotreload::watch {

// Stamp is what stat(2) says of a file's identity and age. Equal stamps mean equal content, but for
// a change so soon after the first one that the clock of the file system did not move: see `racy`.
struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    static Stamp of(const struct stat& status);
    bool operator==(const Stamp&) const = default;
};

struct Content {
    ContentId id;
    Stamp stamp;
    bool racy = false; // it was read within the clock's granularity of its change (git's word)
};

struct NotRead {
    enum class Why { Gone, Writing, NotAFile, Unreadable };
    Why why;
    std::string reason; // for people; empty where `why` says it all
};

// The id of bytes that are at hand: the same as of a file that holds them.
ContentId content_id(std::string_view bytes);

class ContentReader {
public:
    // Larger files are not offered whole.
    static constexpr std::size_t kMaxOffered = std::size_t{16} * 1024 * 1024;
    // Larger files are not read: nothing else is done meanwhile, and it is no configuration.
    static constexpr std::uint64_t kMaxRead = std::uint64_t{1024} * 1024 * 1024;

    // Opens with `opener`, which outlives it.
    explicit ContentReader(os::Opener& opener);
    ~ContentReader();
    ContentReader(const ContentReader&) = delete;
    ContentReader& operator=(const ContentReader&) = delete;

    // `seems_written`: events say that somebody is writing; it counts where the kernel would not
    // tell (another's file, a file system without leases).
    // With `keep`, bytes() has what was read, until the next call.
    std::expected<Content, NotRead> read(const std::string& path, bool seems_written,
                                         bool keep = false);

    // The bytes of the file that was read last; nullopt: it was too large or was not kept.
    [[nodiscard]] std::optional<std::string_view> bytes() const { return bytes_; }

private:
    std::expected<ContentId, NotRead> hash(int fd, std::uint64_t expected, bool keep);

    os::Opener& opener_;
    std::string large_; // of a file that does not fit into the buffer
    std::optional<std::string_view> bytes_;
    std::unique_ptr<std::byte[]> buffer_;
    XXH3_state_s* state_;
};

} // namespace hotreload::watch
