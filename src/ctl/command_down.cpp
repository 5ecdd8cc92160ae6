// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/project_files.hpp"
#include "core/status.hpp"
#include "ctl/command.hpp"

#include <algorithm>
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
        const auto file = file_of(session, *name);
        const auto down = session.ask([&](Daemon& d) { return d.down(*name); });
        if (!down)
            return std::unexpected(down.error());
        session.out().line({Mark::Applied, *name + ": down"});
        if (is_of_the_system(file))
            session.out().line(
                {Mark::Waiting,
                 std::format(
                     "{0}: hotreloadd takes up {1} again when it is started or reloaded, or "
                     "when a file in that directory changes: move it away to keep {0} down",
                     *name, file)});
        return ExitStatus::Ok;
    }

private:
    // "" when it is not registered, as the daemon says, or gone.
    static std::string file_of(Session& session, const std::string& name) {
        const auto projects = session.projects();
        if (!projects)
            return "";
        const auto found = std::ranges::find(*projects, name, &ProjectState::name);
        const bool is_there =
            found != projects->end() &&
            parse_word<ProjectStatus::State>(found->state) != ProjectStatus::State::Missing;
        return is_there ? found->path : "";
    }

    // The directories where the system instance finds projects by itself.
    static bool is_of_the_system(const std::string& file) {
        return std::ranges::any_of(project_file_directories(), [&](const std::string& each) {
            return file.starts_with(each + "/");
        });
    }

    // The project of the directory, and never several: nobody means that who stands in a wrong one.
    static Answer<std::string> of_directory(Session& session) {
        const auto projects = session.projects();
        if (!projects)
            return std::unexpected(projects.error());
        if (auto known = check_registered(*projects, session.directory()); !known)
            return std::unexpected(std::move(known.error()));
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
