// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <format>
#include <memory>

namespace hotreload::state {

namespace {

constexpr std::string_view kTemporary = ".tmp";

} // namespace

Result<std::string> read_file(int directory, const std::string& file) {
    const Fd fd(::openat(directory, file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd)
        return fail_errno(errno, "opening");
    return read_all(fd.get(), std::string().max_size());
}

Fd open_regular(const std::string& path) {
    const Fd found(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status{};
    if (!found || ::fstat(found.get(), &status) < 0)
        return {};
    if (!S_ISREG(status.st_mode)) {
        errno = ENOENT;
        return {};
    }
    return Fd(::open(std::format("/proc/self/fd/{}", found.get()).c_str(),
                     O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

Result<std::string> read_all(int fd, std::size_t limit) {
    std::string text;
    char buffer[64 * 1024];
    while (text.size() <= limit) {
        const auto n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(errno, "reading");
        if (n == 0)
            break;
        text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
}

Result<> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(errno, "writing");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

bool is_removed(int directory) {
    struct stat status{};
    return ::fstat(directory, &status) == 0 && status.st_nlink == 0;
}

Result<std::vector<std::string>> list_files(int directory) {
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return fail_errno(errno, "listing a directory");
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get()))
        names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
}

Result<> replace_file(int directory, const std::string& file, std::string_view bytes) {
    const auto temporary = "." + file + std::string(kTemporary);
    const Fd fd(::openat(directory, temporary.c_str(),
                         O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return fail_errno(errno, "opening");
    if (auto written = write_all(fd.get(), bytes); !written)
        return written;
    if (::renameat(directory, temporary.c_str(), directory, file.c_str()) < 0)
        return fail_errno(errno, "renaming");
    return {};
}

Result<> sync_files(int directory, const std::set<std::string>& files) {
    for (const auto& file : files) {
        const Fd fd(::openat(directory, file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!fd && errno != ENOENT)
            return fail_errno(errno, "opening " + file);
        if (fd && ::fsync(fd.get()) < 0)
            return fail_errno(errno, "syncing " + file);
    }
    if (::fsync(directory) < 0)
        return fail_errno(errno, "syncing the directory");
    return {};
}

bool is_temporary(std::string_view file) {
    return file.starts_with('.') && file.ends_with(kTemporary);
}

} // namespace hotreload::state
