// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/content.hpp"

#include <sys/stat.h>
#include <xxhash.h>

namespace hotreload::watch {

namespace {

std::int64_t nanoseconds(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
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

} // namespace hotreload::watch
