// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/status_view.hpp"

namespace hotreload::ctl {

namespace {

class List final : public Command {
public:
    void declare(CLI::App&) override {}

    Answer<ExitStatus> run(Session& session) override {
        const auto projects = session.projects();
        if (!projects)
            return std::unexpected(projects.error());
        session.out().page();
        const auto report = list_projects(*projects);
        session.out().lines(report.lines);
        if (!session.out().wants_json())
            return report.status;
        Json all(jsoncons::json_array_arg);
        for (const auto& project : session.in_detail(*projects)) {
            Json row = to_json(project);
            Json services(jsoncons::json_array_arg);
            for (const auto& service : project.services)
                services.push_back(service.name);
            row["services"] = std::move(services);
            Json configs(jsoncons::json_array_arg);
            for (const auto& config : project.configs)
                configs.push_back(config.name);
            row["configs"] = std::move(configs);
            all.push_back(std::move(row));
        }
        session.out().json(all);
        return report.status;
    }
};

} // namespace

std::unique_ptr<Command> make_list() {
    return std::make_unique<List>();
}

} // namespace hotreload::ctl
