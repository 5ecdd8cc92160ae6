// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/file_systems.hpp"

#include <sys/vfs.h>

#include <algorithm>
#include <utility>

namespace hotreload::watch {

namespace {

struct Blind {
    std::uint64_t magic;
    std::string_view name;
};

// linux/magic.h has not all of them. Cluster file systems are here, too: other nodes write.
constexpr Blind kBlind[] = {
    {0x6969, "NFS"},          {0x517B, "SMB"},        {0xFF534D42, "SMB"},  {0xFE534D42, "SMB"},
    {0x01021997, "9p"},       {0x65735546, "FUSE"}, // virtiofs, too
    {0x00C36400, "Ceph"},     {0x5346414F, "AFS"},    {0x6B414653, "AFS"},  {0x786F4256, "vboxsf"},
    {0xBACBACBC, "vmhgfs"},   {0x7C7C6673, "prl_fs"}, {0x73757245, "Coda"}, {0x7461636F, "OCFS2"},
    {0x01161970, "GFS2"},     {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"},
    {0x20030528, "OrangeFS"}, {0xAAD7AAEA, "PanFS"},  {0x564C, "NCP"},
};

std::uint64_t magic_of(const std::string& path) {
    struct statfs status{};
    if (statfs(path.c_str(), &status) < 0)
        return 0;
    return static_cast<std::uint32_t>(status.f_type); // a long, with its sign, on some machines
}

} // namespace

std::string_view blind_file_system(std::uint64_t magic) {
    const auto* found = std::ranges::find(kBlind, magic, &Blind::magic);
    return found == std::end(kBlind) ? "" : found->name;
}

FileSystems::FileSystems() : magic_(magic_of) {}

FileSystems::FileSystems(Magic magic) : magic_(magic ? std::move(magic) : magic_of) {}

std::string_view FileSystems::blind(std::uint64_t device, const std::string& path) {
    if (const auto known = known_.find(device); known != known_.end())
        return known->second;
    return known_[device] = blind_file_system(magic_(path));
}

} // namespace hotreload::watch
