// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Records as files in the state directory, each replaced as a whole by rename: `PROJECT.json`, and
// for each service `services/PROJECT/SERVICE.json`, `SERVICE.history.json` and `SERVICE.events`
// there. daemon/ makes it from $STATE_DIRECTORY. A save is on the way from a change to its action:
// one small file is written, and nothing is waited for. It survives the daemon; flush() makes it
// survive a cut of the power, too. A record carries a sum: one that a cut has emptied or torn is
// none.

#include "base/background.hpp"
#include "base/fd.hpp"
#include "core/record.hpp"
#include "state/files.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace hotreload::state {

class FileRecordStore final : public RecordStore {
public:
    // Makes the directory where it is missing.
    static Result<FileRecordStore> open(const std::string& directory, Background& background);

    // Loads every project. A record that cannot be read, or is not what its name says, is moved
    // aside with the suffix ".corrupt". A project whose own record is broken has its services
    // still, and no path; a service whose record is broken is as its history says, if that can be
    // read, else it has none.
    Result<std::vector<LoadedProject>> load_all();

    Result<> save(const ProjectRecord& record) override;
    Result<> save_service(const std::string& project, const std::string& service,
                          const MemberRecord& record) override;
    Result<> remove_service(const std::string& project, const std::string& service) override;
    Result<> remove(const std::string& project) override;
    Task<Result<>> flush() override;
    [[nodiscard]] std::map<std::string, MemberRecord>
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
    // Files by their directory, "" for the state directory itself.
    using Unsynced = std::map<std::string, std::set<std::string>>;

    FileRecordStore(std::string directory, Fd fd, Background& background);

    // The descriptor of the state directory, which is made anew when somebody has removed it.
    Result<int> own_directory();
    // These take the directory of a project's services, or of "" the state directory.
    Result<> replace(const std::string& project, const std::string& file, std::string_view text);
    Result<> unlink(const std::string& project, const std::string& file);
    Result<int> directory_of(const std::string& project, bool make);
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
    Background& background_;
    Unsynced unsynced_;                    // since the last flush()
    unsigned flushing_ = 0;                // flushes that have not ended
    std::shared_ptr<Result<>> last_flush_; // its end, once it has one
};

} // namespace hotreload::state
