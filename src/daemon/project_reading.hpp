// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Reading project files: one that has ended the daemon twice is not read.

#include "core/deaths_port.hpp"
#include "core/kind.hpp"
#include "core/project_reader.hpp"

namespace hotreload::daemon {

class NotedReader final : public ProjectReader {
public:
    NotedReader(Deaths& deaths, const Kinds& kinds) : deaths_(deaths), kinds_(kinds) {}

    Checked<ProjectDefinition> read(const std::string& path, std::vector<std::string>* sources,
                                    std::unique_ptr<EarlierReading>* earlier) override;
    [[nodiscard]] std::optional<Problem> distrusted(const ProjectDefinition& project,
                                                    const MemberDefinition& service,
                                                    bool starts) const override;

private:
    Deaths& deaths_;
    const Kinds& kinds_;
};

} // namespace hotreload::daemon
