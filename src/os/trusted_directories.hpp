// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Directories to which nobody but root led when the way was gone, and in which nobody else decides.
// Each is known by what it is, so that one look tells whether its path leads to it still. Between
// that look and the opening of what is in it, nobody but root could lead elsewhere.

#include "os/path_walk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace hotreload::os {

class TrustedDirectories {
public:
    // The way to the directory, of one step and without a descriptor: what is in it is to be asked
    // for by its whole path. nullopt: it is not known, or is another one now.
    [[nodiscard]] std::optional<PathWalk> find(const std::string& path) const;

    // `way` is as walk_path() has gone it; one on which others have a say is passed over.
    void remember(const std::string& path, const PathWalk& way);

private:
    // An inode's number is used again, but not with the same time of birth.
    struct Identity {
        std::uint32_t device_major = 0;
        std::uint32_t device_minor = 0;
        std::uint64_t inode = 0;
        std::int64_t born_seconds = 0;
        std::uint32_t born_nanoseconds = 0;
        std::uint32_t owner = 0;
        std::uint32_t group = 0;
        std::uint32_t mode = 0;

        bool operator==(const Identity&) const = default;
    };
    // nullopt: it cannot be told, or the file system knows no time of birth.
    static std::optional<Identity> identify(int fd, const char* path);

    std::unordered_map<std::string, Identity> known_;
};

} // namespace hotreload::os
