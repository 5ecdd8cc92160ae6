// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/published_file_store.hpp"

#include "base/fd.hpp"
#include "state/files.hpp"
#include "state/published_text.hpp"

#include <fcntl.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <format>
#include <memory>
#include <utility>

namespace hotreload::state {

namespace {

constexpr mode_t kListedByAll = 0755;
constexpr mode_t kOwnersOwn = 0600;
constexpr std::string_view kEnding = ".json";

// Links are not followed: below the run-time directory there are none of ours.
Fd open_directory(int at, const std::string& path) {
    return Fd(::openat(at, path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// With this mode whatever the umask is.
Result<Fd> make_directory(int at, const std::string& path) {
    const bool is_new = ::mkdirat(at, path.c_str(), kListedByAll) == 0;
    if (!is_new && errno != EEXIST)
        return fail_errno(errno, "making " + path);
    auto directory = open_directory(at, path);
    if (!directory || (is_new && ::fchmod(directory.get(), kListedByAll) < 0))
        return fail_errno(errno, "opening " + path);
    return directory;
}

// In the short form of acl(5).
std::string acl_text(os::SystemAccounts& accounts, const std::vector<std::string>& readers) {
    std::set<std::string> entries; // a user who is named twice has one
    for (const auto& reader : readers) {
        if (reader.starts_with('@')) {
            if (const auto group = accounts.group_id(reader.substr(1)))
                entries.insert(std::format(",g:{}:r", *group));
        } else if (const auto user = accounts.user_id(reader)) {
            entries.insert(std::format(",u:{}:r", *user));
        }
    }
    std::string text;
    for (const auto& entry : entries)
        text += entry;
    return text.empty() ? "u::rw,g::-,o::-" : "u::rw,g::-,o::-,m::r" + text;
}

Result<> set_acl(int fd, const std::string& acl) {
    const std::unique_ptr<void, int (*)(void*)> parsed(::acl_from_text(acl.c_str()), ::acl_free);
    if (!parsed || ::acl_set_fd(fd, static_cast<acl_t>(parsed.get())) < 0)
        return fail_errno(errno, "setting the ACL");
    return {};
}

// Readers may open it from the moment that it has its name, when it is whole.
Result<> replace(int directory, const std::string& file, const std::string& acl,
                 const std::string& text) {
    const auto temporary = "." + file + ".tmp";
    (void)::unlinkat(directory, temporary.c_str(), 0); // of a life that was cut short
    const Fd fd(::openat(directory, temporary.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnersOwn));
    if (!fd)
        return fail_errno(errno, "creating");
    auto written = write_all(fd.get(), text);
    if (written)
        written = set_acl(fd.get(), acl);
    if (written && ::renameat(directory, temporary.c_str(), directory, file.c_str()) < 0)
        written = fail_errno(errno, "renaming");
    if (!written)
        (void)::unlinkat(directory, temporary.c_str(), 0);
    return written;
}

std::uint64_t realtime_now() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

// Files alone: a directory is none of ours. What cannot be removed is tried again at the next call.
void remove_all_but(int directory, const std::set<std::string>& documents) {
    const auto is_kept = [&](const std::string& file) {
        return file.ends_with(kEnding) &&
               documents.contains(file.substr(0, file.size() - kEnding.size()));
    };
    for (const auto& file : list_files(directory).value_or(std::vector<std::string>()))
        if (!is_kept(file))
            (void)::unlinkat(directory, file.c_str(), 0);
}

} // namespace

Result<> PublishedFileStore::write(const ConfigStatus& status,
                                   const std::vector<std::string>& readers) {
    const auto parent = make_directory(AT_FDCWD, directory_);
    if (!parent)
        return std::unexpected(parent.error());
    const auto directory = make_directory(parent->get(), status.project);
    if (!directory)
        return std::unexpected(Error(directory.error()).in_context(directory_));
    const auto file = status.name + std::string(kEnding);
    auto written = replace(directory->get(), file, acl_text(accounts_, readers),
                           published_text(status, realtime_now()));
    if (!written)
        return std::unexpected(
            std::move(written.error()).in_context(directory_ + "/" + status.project + "/" + file));
    return {};
}

// Only what is ours: a regular file.
Fd PublishedFileStore::open(const std::string& project, const std::string& document) const {
    const auto parent = open_directory(AT_FDCWD, directory_);
    const auto directory = parent ? open_directory(parent.get(), project) : Fd();
    if (!directory)
        return {};
    Fd file(::openat(directory.get(), (document + std::string(kEnding)).c_str(),
                     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) < 0 || !S_ISREG(status.st_mode))
        return {};
    return file;
}

// Where not even the list can be set, nobody but the owner reads it.
void PublishedFileStore::let_read(const std::string& project, const std::string& document,
                                  const std::vector<std::string>& readers) {
    const auto file = open(project, document);
    if (file && !set_acl(file.get(), acl_text(accounts_, readers)))
        (void)::fchmod(file.get(), kOwnersOwn);
}

std::uint64_t PublishedFileStore::revision(const std::string& project,
                                           const std::string& document) {
    const auto file = open(project, document);
    std::array<char, 128> head{};
    const auto length = file ? ::read(file.get(), head.data(), head.size()) : -1;
    return length < 0 ? 0 : published_revision({head.data(), static_cast<std::size_t>(length)});
}

void PublishedFileStore::keep_only(const std::string& project,
                                   const std::set<std::string>& documents) {
    const auto parent = open_directory(AT_FDCWD, directory_);
    if (const auto directory = open_directory(parent.get(), project); parent && directory)
        remove_all_but(directory.get(), documents);
}

void PublishedFileStore::keep_only(const std::set<std::string>& projects) {
    const auto parent = open_directory(AT_FDCWD, directory_);
    if (!parent)
        return;
    for (const auto& name : list_files(parent.get()).value_or(std::vector<std::string>()))
        if (!projects.contains(name) && name != "." && name != "..")
            keep_only(name, {});
}

} // namespace hotreload::state
