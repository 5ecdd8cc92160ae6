// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/file_record_store.hpp"

#include "base/fault.hpp"
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
constexpr std::string_view kHistorySuffix = ".history.json";
constexpr std::string_view kEventsSuffix = ".events"; // earlier versions take *.json for a record

std::string record_file(const std::string& name) {
    return name + std::string(kSuffix);
}

std::string history_file(const std::string& service) {
    return service + std::string(kHistorySuffix);
}

std::string events_file(const std::string& service) {
    return service + std::string(kEventsSuffix);
}

template <class T>
std::expected<T, Problem> load(int directory, const std::string& file) {
    const auto text = read_file(directory, file);
    if (!text)
        return std::unexpected(Problem{{}, 0, 0, text.error().message});
    return read_record<T>(*text);
}

// What was applied last, as far as the history knows it.
ServiceRecord last_of(const std::vector<GenerationRecord>& history) {
    ServiceRecord record;
    if (history.empty())
        return record;
    const auto& last = history.front();
    record.generation = record.last_used = last.generation;
    record.definition = last.definition;
    record.files = last.files;
    record.applied_usec = last.applied_usec;
    record.strategy = last.strategy;
    return record;
}

Result<> unlink(int directory, const std::string& file) {
    if (const int error = fault::point("remove"))
        return fail_errno(error, "removing " + file);
    if (::unlinkat(directory, file.c_str(), 0) < 0 && errno != ENOENT)
        return fail_errno(errno, "removing " + file);
    return {};
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
    auto names = list_files(fd_.get());
    if (!names)
        return std::unexpected(std::move(names.error()));
    std::vector<ProjectRecord> records;
    for (const auto& name : *names) {
        if (is_temporary(name))
            ::unlinkat(fd_.get(), name.c_str(), 0); // a save that was cut short
        if (name.starts_with('.') || !name.ends_with(kSuffix))
            continue;
        auto record = load<ProjectRecord>(fd_.get(), name);
        if (record && record_file(record->name) != name)
            record = std::unexpected(
                Problem{{}, 0, 0, "is the record of another project, \"" + record->name + "\""});
        if (!record) {
            move_aside(fd_.get(), name, directory_ + "/" + name, record.error(), broken);
            continue;
        }
        load_services(*record, broken);
        records.push_back(std::move(*record));
    }
    return records;
}

void FileRecordStore::move_aside(int directory, const std::string& file, const std::string& path,
                                 Problem problem, std::vector<Problem>& broken) const {
    problem.path = path;
    const auto aside = file + ".corrupt";
    if (::renameat(directory, file.c_str(), directory, aside.c_str()) == 0)
        problem.message += "; moved aside as " + aside;
    broken.push_back(std::move(problem));
}

void FileRecordStore::load_services(ProjectRecord& record, std::vector<Problem>& broken) {
    // Of version 1: from now on they have files of their own.
    bool moved = !record.services.empty();
    for (const auto& [name, service] : record.services)
        moved = moved && save_service(record.name, name, service).has_value();
    if (moved)
        (void)save(record); // else it is tried again next time

    const auto directory = services_of(record.name, false);
    const auto names = directory ? list_files(*directory) : std::vector<std::string>{};
    if (!names)
        return;
    for (const auto& name : *names) {
        if (is_temporary(name))
            ::unlinkat(*directory, name.c_str(), 0);
        if (name.starts_with('.') || !name.ends_with(kSuffix) || name.ends_with(kHistorySuffix))
            continue;
        const auto service = name.substr(0, name.size() - kSuffix.size());
        if (auto read = load<ServiceRecord>(*directory, name)) {
            record.services[service] = std::move(*read);
            continue;
        } else {
            move_aside(*directory, name, directory_ + "/services/" + record.name + "/" + name,
                       read.error(), broken);
        }
        if (auto last = last_of(history(record.name, service)); last.generation > 0)
            record.services[service] = std::move(last);
    }
}

Result<int> FileRecordStore::services_of(const std::string& project, bool make) {
    if (!valid_name(project))
        return fail(ErrorCode::Invalid, "not a project's name: " + project);
    auto& fd = services_[project];
    const auto path = "services/" + project;
    if (!fd && make)
        for (const auto& each : {std::string("services"), path})
            if (::mkdirat(fd_.get(), each.c_str(), 0700) < 0 && errno != EEXIST)
                return fail_errno(errno, "making " + directory_ + "/" + each);
    if (!fd)
        fd = Fd(::openat(fd_.get(), path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return fail_errno(errno, "opening " + directory_ + "/" + path);
    return fd.get();
}

Result<> FileRecordStore::replace(int directory, const std::string& file,
                                  std::string_view text) const {
    if (const int error = fault::point("save"))
        return fail_errno(error, "saving " + directory_ + "/" + file);
    if (auto written = replace_file(directory, file, text, durability_); !written)
        return std::unexpected(
            std::move(written.error()).in_context("saving " + directory_ + "/" + file));
    return {};
}

Result<> FileRecordStore::save(const ProjectRecord& record) {
    if (!valid_name(record.name))
        return fail(ErrorCode::Invalid, "not a project's name: " + record.name);
    return replace(fd_.get(), record_file(record.name), write_record(record));
}

Result<> FileRecordStore::save_service(const std::string& project, const std::string& service,
                                       const ServiceRecord& record) {
    const auto directory = services_of(project, true);
    if (!directory)
        return std::unexpected(directory.error());
    if (!valid_name(service))
        return fail(ErrorCode::Invalid, "not a service's name: " + service);
    return replace(*directory, record_file(service), write_record(record));
}

Result<> FileRecordStore::remove_service(const std::string& project, const std::string& service) {
    const auto directory = services_of(project, false);
    if (!directory)
        return {};
    if (auto removed = unlink(*directory, record_file(service)); !removed)
        return removed;
    if (auto removed = unlink(*directory, events_file(service)); !removed)
        return removed;
    return unlink(*directory, history_file(service));
}

// The services first: what is left half-way is a project without services, not one that seems new.
Result<> FileRecordStore::remove(const std::string& project) {
    if (!valid_name(project))
        return fail(ErrorCode::Invalid, "not a project's name: " + project);
    services_.erase(project);
    std::error_code error;
    std::filesystem::remove_all(directory_ + "/services/" + project, error);
    if (error)
        return fail_errno(error.value(), "removing " + directory_ + "/services/" + project);
    return unlink(fd_.get(), record_file(project));
}

std::map<std::string, ServiceRecord> FileRecordStore::left_services(const std::string& project) {
    ProjectRecord record{.name = project};
    std::vector<Problem> broken;
    load_services(record, broken);
    return std::move(record.services);
}

std::vector<GenerationRecord> FileRecordStore::history(const std::string& project,
                                                       const std::string& service) {
    const auto directory = services_of(project, false);
    if (!directory)
        return {};
    auto generations = load<History>(*directory, history_file(service));
    return generations ? std::move(*generations) : History{};
}

Result<> FileRecordStore::save_history(const std::string& project, const std::string& service,
                                       const std::vector<GenerationRecord>& generations) {
    const auto directory = services_of(project, true);
    if (!directory)
        return std::unexpected(directory.error());
    return replace(*directory, history_file(service), write_record(generations));
}

std::vector<EventRecord> FileRecordStore::events(const std::string& project,
                                                 const std::string& service) {
    const auto directory = services_of(project, false);
    if (!directory)
        return {};
    auto events = load<HistoryEvents>(*directory, events_file(service));
    return events ? std::move(*events) : HistoryEvents{};
}

Result<> FileRecordStore::save_events(const std::string& project, const std::string& service,
                                      const std::vector<EventRecord>& events) {
    const auto directory = services_of(project, true);
    if (!directory)
        return std::unexpected(directory.error());
    return replace(*directory, events_file(service), write_record(events));
}

} // namespace hotreload::state
