// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Why a path concerns a project, or does not.

#include "core/files_port.hpp"
#include "core/status.hpp"
#include "project/configs.hpp"
#include "project/contents.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"
#include "project/project_file.hpp"

#include <string>
#include <vector>

namespace hotreload::project {

struct ExplainSees {
    const Files& files;
    const Ledger& ledger;
    const ProjectFile& file;
    const Looks& looks;
    const Configs& configs;
    const Contents& contents;
};

// The watches, schemas and sources of the project that the path belongs to, each with what stops
// it.
std::vector<WatchExplanation> explain_path(const std::string& path, const ExplainSees& sees);

} // namespace hotreload::project
