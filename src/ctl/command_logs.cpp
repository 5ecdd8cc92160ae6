// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/command.hpp"
#include "ctl/log_follow.hpp"

#include <csignal>
#include <cstdio>

namespace hotreload::ctl {

namespace {

class Logs final : public Command {
public:
    void declare(CLI::App& app) override {
        app.add_option("TARGET", targets_, "PROJECT, PROJECT/SERVICE or SERVICE");
        app.add_flag("-f,--follow", follow_, "Go on with what is written from now on");
        app.add_option("-n,--lines", lines_, "Only the last LINES; default: all, with -f 10")
            ->type_name("LINES");
    }

    Answer<ExitStatus> run(Session& session) override {
        if (session.options().remote())
            return give_up(ExitStatus::Usage,
                           "logs reads the journal of this machine: run it there, or see "
                           "journalctl -M for a container");
        auto sources = find_sources(session);
        if (!sources)
            return std::unexpected(std::move(sources.error()));
        if (!lines_ && follow_)
            lines_ = 10;
        const auto logs = LogFollow::open(session.out(), std::move(*sources),
                                          session.options().on_user_bus(), {lines_});
        if (!logs)
            return std::unexpected(logs.error());
        if (!follow_) {
            session.out().page();
            (*logs)->print();
            return ExitStatus::Ok;
        }
        os::EventLoop loop;
        const os::SignalSource interrupt(loop, SIGINT, [&] { loop.exit(0); });
        const os::SignalSource terminate(loop, SIGTERM, [&] { loop.exit(0); });
        (*logs)->follow(loop);
        loop.run();
        return ExitStatus::Ok;
    }

private:
    // The daemon knows the project of this directory and which units are attached. Without it,
    // what is named in full can still be read.
    Answer<std::vector<LogSource>> find_sources(Session& session) {
        auto projects = session.projects();
        if (!projects && (targets_.empty() || projects.error().status != ExitStatus::NoDaemon))
            return std::unexpected(std::move(projects.error()));
        const auto known = projects.value_or(std::vector<ProjectState>{});
        return resolve_targets(targets_, known, session.directory())
            .and_then([&](const std::vector<Target>& targets) -> Answer<std::vector<LogSource>> {
                if (targets.empty())
                    return give_up(ExitStatus::Failed, "there are no projects");
                // The journal may remember what the daemon does not know any more.
                if (const auto found = select(known, targets); projects && !found)
                    std::fprintf(stderr, "hotreloadctl: %s; this is what the journal has of it\n",
                                 found.error().message.c_str());
                return log_sources(targets, known);
            });
    }

    std::vector<std::string> targets_;
    std::optional<std::uint64_t> lines_;
    bool follow_ = false;
};

} // namespace

std::unique_ptr<Command> make_logs() {
    return std::make_unique<Logs>();
}

} // namespace hotreload::ctl
