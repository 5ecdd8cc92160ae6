// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libhotreload/read_file.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hotreload::library {

std::expected<std::string, int> read_file(const std::string& path, std::size_t limit, Links links) {
    const int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const Fd file(::open(path.c_str(), links == Links::Refused ? how | O_NOFOLLOW : how));
    if (!file)
        return std::unexpected(errno);
    struct stat status{};
    if (::fstat(file.get(), &status) < 0)
        return std::unexpected(errno);
    if (!S_ISREG(status.st_mode))
        return std::unexpected(EINVAL);
    if (static_cast<std::size_t>(status.st_size) > limit)
        return std::unexpected(EFBIG);

    constexpr std::size_t kMore = 4096; // that it may have grown by
    std::string bytes;
    for (std::size_t size = static_cast<std::size_t>(status.st_size) + kMore;; size += kMore) {
        const auto had = bytes.size();
        ssize_t got = 0;
        bytes.resize_and_overwrite(size, [&](char* buffer, std::size_t) {
            got = ::read(file.get(), buffer + had, size - had);
            return had + static_cast<std::size_t>(std::max<ssize_t>(got, 0));
        });
        if (got < 0 && errno != EINTR)
            return std::unexpected(errno);
        if (got == 0)
            return bytes;
        if (bytes.size() > limit)
            return std::unexpected(EFBIG);
    }
}

} // namespace hotreload::library
