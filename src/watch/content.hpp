// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Content is what is known of a file that was read: its id, and by what to tell whether the file
// may have another one by now.

#include "core/snapshot.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

struct stat;

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
    auto operator<=>(const Stamp&) const = default;
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

} // namespace hotreload::watch
