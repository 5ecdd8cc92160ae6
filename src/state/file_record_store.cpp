// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/file_record_store.hpp"

#include "base/fault.hpp"
#include "core/names.hpp"
#include "state/record_json.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

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

// The record of what was applied last, as far as the history knows it.
MemberRecord last_of(const std::vector<GenerationRecord>& history) {
    MemberRecord record;
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

// A copy of another's record would have us act on the other's unit.
std::optional<Problem> check_owner(const MemberRecord& record, const std::string& project,
                                   const std::string& service) {
    const auto& name = record.definition.name;
    const auto of_unit = service_of(record.unit, project);
    const bool own_unit = record.unit.empty() || record.definition.attached() ||
                          (of_unit && of_unit->first == service);
    if ((name.empty() || name == service) && own_unit)
        return {};
    return Problem{{}, 0, 0, "is the record of another service"};
}

// Counts one for as long as it lives, which may end in the middle of a wait.
class Counted {
public:
    explicit Counted(unsigned& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    unsigned& count_;
};

// A directory, and files in it.
struct Unwritten {
    Fd directory;
    std::set<std::string> files;
};

Result<> sync(const std::vector<Unwritten>& places) {
    for (const auto& place : places)
        if (auto synced = sync_files(place.directory.get(), place.files); !synced)
            return synced;
    return {};
}

} // namespace

FileRecordStore::FileRecordStore(std::string directory, Fd fd, Background& background)
    : directory_(std::move(directory)), fd_(std::move(fd)), background_(background) {}

Result<FileRecordStore> FileRecordStore::open(const std::string& directory,
                                              Background& background) {
    // create_directories takes no mode, and env values in records are nobody else's to read.
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), error);
    if (::mkdir(directory.c_str(), 0700) < 0 && errno != EEXIST)
        return fail_errno(errno, "making the state directory " + directory);
    Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return fail_errno(errno, "opening the state directory " + directory);
    return FileRecordStore(directory, std::move(fd), background);
}

Result<std::vector<LoadedProject>> FileRecordStore::load_all() {
    auto names = list_files(fd_.get());
    if (!names)
        return std::unexpected(std::move(names.error()));
    std::vector<LoadedProject> projects;
    for (const auto& name : *names) {
        if (is_temporary(name))
            ::unlinkat(fd_.get(), name.c_str(), 0); // a save that was cut short
        const auto project = name.substr(0, name.size() - std::min(name.size(), kSuffix.size()));
        if (record_file(project) != name || !valid_name(project))
            continue;
        std::vector<Problem> broken;
        auto record = load<ProjectRecord>(fd_.get(), name);
        if (record && record_file(record->name) != name)
            record = std::unexpected(
                Problem{{}, 0, 0, "is the record of another project, \"" + record->name + "\""});
        if (!record) {
            move_aside(fd_.get(), name, directory_ + "/" + name, record.error(), broken);
            record = ProjectRecord{.name = project};
        }
        load_services(*record, broken);
        projects.push_back({std::move(*record), std::move(broken)});
    }
    return projects;
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
    // Services of a record of version 1 have files of their own from now on.
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
        if (name.starts_with('.') || !name.ends_with(kSuffix))
            continue;
        if (name.ends_with(kHistorySuffix)) {
            load_history(*directory, record.name, name, broken);
            continue;
        }
        const auto service = name.substr(0, name.size() - kSuffix.size());
        auto read = load<MemberRecord>(*directory, name);
        if (read)
            if (auto foreign = check_owner(*read, record.name, service))
                read = std::unexpected(*std::move(foreign));
        if (read) {
            record.services[service] = std::move(*read);
            continue;
        }
        move_aside(*directory, name, directory_ + "/services/" + record.name + "/" + name,
                   read.error(), broken);
        if (auto last = last_of(history(record.name, service)); last.generation > 0)
            record.services[service] = std::move(last);
    }
}

// Loads a history. One that cannot be read is lost, and nothing else: it is named, for nobody can
// roll back to it any more.
void FileRecordStore::load_history(int directory, const std::string& project,
                                   const std::string& file, std::vector<Problem>& broken) const {
    if (const auto read = load<History>(directory, file); !read)
        move_aside(directory, file, directory_ + "/services/" + project + "/" + file, read.error(),
                   broken);
}

Result<int> FileRecordStore::own_directory() {
    if (!is_removed(fd_.get()))
        return fd_.get();
    auto made = open(directory_, background_);
    if (!made)
        return std::unexpected(std::move(made.error()));
    fd_ = std::move(made->fd_);
    return fd_.get();
}

Result<int> FileRecordStore::services_of(const std::string& project, bool make) {
    if (!valid_name(project))
        return fail(ErrorCode::Invalid, "not a project's name: " + project);
    auto& fd = services_[project];
    if (fd && !is_removed(fd.get()))
        return fd.get();
    const auto state = own_directory();
    if (!state)
        return state;
    const auto path = "services/" + project;
    if (make)
        for (const auto& each : {std::string("services"), path})
            if (::mkdirat(*state, each.c_str(), 0700) < 0 && errno != EEXIST)
                return fail_errno(errno, "making " + directory_ + "/" + each);
    fd = Fd(::openat(*state, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return fail_errno(errno, "opening " + directory_ + "/" + path);
    return fd.get();
}

Result<int> FileRecordStore::directory_of(const std::string& project, bool make) {
    return project.empty() ? own_directory() : services_of(project, make);
}

Result<> FileRecordStore::replace(const std::string& project, const std::string& file,
                                  std::string_view text) {
    const auto directory = directory_of(project, true);
    if (!directory)
        return std::unexpected(directory.error());
    if (const int error = fault::point("save"))
        return fail_errno(error, "saving " + directory_ + "/" + file);
    if (auto written = replace_file(*directory, file, text); !written)
        return std::unexpected(
            std::move(written.error()).in_context("saving " + directory_ + "/" + file));
    unsynced_[project].insert(file);
    return {};
}

Result<> FileRecordStore::unlink(const std::string& project, const std::string& file) {
    const auto directory = directory_of(project, false);
    if (!directory)
        return {};
    if (const int error = fault::point("remove"))
        return fail_errno(error, "removing " + file);
    if (::unlinkat(*directory, file.c_str(), 0) < 0 && errno != ENOENT)
        return fail_errno(errno, "removing " + file);
    unsynced_[project].insert(file);
    return {};
}

Task<Result<>> FileRecordStore::flush() {
    auto unsynced = std::exchange(unsynced_, {});
    if (unsynced.empty() && flushing_ == 0)
        co_return Result<>{};
    if (const int error = fault::point("flush")) {
        unsynced_ = std::move(unsynced);
        co_return fail_errno(error, "putting the records on the disk");
    }
    std::vector<Unwritten> places;
    const auto add = [&](int directory, const std::set<std::string>& files) {
        if (Fd own(::fcntl(directory, F_DUPFD_CLOEXEC, 0)); own)
            places.push_back({std::move(own), files});
    };
    for (const auto& [project, files] : unsynced)
        if (const auto directory = directory_of(project, false); directory && !project.empty())
            add(*directory, files);
    // Directories that name these come after them.
    if (const Fd all(::openat(fd_.get(), "services", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); all)
        add(all.get(), {});
    add(fd_.get(), unsynced[""]);
    // Shared: a caller may give up before the disk has answered. A flush that is under way may have
    // taken this caller's files: when it fails, so does this one, which comes after it in the
    // thread.
    const auto before = flushing_ > 0 ? last_flush_ : nullptr;
    const auto result = last_flush_ = std::make_shared<Result<>>();
    {
        const Counted under_way(flushing_);
        co_await background_.run([result, before, places = std::move(places)] {
            *result = sync(places);
            if (*result && before)
                *result = *before;
        });
    }
    if (!*result)
        for (auto& [project, files] : unsynced)
            unsynced_[project].merge(files);
    co_return *result;
}

Result<> FileRecordStore::save(const ProjectRecord& record) {
    if (!valid_name(record.name))
        return fail(ErrorCode::Invalid, "not a project's name: " + record.name);
    return replace("", record_file(record.name), write_record(record));
}

Result<> FileRecordStore::save_service(const std::string& project, const std::string& service,
                                       const MemberRecord& record) {
    if (!valid_name(service))
        return fail(ErrorCode::Invalid, "not a service's name: " + service);
    return replace(project, record_file(service), write_record(record));
}

Result<> FileRecordStore::remove_service(const std::string& project, const std::string& service) {
    for (const auto& file : {record_file(service), events_file(service), history_file(service)})
        if (auto removed = unlink(project, file); !removed)
            return removed;
    return {};
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
    unsynced_.erase(project);
    return unlink("", record_file(project));
}

std::map<std::string, MemberRecord> FileRecordStore::left_services(const std::string& project) {
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
    return replace(project, history_file(service), write_record(generations));
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
    return replace(project, events_file(service), write_record(events));
}

} // namespace hotreload::state
