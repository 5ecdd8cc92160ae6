// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// FileSystems knows where inotify is blind: others than this kernel change what is on such a file
// system, and nobody tells it. It knows where the kernel makes files up when they are read, too: of
// those there is no end, and nobody tells of their changes either.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hotreload::watch {

// The name of a blind file system: "NFS", "FUSE" …; "": all its changes go through this kernel.
std::string_view blind_file_system(std::uint64_t magic);
// The name of one whose files are made up: "procfs", "sysfs" …; "": it is none.
std::string_view made_up_file_system(std::uint64_t magic);

// Asks once for each device.
class FileSystems {
public:
    // The magic of statfs(2) at a path, 0 when it cannot be had. Tests have their own.
    using Magic = std::function<std::uint64_t(const std::string& path)>;

    FileSystems();
    explicit FileSystems(Magic magic);

    // The answers of the functions above about what is at `path`, on `device`.
    std::string_view blind(std::uint64_t device, const std::string& path);
    std::string_view made_up(std::uint64_t device, const std::string& path);

    // A device's number may be another's now.
    void forget() { known_.clear(); }

private:
    std::uint64_t at(std::uint64_t device, const std::string& path);

    Magic magic_;
    std::unordered_map<std::uint64_t, std::uint64_t> known_; // by device
};

} // namespace hotreload::watch
