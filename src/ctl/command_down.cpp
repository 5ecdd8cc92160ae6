// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"

namespace hotreload::ctl {

namespace {

class Down final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("PROJECT", project_, "The project; default: that of this directory");
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto projects = session.projects();
        if (!projects)
            return std::unexpected(projects.error());
        // Never everything: that is not what somebody means who stands in the wrong directory.
        const auto* here = project_at(*projects, session.directory());
        const auto name = project_.empty() && here ? here->name : project_;
        if (name.empty())
            return give_up(ExitStatus::Usage, "no project has its file in this directory or above; "
                                              "name one: hotreloadctl down PROJECT");
        const auto down = session.daemon().and_then([&](Daemon* d) { return d->down(name); });
        if (!down)
            return std::unexpected(down.error());
        session.out().line({Mark::Applied, name + ": down"});
        return ExitStatus::Ok;
    }

private:
    std::string project_;
};

} // namespace

std::unique_ptr<Command> make_down() {
    return std::make_unique<Down>();
}

} // namespace hotreload::ctl
