// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch/file_systems.hpp"

#include <sys/vfs.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace hotreload::watch {

namespace {

struct System {
    std::uint64_t magic;
    std::string_view name;
};

// linux/magic.h has not all of them. Cluster file systems are here, too: other nodes write.
constexpr System kBlind[] = {
    {0x6969, "NFS"},          {0x517B, "SMB"},        {0xFF534D42, "SMB"},  {0xFE534D42, "SMB"},
    {0x01021997, "9p"},       {0x65735546, "FUSE"}, // virtiofs, too
    {0x00C36400, "Ceph"},     {0x5346414F, "AFS"},    {0x6B414653, "AFS"},  {0x786F4256, "vboxsf"},
    {0xBACBACBC, "vmhgfs"},   {0x7C7C6673, "prl_fs"}, {0x73757245, "Coda"}, {0x7461636F, "OCFS2"},
    {0x01161970, "GFS2"},     {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"},
    {0x20030528, "OrangeFS"}, {0xAAD7AAEA, "PanFS"},  {0x564C, "NCP"},
};

constexpr System kMadeUp[] = {
    {0x9FA0, "procfs"},         {0x62656572, "sysfs"},      {0x63677270, "cgroup2"},
    {0x27E0EB, "cgroup"},       {0x64626720, "debugfs"},    {0x74726163, "tracefs"},
    {0x73636673, "securityfs"}, {0x62656570, "configfs"},   {0xCAFE4A11, "bpf"},
    {0xDE5E81E4, "efivarfs"},   {0x6165676C, "pstore"},     {0xF97CFF8C, "selinuxfs"},
    {0x43415D53, "smackfs"},    {0x5A3C69F0, "apparmorfs"}, {0x42494E4D, "binfmt_misc"},
    {0x65735543, "fusectl"},    {0x1CD1, "devpts"},         {0x19800202, "mqueue"},
    {0x67596969, "rpc_pipefs"},
};

template <std::size_t N>
std::string_view name_of(const System (&systems)[N], std::uint64_t magic) {
    const auto* const found = std::ranges::find(systems, magic, &System::magic);
    return found == std::end(systems) ? "" : found->name;
}

std::uint64_t magic_of(const std::string& path) {
    struct statfs status{};
    if (statfs(path.c_str(), &status) < 0)
        return 0;
    return static_cast<std::uint32_t>(status.f_type); // a long, with its sign, on some machines
}

} // namespace

std::string_view blind_file_system(std::uint64_t magic) {
    return name_of(kBlind, magic);
}

std::string_view made_up_file_system(std::uint64_t magic) {
    return name_of(kMadeUp, magic);
}

FileSystems::FileSystems() : magic_(magic_of) {}

FileSystems::FileSystems(Magic magic) : magic_(magic ? std::move(magic) : magic_of) {}

std::uint64_t FileSystems::at(std::uint64_t device, const std::string& path) {
    const auto [known, is_new] = known_.try_emplace(device);
    if (is_new)
        known->second = magic_(path);
    return known->second;
}

std::string_view FileSystems::blind(std::uint64_t device, const std::string& path) {
    return blind_file_system(at(device, path));
}

std::string_view FileSystems::made_up(std::uint64_t device, const std::string& path) {
    return made_up_file_system(at(device, path));
}

} // namespace hotreload::watch
