// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Opens files and directories that others may have led us to: as root, by the rule for reading of
// os/trust.hpp, judged on the very descriptors that are read; for everybody else the kernel judges,
// and nothing is spent. Opening never waits, whatever is there.

#include "base/fd.hpp"
#include "os/accounts.hpp"
#include "os/path_walk.hpp"
#include "os/trusted_directories.hpp"

#include <sys/stat.h>

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace hotreload::os {

class Opener {
public:
    struct Opened {
        Fd fd;
        struct stat status{};
    };
    struct NotOpened {
        int error = 0;       // errno; EACCES for a refusal
        std::string refusal; // the rule forbids it: why, and the way out, for people

        // The reason for people: "not read: …", or what errno means.
        [[nodiscard]] std::string reason() const;
    };

    Opener();

    // Opens for reading; `flags` may have O_DIRECTORY. `path` is absolute. Root opens only files
    // and directories: anything else can only be asked for its status.
    std::expected<Opened, NotOpened> open(const std::string& path, int flags = 0);

    // The status of what is at the path, links followed. What is behind a directory that its
    // leaders may not search is not told: not even whether it is there.
    std::expected<struct stat, NotOpened> status(const std::string& path);

    // The way to the last directory is remembered for its neighbours: as long as one look takes,
    // and no longer.
    void forget() { last_.reset(); }

private:
    const PathWalk& way_to(const std::string& directory);
    // A link at the end of `path` is followed; without it, there is none.
    std::expected<Opened, NotOpened> open_end(const PathWalk& way, const std::string& name,
                                              int flags, const std::string* path);
    std::expected<Opened, NotOpened> open_judged(const std::string& path, int flags);
    std::expected<Opened, NotOpened> follow(const std::string& path, int flags);
    NotOpened not_opened(std::span<const PathStep> way, int error);

    bool judges_;
    Accounts& accounts_ = system_accounts();
    TrustedDirectories trusted_;
    std::optional<std::pair<std::string, PathWalk>> last_;
};

} // namespace hotreload::os
