// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/attributes.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <string_view>

namespace hotreload::state {

namespace {

constexpr auto kAcl = "system.posix_acl_access";

// Attributes of the one file alone, or for what is made in the one directory.
constexpr std::string_view kNotCopied[] = {"security.capability", "security.evm", "security.ima",
                                           "system.posix_acl_default"};

template <class Get>
bool get_grown(std::string& value, const Get& get) {
    for (int tries = 0; tries < 3; ++tries) { // it may grow in between
        const auto size = get(nullptr, 0);
        if (size < 0)
            return false;
        value.resize(static_cast<std::size_t>(size));
        const auto got = get(value.data(), value.size());
        if (got >= 0) {
            value.resize(static_cast<std::size_t>(got));
            return true;
        }
        if (errno != ERANGE)
            return false;
    }
    return false;
}

// False: the ACL is not the same.
bool copy_extended(int from, int to) {
    std::string names;
    if (!get_grown(names, [&](char* to_fill, std::size_t size) {
            return ::flistxattr(from, to_fill, size);
        }))
        return errno == ENOTSUP;
    bool same = true;
    bool has_acl = false;
    for (std::size_t at = 0; at < names.size();) {
        const std::string name(names.c_str() + at);
        at += name.size() + 1;
        if (std::ranges::find(kNotCopied, name) != std::end(kNotCopied))
            continue;
        std::string value;
        const bool copied = get_grown(value,
                                      [&](char* to_fill, std::size_t size) {
                                          return ::fgetxattr(from, name.c_str(), to_fill, size);
                                      }) &&
                            ::fsetxattr(to, name.c_str(), value.data(), value.size(), 0) == 0;
        if (name == kAcl) {
            has_acl = true;
            same = copied;
        }
    }
    // The list came from the directory's default ACL.
    if (!has_acl && ::fremovexattr(to, kAcl) < 0)
        same = errno == ENODATA || errno == ENOTSUP;
    return same;
}

} // namespace

bool copy_mode(int from, const struct stat& status, int to, mode_t bits) {
    if (!copy_extended(from, to))
        bits &= ~mode_t{070};
    return ::fchmod(to, status.st_mode & bits) == 0;
}

bool copy_owner(const struct stat& status, int to) {
    struct stat now{};
    if (::fstat(to, &now) == 0 && now.st_uid == status.st_uid && now.st_gid == status.st_gid)
        return true;
    return ::fchown(to, status.st_uid, status.st_gid) == 0;
}

} // namespace hotreload::state
