// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Goes a path step by step, as the kernel would, on descriptors: nobody can lead us elsewhere
// between looking and opening, and what was on the way is known. What of that matters to whom is
// os/trust.hpp's to say.

#include "base/fd.hpp"

#include <sys/stat.h>

#include <string>
#include <vector>

namespace hotreload::os {

// Permissions are what stat(2) says of one step, and whether it has an access control list: then
// the bits of its group are no more than a limit.
struct Permissions {
    uid_t owner = 0;
    gid_t group = 0;
    mode_t mode = 0;
    bool has_list = false;
    bool several_links = false; // hard ones: it has other names, perhaps elsewhere
};

struct PathStep {
    std::string path; // as it was gone: what leads to it has no links
    Permissions permissions;
    Fd fd = {}; // O_PATH

    [[nodiscard]] bool is_link() const { return S_ISLNK(permissions.mode); }
    [[nodiscard]] bool is_directory() const { return S_ISDIR(permissions.mode); }
};

struct PathWalk {
    // The directories that were looked into, from the root, and the links that were followed, in
    // the order of the way; at the end, what the path leads to.
    std::vector<PathStep> steps;
    int error = 0; // errno: why the way does not go on after the last of them

    // The place of the end: its directory is an O_PATH descriptor in `steps`, its name no link that
    // was to be followed. Empty: the end is the directory itself.
    int directory = -1;
    std::string name;

    // The names that were still to go from `directory` where there is an error, that of the error
    // first.
    std::vector<std::string> ahead;
};

enum class LastLink { Follow, Keep };

// `path` is absolute. `last` says what becomes of a link that has the last name itself. Never opens
// anything but directories, and those for no more than the way.
PathWalk walk_path(const std::string& path, LastLink last = LastLink::Follow);

// The permissions of what is open as `fd`; O_PATH will do.
Permissions permissions_of(const struct stat& status, int fd);

} // namespace hotreload::os
