// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/details.hpp"
#include "ctl/client.hpp"
#include "ctl/command.hpp"
#include "ctl/status_view.hpp"

#include <chrono>
#include <format>

namespace hotreload::ctl {

namespace {

class Status final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
    }

    Answer<ExitStatus> run(Session& session) override {
        const auto projects = session.selected(targets_);
        if (!projects)
            return std::unexpected(projects.error());
        session.out().page();
        if (projects->empty())
            print_hint(session);

        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now().time_since_epoch());
        auto status = ExitStatus::Ok;
        Json all(jsoncons::json_array_arg);
        for (const auto& project : *projects) {
            const auto report = report_status(project, static_cast<std::uint64_t>(now.count()),
                                              session.directory(), !targets_.empty());
            session.out().lines(report.lines);
            all.push_back(to_json(project));
            status = worse(status, report.status);
        }
        if (session.out().wants_json())
            session.out().json(all);
        else if (const auto daemon = session.daemon(); daemon && !(*daemon)->may_inspect())
            session.out().line({Mark::Plain, without_details});
        return status;
    }

private:
    // Prints that there is another instance: a person who asks their own one on a server may mean
    // the system's.
    static void print_hint(Session& session) {
        const auto& options = session.options();
        if (!options.on_user_bus()) {
            session.out().line(
                {Mark::Plain, options.remote()
                                  ? "No projects."
                                  : "No projects. Put a project file into /etc/hotreload, or start "
                                    "one with: hotreloadctl up DIR"});
            return;
        }
        session.out().line({Mark::Plain, "No projects. Start one with: hotreloadctl up DIR"});
        if (options.remote())
            return;
        const GlobalOptions of_system{.system = true, .host = {}, .machine = {}};
        const auto daemon = Daemon::connect(session.loop(), of_system.bus());
        if (!daemon || !session.wait((*daemon)->running()))
            return;
        const auto others = session.wait((*daemon)->projects());
        if (others && !others->empty())
            session.out().line(
                {Mark::Plain, std::format("The system's instance has {}: hotreloadctl "
                                          "--system status",
                                          others->size())});
    }

    std::vector<std::string> targets_;
};

} // namespace

std::unique_ptr<Command> make_status() {
    return std::make_unique<Status>();
}

} // namespace hotreload::ctl
