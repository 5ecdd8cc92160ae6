// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/project_reading.hpp"

#include "base/fault.hpp"
#include "config/project_file.hpp"
#include "config/trust.hpp"
#include "watch/disk_files.hpp"

namespace hotreload::daemon {

Checked<ProjectDefinition> NotedReader::read(const std::string& path,
                                             std::vector<std::string>* sources,
                                             std::unique_ptr<EarlierReading>* earlier) {
    const Work reading{"", path, watch::file_stamp(path)};
    if (deaths_.set_aside(reading))
        return std::unexpected(std::vector{
            Problem{path, 0, 0,
                    "reading it has ended hotreloadd twice: it is left alone until it changes, or "
                    "somebody asks for it (\"hotreloadctl up\", \"hotreloadctl reload\")",
                    Audience::Everybody}});
    const Deaths::Scope at_it(deaths_, reading);
    fault::point("load");
    return load_project(path, kinds_, sources, earlier);
}

std::optional<Problem> NotedReader::distrusted(const ProjectDefinition& project,
                                               const MemberDefinition& service, bool starts) const {
    return distrust_of_programs(project, kinds_, service, starts);
}

} // namespace hotreload::daemon
