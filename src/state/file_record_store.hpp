// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Records as files in the state directory, each replaced as a whole by rename: `PROJECT.json`, and
// for each service `services/PROJECT/SERVICE.json`, `SERVICE.history.json` and `SERVICE.events`
// there. daemon/ makes it from $STATE_DIRECTORY. A save is on the way from a change to its action:
// one small file is written, and nothing is waited for.

#include "base/fd.hpp"
#include "core/record.hpp"
#include "state/files.hpp"

#include <map>
#include <string>
#include <vector>

namespace hotreload::state {

// Memory is enough for a save: after a power failure without Disk, the record may be older than
// what was applied; but then no unit runs either, and everything is started from the files on disk.
class FileRecordStore final : public RecordStore {
public:
    // Makes the directory where it is missing.
    static Result<FileRecordStore> open(const std::string& directory,
                                        Durability durability = Durability::Memory);

    // Loads every project. A record that cannot be read, or is not what its name says, is moved
    // aside with the suffix ".corrupt". A project whose own record is broken has its services
    // still, and no path; a service whose record is broken is as its history says, if that can be
    // read, else it has none.
    Result<std::vector<LoadedProject>> load_all();

    Result<> save(const ProjectRecord& record) override;
    Result<> save_service(const std::string& project, const std::string& service,
                          const ServiceRecord& record) override;
    Result<> remove_service(const std::string& project, const std::string& service) override;
    Result<> remove(const std::string& project) override;
    [[nodiscard]] std::map<std::string, ServiceRecord>
    left_services(const std::string& project) override;
    [[nodiscard]] std::vector<GenerationRecord> history(const std::string& project,
                                                        const std::string& service) override;
    Result<> save_history(const std::string& project, const std::string& service,
                          const std::vector<GenerationRecord>& generations) override;
    [[nodiscard]] std::vector<EventRecord> events(const std::string& project,
                                                  const std::string& service) override;
    Result<> save_events(const std::string& project, const std::string& service,
                         const std::vector<EventRecord>& events) override;

private:
    FileRecordStore(std::string directory, Fd fd, Durability durability);

    // The descriptor of the state directory, which is made anew when somebody has removed it.
    Result<int> own_directory();
    Result<> replace(int directory, const std::string& file, std::string_view text) const;
    // The descriptor of the directory of a project's services; -1 where there is none and it is not
    // to be made.
    Result<int> services_of(const std::string& project, bool make);
    void load_services(ProjectRecord& record, std::vector<Problem>& broken);
    void load_history(int directory, const std::string& project, const std::string& file,
                      std::vector<Problem>& broken) const;
    void move_aside(int directory, const std::string& file, const std::string& path,
                    Problem problem, std::vector<Problem>& broken) const;

    std::string directory_;
    Fd fd_; // of the directory: it may be renamed or bound elsewhere, and is still ours
    std::map<std::string, Fd> services_;
    Durability durability_;
};

} // namespace hotreload::state
