// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/file_record_store.hpp"

#include "core/names.hpp"
#include "state/record_json.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace hotreload::state {

namespace {

constexpr std::string_view kSuffix = ".json";

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
    auto names = list_files(fd_.get());
    if (!names)
        return std::unexpected(std::move(names.error()));
    std::vector<ProjectRecord> records;
    for (const auto& name : *names) {
        if (is_temporary(name))
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
    const auto text = read_file(fd_.get(), file);
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
    if (auto written = replace_file(fd_.get(), file, write_record(record), durability_); !written)
        return std::unexpected(
            std::move(written.error()).in_context("saving " + directory_ + "/" + file));
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
