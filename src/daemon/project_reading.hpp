// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Reading project files: one that has ended the daemon twice is not read. What accounts they name
// is looked up beside the loop.

#include "core/deaths_port.hpp"
#include "core/kind.hpp"
#include "core/project_reader.hpp"
#include "os/accounts.hpp"

#include <map>
#include <memory>

namespace hotreload::daemon {

class NotedReader final : public ProjectReader {
public:
    NotedReader(Deaths& deaths, const Kinds& kinds) : deaths_(deaths), kinds_(kinds) {}

    std::optional<Checked<ProjectDefinition>>
    read(const std::string& path, std::vector<std::string>* sources,
         std::unique_ptr<EarlierReading>* earlier) override;
    Task<> known(std::string path) override;
    [[nodiscard]] Task<std::optional<Problem>> distrusted(const ProjectDefinition& project,
                                                          const MemberDefinition& service,
                                                          bool starts) const override;

private:
    Deaths& deaths_;
    const Kinds& kinds_;
    os::SystemAccounts& accounts_ = os::system_accounts();
    std::map<std::string, std::shared_ptr<os::Inquiry>> unfinished_; // readings, by file
};

} // namespace hotreload::daemon
