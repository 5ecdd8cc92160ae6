// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Published documents below the run-time directory: DIRECTORY/PROJECT/NAME.json. Names are for
// everybody, and each file is for its owner and its readers, who are in its ACL. Nothing waits for
// the disk: nothing here outlives the machine's run. A project's directory stays when its files
// have gone: programs may watch it, and have it bound into their own.

#include "base/fd.hpp"
#include "core/published_files_port.hpp"
#include "os/accounts.hpp"

#include <string>

namespace hotreload::state {

class PublishedFileStore final : public PublishedFiles {
public:
    // `directory` is made when it is needed, in one that is there. `accounts` outlives this.
    PublishedFileStore(std::string directory, os::SystemAccounts& accounts)
        : directory_(std::move(directory)), accounts_(accounts) {}

    Result<> write(const ConfigStatus& status, const std::vector<std::string>& readers) override;
    void let_read(const std::string& project, const std::string& document,
                  const std::vector<std::string>& readers) override;
    std::uint64_t revision(const std::string& project, const std::string& document) override;
    void keep_only(const std::string& project, const std::set<std::string>& documents) override;
    // Of projects that are not known any more there are no files.
    void keep_only(const std::set<std::string>& projects);

private:
    [[nodiscard]] Fd open(const std::string& project, const std::string& document) const;

    std::string directory_;
    os::SystemAccounts& accounts_;
};

} // namespace hotreload::state
