// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/handed_contents.hpp"

#include "watch/content.hpp"
#include "watch/file_systems.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <format>
#include <memory>
#include <string>
#include <utility>

namespace hotreload::daemon {

namespace {

constexpr std::size_t kMostBytes = 16 << 20; // of all together: what copies are kept of

std::unexpected<Error> refuse(const std::string& path, std::string_view why) {
    return fail(ErrorCode::Invalid, std::format("{}: {}", path, why));
}

Result<> check_path(const std::string& path) {
    if (!path.starts_with('/'))
        return refuse(path, "not an absolute path: give the one by which the file is watched");
    // As texts: two paths are equal, too, when one has a slash more.
    if (std::filesystem::path(path).lexically_normal().string() != path || path.ends_with('/') ||
        path.contains('\0'))
        return refuse(path, "not a plain path: it has \".\", \"..\" or \"//\" in it");
    return {};
}

// The size of what can be read without waiting for anybody.
Result<std::size_t> size_of(const std::string& path, const Fd& fd) {
    struct stat status{};
    struct statfs system{};
    if (!fd || ::fstat(fd.get(), &status) < 0 || ::fstatfs(fd.get(), &system) < 0)
        return refuse(path, "its descriptor cannot be used");
    if (!S_ISREG(status.st_mode))
        return refuse(path, "its descriptor is not of a regular file: what comes through a pipe, a "
                            "socket or a device goes into a memfd first");
    const auto magic = static_cast<std::uint32_t>(system.f_type);
    if (const auto blind = watch::blind_file_system(magic); !blind.empty())
        return refuse(path, std::format("its descriptor is of a file on {}, which somebody else "
                                        "may keep waiting: copy it into a memfd",
                                        blind));
    if (!watch::made_up_file_system(magic).empty())
        return refuse(path, "its descriptor is of no file on a disk: copy it into a memfd");
    if ((::fcntl(fd.get(), F_GETFL) & (O_ACCMODE | O_PATH)) == O_WRONLY)
        return refuse(path, "its descriptor is not open for reading");
    return static_cast<std::size_t>(status.st_size);
}

Result<std::string> read(const std::string& path, const Fd& fd, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const auto n =
            ::pread(fd.get(), bytes.data() + filled, size - filled, static_cast<off_t>(filled));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(errno, "reading what was handed over for " + path);
        if (n == 0)
            break;
        filled += static_cast<std::size_t>(n);
    }
    bytes.resize(filled);
    return bytes;
}

Result<HandedFiles> read_all(std::vector<ipc::HandedContent>& contents) {
    HandedFiles files;
    std::size_t room = kMostBytes;
    for (auto& [path, fd, text] : contents) {
        if (auto plain = check_path(path); !plain)
            return std::unexpected(std::move(plain.error()));
        if (files.contains(path))
            return refuse(path, "handed over twice");
        const auto size = fd ? size_of(path, *fd) : Result<std::size_t>(text.size());
        if (!size)
            return std::unexpected(size.error());
        if (*size > room)
            return refuse(path, std::format("more than {} MiB were handed over",
                                            kMostBytes / (std::size_t{1} << 20)));
        room -= *size;
        auto bytes = fd ? read(path, *fd, *size) : Result<std::string>(std::move(text));
        if (!bytes)
            return std::unexpected(std::move(bytes.error()));
        const auto id = watch::content_id(*bytes);
        files.emplace(path, HandedFile{id, SharedBytes(*std::move(bytes))});
    }
    return files;
}

} // namespace

Task<Result<HandedFiles>> read_handed(Background& background,
                                      std::vector<ipc::HandedContent> contents) {
    struct Reading {
        std::vector<ipc::HandedContent> contents;
        Result<HandedFiles> files;
    };
    const auto reading = std::make_shared<Reading>(std::move(contents), Result<HandedFiles>());
    co_await background.run([reading] {
        reading->files = read_all(reading->contents);
        reading->contents.clear(); // descriptors are closed here
    });
    co_return std::move(reading->files);
}

} // namespace hotreload::daemon
