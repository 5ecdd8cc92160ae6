// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Records as files, `PROJECT.json` in the state directory, replaced as a whole by rename. daemon/
// makes it from $STATE_DIRECTORY. A save is on the way from a change to its action: one small
// file is written, and nothing is waited for.

#include "base/fd.hpp"
#include "core/record.hpp"
#include "state/files.hpp"

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

    // Every record that can be read. One that cannot is moved aside as `PROJECT.json.corrupt` and
    // named in `broken`: its project starts without a record.
    Result<std::vector<ProjectRecord>> load_all(std::vector<Problem>& broken);

    Result<> save(const ProjectRecord& record) override;
    Result<> remove(const std::string& project) override;

private:
    FileRecordStore(std::string directory, Fd fd, Durability durability);

    [[nodiscard]] std::expected<ProjectRecord, Problem> load(const std::string& file) const;

    std::string directory_;
    Fd fd_; // of the directory: it may be renamed or bound elsewhere, and is still ours
    Durability durability_;
};

} // namespace hotreload::state
