// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/project_reading.hpp"

#include "base/fault.hpp"
#include "config/project_file.hpp"
#include "config/trust.hpp"
#include "watch/disk_files.hpp"

namespace hotreload::daemon {

std::optional<Checked<ProjectDefinition>>
NotedReader::read(const std::string& path, std::vector<std::string>* sources,
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
    auto& inquiry = unfinished_[path];
    if (!inquiry)
        inquiry = std::make_shared<os::Inquiry>();
    auto looked_for = sources ? *sources : std::vector<std::string>(); // stay if nothing is read
    const os::SystemAccounts::Asking asking(accounts_, *inquiry);
    auto loaded = load_project(path, kinds_, &looked_for, earlier);
    if (!inquiry->complete())
        return std::nullopt;
    unfinished_.erase(path);
    if (sources)
        *sources = std::move(looked_for);
    return loaded;
}

Task<> NotedReader::known(std::string path) {
    const auto unfinished = unfinished_.find(path);
    if (unfinished == unfinished_.end())
        co_return;
    const auto inquiry = unfinished->second;
    co_await accounts_.learn(*inquiry);
}

Task<std::optional<Problem>> NotedReader::distrusted(const ProjectDefinition& project,
                                                     const MemberDefinition& service,
                                                     bool starts) const {
    os::Inquiry inquiry;
    for (;;) {
        std::optional<Problem> problem;
        {
            const os::SystemAccounts::Asking asking(accounts_, inquiry);
            problem = distrust_of_programs(project, kinds_, service, starts);
        }
        if (inquiry.complete())
            co_return problem;
        co_await accounts_.learn(inquiry);
    }
}

} // namespace hotreload::daemon
