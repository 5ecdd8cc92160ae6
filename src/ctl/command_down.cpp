// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"

#include <format>
#include <optional>

namespace hotreload::ctl {

namespace {

class Down final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("PROJECT", project_, "The project; default: that of this directory");
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto name = project_ ? Answer<std::string>(*project_) : of_directory(session);
        if (!name)
            return std::unexpected(name.error());
        if (name->empty())
            return give_up(ExitStatus::Usage, "\"\" is not a PROJECT");
        const auto down = session.daemon().and_then([&](Daemon* d) { return d->down(*name); });
        if (!down)
            return std::unexpected(down.error());
        session.out().line({Mark::Applied, *name + ": down"});
        return ExitStatus::Ok;
    }

private:
    // Never several: that is not what somebody means who stands in the wrong directory.
    static Answer<std::string> of_directory(Session& session) {
        const auto projects = session.projects();
        if (!projects)
            return std::unexpected(projects.error());
        const auto here = projects_at(*projects, session.directory());
        if (here.empty())
            return give_up(ExitStatus::Usage, "no project has its file in this directory or above; "
                                              "name one: hotreloadctl down PROJECT");
        if (here.size() > 1)
            return give_up(ExitStatus::Usage,
                           std::format("several projects have their files here; name one: "
                                       "hotreloadctl down {}, hotreloadctl down {} …",
                                       here[0]->name, here[1]->name));
        return here.front()->name;
    }

    std::optional<std::string> project_;
};

} // namespace

std::unique_ptr<Command> make_down() {
    return std::make_unique<Down>();
}

} // namespace hotreload::ctl
