// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/view_writer.hpp"

#include "core/paths.hpp"
#include "state/attributes.hpp"
#include "state/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <format>

namespace hotreload::state {

namespace {

constexpr auto kStaging = "staging";
constexpr auto kFiles = "files";
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kOpenFile = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

// A file of which nobody knows whose it was: its directory's owner and group read it.
constexpr mode_t kUnknownMode = 0640;

bool is_regular(const Fd& fd, struct stat& status) {
    return fd && ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode);
}

// A copy of ours; who owns its directory may have linked another file there.
bool is_ours_alone(const Fd& fd, struct stat& status) {
    return is_regular(fd, status) && status.st_nlink == 1;
}

// Removes the entry, whatever it is.
void remove_entry(int at, const std::string& name) {
    if (::unlinkat(at, name.c_str(), 0) == 0 || errno == ENOENT)
        return;
    std::error_code ignored; // the next step fails by itself
    std::filesystem::remove_all(std::format("/proc/self/fd/{}/{}", at, name), ignored);
}

// The owner matters to root alone, who can give a file away; for everybody else it is theirs, in a
// place that is theirs alone.
bool owner_matters() {
    return ::geteuid() == 0;
}

Result<> take_owner(const struct stat& status, int to) {
    if (!copy_owner(status, to) && owner_matters())
        return fail_errno(errno, "setting the owner of a copy");
    return {};
}

Result<> dress_copy(int copy, const ViewNode& file, const Fd& live, const Fd& present) {
    struct stat status{};
    for (const auto* source : {&live, &present})
        if (is_regular(*source, status)) {
            if (auto taken = take_owner(status, copy); !taken)
                return taken;
            copy_mode(source->get(), status, copy);
            const timespec times[] = {status.st_mtim, status.st_mtim};
            ::futimens(copy, times);
            return {};
        }
    if (::stat(parent_of(file.live).c_str(), &status) == 0)
        if (auto taken = take_owner(status, copy); !taken)
            return taken;
    ::fchmod(copy, kUnknownMode);
    return {};
}

// Nobody but us writes there, and we always do.
Result<> dress_directory(int directory, const std::string& live, bool is_new) {
    const Fd from(::open(live.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat status{};
    if (!from || ::fstat(from.get(), &status) < 0) {
        if (is_new)
            ::fchmod(directory,
                     ::stat(live.c_str(), &status) == 0 ? (status.st_mode & 0755) | 0700 : 0755);
        return {};
    }
    if (auto taken = take_owner(status, directory); !taken)
        return taken;
    if (!owner_matters())
        status.st_mode |= 0700;
    copy_mode(from.get(), status, directory, 0755);
    return {};
}

Result<> write_in_place(int fd, std::string_view bytes) {
    if (::lseek(fd, 0, SEEK_SET) < 0)
        return fail_errno(errno, "writing");
    if (auto written = write_all(fd, bytes); !written)
        return written;
    if (::ftruncate(fd, static_cast<off_t>(bytes.size())) < 0)
        return fail_errno(errno, "truncating");
    return {};
}

} // namespace

ViewWriter::ViewWriter(int view, ContentHash hash, const Views::Kept* kept)
    : view_(view), hash_(hash), kept_(kept) {
    remove_entry(view, kStaging); // of one that was cut short
    if (::mkdirat(view, kStaging, 0700) == 0)
        staging_ = Fd(::openat(view, kStaging, kOpenDirectory));
}

ViewWriter::~ViewWriter() {
    remove_entry(view_, kStaging);
}

Result<> ViewWriter::stage(ViewNode& plan) {
    if (!staging_)
        return fail(ErrorCode::Failed, "a directory for new files cannot be made in the view");
    const Fd files(::openat(view_, kFiles, kOpenDirectory));
    return stage_below(plan, files.get());
}

// `at`: the view's directory for the node; -1 where it has none.
Result<> ViewWriter::stage_below(ViewNode& node, int at) {
    Result<> all;
    for (auto& [name, child] : node.children) {
        Result<> staged;
        if (child.kind == ViewNode::Kind::Directory) {
            const Fd inner(at < 0 ? -1 : ::openat(at, name.c_str(), kOpenDirectory));
            staged = stage_below(child, inner.get());
        } else if (child.kind == ViewNode::Kind::File) {
            const Fd present(at < 0 ? -1 : ::openat(at, name.c_str(), kOpenFile | O_NOFOLLOW));
            staged = stage_file(child, present);
        }
        if (!staged && staged.error().code != ErrorCode::Busy)
            return staged;
        if (!staged && all)
            all = std::move(staged);
    }
    return all;
}

// The live file's content when that is right, else the one that was kept.
Result<std::string> ViewWriter::content(const ViewNode& file, const Fd& live) {
    const auto right = [&](std::string_view bytes) {
        return bytes.size() == file.id.size && hash_(bytes) == file.id;
    };
    const int error = live ? 0 : errno;
    struct stat status{};
    if (is_regular(live, status) && static_cast<std::uint64_t>(status.st_size) == file.id.size)
        if (auto bytes = read_all(live.get(), file.id.size); bytes && right(*bytes))
            return bytes;
    if (kept_ && *kept_)
        if (auto bytes = (*kept_)(file.id); bytes && right(*bytes))
            return *std::move(bytes);
    if (error == EACCES || error == EPERM)
        return fail_errno(error, "reading " + file.live);
    return fail(ErrorCode::Busy,
                file.live + (error == ENOENT || error == ENOTDIR ? " has gone meanwhile"
                                                                 : " has changed meanwhile"));
}

Result<> ViewWriter::stage_file(ViewNode& file, const Fd& present) {
    if (!file.staged.empty())
        return {};
    struct stat status{};
    if (is_regular(present, status) && static_cast<std::uint64_t>(status.st_size) == file.id.size)
        if (const auto bytes = read_all(present.get(), file.id.size);
            bytes && hash_(*bytes) == file.id)
            return {};
    const Fd live = open_regular(file.live);
    const auto bytes = content(file, live);
    if (!bytes)
        return std::unexpected(bytes.error());
    auto name = std::to_string(++staged_);
    const Fd copy(::openat(staging_.get(), name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!copy)
        return fail_errno(errno, "copying " + file.live);
    auto done = write_all(copy.get(), *bytes).and_then([&] {
        return dress_copy(copy.get(), file, live, present);
    });
    if (!done)
        return std::unexpected(std::move(done.error()).in_context("copying " + file.live));
    file.staged = std::move(name);
    return {};
}

Result<> ViewWriter::commit(const ViewNode& plan) {
    const Fd files(::openat(view_, kFiles, kOpenDirectory));
    if (!files)
        return fail_errno(errno, "opening the view");
    return lay_out(plan, files.get());
}

Result<> ViewWriter::lay_out(const ViewNode& node, int at) {
    for (const auto& [name, child] : node.children) {
        auto put = child.kind == ViewNode::Kind::Directory ? put_directory(child, at, name)
                   : child.kind == ViewNode::Kind::File    ? put_file(child, at, name)
                                                           : put_link(child, at, name);
        if (!put)
            return std::unexpected(std::move(put.error()).in_context("showing " + child.live));
    }
    const auto names = list_files(at);
    if (!names)
        return std::unexpected(names.error());
    for (const auto& name : *names)
        if (name != "." && name != ".." && !node.children.contains(name))
            remove_entry(at, name);
    return {};
}

Result<> ViewWriter::put_directory(const ViewNode& node, int at, const std::string& name) {
    Fd inner(::openat(at, name.c_str(), kOpenDirectory));
    const bool is_new = !inner;
    if (is_new) {
        remove_entry(at, name);
        if (::mkdirat(at, name.c_str(), 0700) < 0)
            return fail_errno(errno, "making a directory");
        inner = Fd(::openat(at, name.c_str(), kOpenDirectory));
        if (!inner)
            return fail_errno(errno, "opening a directory");
    }
    if (auto laid_out = lay_out(node, inner.get()); !laid_out)
        return laid_out;
    return dress_directory(inner.get(), node.live, is_new);
}

Result<> ViewWriter::put_file(const ViewNode& node, int at, const std::string& name) {
    if (node.staged.empty()) {
        // The content is right; owner or mode may have been what was wrong.
        const Fd present(::openat(at, name.c_str(), kOpenFile | O_NOFOLLOW));
        const Fd live = open_regular(node.live);
        struct stat ours{};
        struct stat theirs{};
        if (!is_ours_alone(present, ours) || !is_regular(live, theirs))
            return {};
        if (auto taken = take_owner(theirs, present.get()); !taken)
            return taken;
        if ((ours.st_mode & 0777) != (theirs.st_mode & 0777))
            copy_mode(live.get(), theirs, present.get());
        return {};
    }
    struct stat status{};
    if (node.alone)
        if (const Fd present(
                ::openat(at, name.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
            is_ours_alone(present, status)) {
            const auto bytes = read_file(staging_.get(), node.staged);
            if (!bytes)
                return std::unexpected(bytes.error());
            return write_in_place(present.get(), *bytes);
        }
    return move_in(node.staged, at, name);
}

Result<> ViewWriter::put_link(const ViewNode& node, int at, const std::string& name) {
    char target[PATH_MAX];
    const auto size = ::readlinkat(at, name.c_str(), target, sizeof target);
    if (size >= 0 && std::string_view(target, static_cast<std::size_t>(size)) == node.link)
        return {};
    const std::string link = "link";
    if (::symlinkat(node.link.c_str(), staging_.get(), link.c_str()) < 0)
        return fail_errno(errno, "making a link");
    return move_in(link, at, name);
}

// A directory in its place is taken away first; nothing else is ever missing for a moment.
Result<> ViewWriter::move_in(const std::string& staged, int at, const std::string& name) {
    if (::renameat(staging_.get(), staged.c_str(), at, name.c_str()) == 0)
        return {};
    if (errno == EISDIR) {
        remove_entry(at, name);
        if (::renameat(staging_.get(), staged.c_str(), at, name.c_str()) == 0)
            return {};
    }
    return fail_errno(errno, "renaming a copy");
}

} // namespace hotreload::state
