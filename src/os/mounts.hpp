// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Mounts are what is mounted where, as this process sees it. A mount over a directory, or its end,
// makes another directory visible at a path without any event of inotify: the kernel tells it by
// /proc/self/mountinfo alone. Only watch/ uses it.

#include "base/fd.hpp"
#include "os/event_loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace hotreload::os {

// Mount is a row of the table, by the kernel's number of the mount: where it is (`point`), and what
// is mounted there. Lines that are none are left out.
struct Mount {
    std::string point;
    std::string what; // device, root within it, file system's source: to tell two apart

    bool operator==(const Mount&) const = default;
};
using MountTable = std::map<std::string, Mount, std::less<>>;
MountTable parse_mounts(std::string_view mountinfo);

// The mount points at which something else is mounted (or no more) in one of the two.
std::set<std::string> changed_points(const MountTable& before, const MountTable& after);

class Mounts {
public:
    // `on_change` gets changed_points(), a moment after the first of a burst of changes.
    // It is never called where there is no /proc.
    Mounts(EventLoop& loop, std::function<void(const std::set<std::string>&)> on_change);
    ~Mounts();
    Mounts(const Mounts&) = delete;
    Mounts& operator=(const Mounts&) = delete;

private:
    void compare();
    void tell();

    std::function<void(const std::set<std::string>&)> on_change_;
    MountTable table_;
    std::set<std::string> points_;
    Timer soon_;
    Fd fd_;
    std::unique_ptr<Readable> changed_;
};

} // namespace hotreload::os
