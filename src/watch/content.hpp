// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Reads a file for its ContentId, when it is whole. The only place that hashes.

#include "core/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

struct stat;
struct XXH3_state_s;

namespace hotreload::watch {

// What stat(2) says of a file's identity and age. Equal stamps mean equal content, but for a
// change so soon after the first one that the clock of the file system did not move: see `racy`.
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
    int error = 0;
};

class ContentReader {
public:
    ContentReader();
    ~ContentReader();
    ContentReader(const ContentReader&) = delete;
    ContentReader& operator=(const ContentReader&) = delete;

    // `seems_written`: events say that somebody is writing; it counts where the kernel would not
    // tell (another's file, a file system without leases).
    std::expected<Content, NotRead> read(const std::string& path, bool seems_written);

private:
    std::expected<ContentId, int> hash(int fd, std::uint64_t expected);

    std::unique_ptr<std::byte[]> buffer_;
    XXH3_state_s* state_;
};

} // namespace hotreload::watch
