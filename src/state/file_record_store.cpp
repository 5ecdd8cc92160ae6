// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/file_record_store.hpp"

#include "core/names.hpp"
#include "state/record_json.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace hotreload::state {

namespace {

constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kTemporary = ".tmp";

Result<std::string> read_all(int directory, const std::string& file) {
    const Fd fd(::openat(directory, file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd)
        return fail_errno(errno, "opening");
    std::string text;
    char buffer[64 * 1024];
    for (;;) {
        const auto n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(errno, "reading");
        if (n == 0)
            return text;
        text.append(buffer, static_cast<std::size_t>(n));
    }
}

Result<> write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(errno, "writing");
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

// Names in the directory, sorted so that loading and reports have an order.
Result<std::vector<std::string>> list(int directory) {
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return fail_errno(errno, "opening the state directory");
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get()))
        names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
}

} // namespace

FileRecordStore::FileRecordStore(std::string directory, Fd fd, Durability durability)
    : directory_(std::move(directory)), fd_(std::move(fd)), durability_(durability) {}

Result<FileRecordStore> FileRecordStore::open(const std::string& directory, Durability durability) {
    // create_directories takes no mode, and env values in records are nobody else's to read.
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), error);
    if (::mkdir(directory.c_str(), 0700) < 0 && errno != EEXIST)
        return fail_errno(errno, "making the state directory " + directory);
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return fail_errno(errno, "opening the state directory " + directory);
    return FileRecordStore(directory, std::move(fd), durability);
}

Result<std::vector<ProjectRecord>> FileRecordStore::load_all(std::vector<Problem>& broken) {
    auto names = list(fd_.get());
    if (!names)
        return std::unexpected(std::move(names.error()));
    std::vector<ProjectRecord> records;
    for (const auto& name : *names) {
        if (name.starts_with('.') && name.ends_with(kTemporary))
            ::unlinkat(fd_.get(), name.c_str(), 0); // a save that was cut short
        if (name.starts_with('.') || !name.ends_with(kSuffix))
            continue;
        auto record = load(name);
        if (record) {
            records.push_back(std::move(*record));
            continue;
        }
        record.error().path = directory_ + "/" + name;
        const auto aside = name + ".corrupt";
        if (::renameat(fd_.get(), name.c_str(), fd_.get(), aside.c_str()) == 0)
            record.error().message += "; moved aside as " + aside;
        broken.push_back(std::move(record.error()));
    }
    return records;
}

std::expected<ProjectRecord, Problem> FileRecordStore::load(const std::string& file) const {
    const auto text = read_all(fd_.get(), file);
    if (!text)
        return std::unexpected(Problem{.message = text.error().message});
    auto record = read_record(*text);
    if (record && record->name + std::string(kSuffix) != file)
        return std::unexpected(Problem{.message = "is the record of " + record->name});
    return record;
}

Result<> FileRecordStore::save(const ProjectRecord& record) {
    if (!valid_name(record.name))
        return fail(ErrorCode::Invalid, "not a project's name: " + record.name);
    const auto file = record.name + std::string(kSuffix);
    if (auto written = write(file, write_record(record)); !written)
        return std::unexpected(
            std::move(written.error()).in_context("saving " + directory_ + "/" + file));
    return {};
}

Result<> FileRecordStore::write(const std::string& file, const std::string& text) const {
    const auto temporary = "." + file + std::string(kTemporary);
    const Fd fd(::openat(fd_.get(), temporary.c_str(),
                         O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return fail_errno(errno, "opening");
    if (auto written = write_all(fd.get(), text); !written)
        return written;
    if (durability_ == Durability::Disk && ::fsync(fd.get()) < 0)
        return fail_errno(errno, "syncing");
    if (::renameat(fd_.get(), temporary.c_str(), fd_.get(), file.c_str()) < 0)
        return fail_errno(errno, "renaming");
    if (durability_ == Durability::Disk && ::fsync(fd_.get()) < 0)
        return fail_errno(errno, "syncing the directory");
    return {};
}

Result<> FileRecordStore::remove(const std::string& project) {
    const auto file = project + std::string(kSuffix);
    if (!valid_name(project))
        return fail(ErrorCode::Invalid, "not a project's name: " + project);
    if (::unlinkat(fd_.get(), file.c_str(), 0) < 0 && errno != ENOENT)
        return fail_errno(errno, "removing " + directory_ + "/" + file);
    return {};
}

} // namespace hotreload::state
