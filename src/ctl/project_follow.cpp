// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/project_follow.hpp"

#include "ctl/event_stream.hpp"
#include "ctl/event_text.hpp"
#include "ctl/log_follow.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>

namespace hotreload::ctl {

namespace {

// Reports of one project. A problem is announced before the reload that it ends is reported: it is
// shown once.
class Reporter {
public:
    explicit Reporter(Session& session) : session_(session) {}

    void take(const Event& event) {
        const auto about = project_of(event);
        if (!about.empty() && about != project)
            return;
        if (const auto* problem = std::get_if<ValidationFailed>(&event)) {
            shown_.push_back(show_problem(problem->problem, session_.directory()));
            session_.out().line({Mark::Failed, shown_.back()});
        } else if (const auto* reload = std::get_if<ReloadFinished>(&event)) {
            auto lines = report_reload(*reload, {}, session_.directory()).lines;
            std::erase_if(lines, [&](const Line& line) { return was_shown(line.text); });
            session_.out().lines(lines);
            shown_.clear();
        } else if (std::holds_alternative<DaemonGone>(event)) {
            session_.out().line({Mark::Waiting, "hotreloadd is gone; the services run on"});
        }
    }

    std::string project;

private:
    [[nodiscard]] bool was_shown(const std::string& text) const {
        return std::ranges::any_of(shown_, [&](const auto& each) { return text.ends_with(each); });
    }

    Session& session_;
    std::vector<std::string> shown_;
};

std::uint64_t realtime_usec() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Answer<> dispatch_until_interrupted(Daemon& daemon) {
    bool interrupted = false;
    {
        const os::SignalSource interrupt(daemon.loop(), SIGINT, [&] { interrupted = true; });
        const os::SignalSource terminate(daemon.loop(), SIGTERM, [&] { interrupted = true; });
        while (!interrupted)
            if (auto dispatched = daemon.dispatch(); !dispatched)
                return dispatched;
    }
    // A second one ends us, should taking the project down last too long.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &signals, nullptr);
    return {};
}

} // namespace

Answer<ExitStatus> follow_project(Session& session, Daemon& daemon, const std::string& path,
                                  bool stop) {
    Reporter reporter(session);
    // Signals wait in the connection until the loop runs, and by then the name is known.
    const auto events =
        EventStream::open(daemon, [&](const Event& event) { reporter.take(event); });
    if (!events)
        return std::unexpected(events.error());
    const auto since = realtime_usec(); // what the services say at their start is wanted
    const auto project = daemon.up(path, false);
    if (!project)
        return std::unexpected(project.error());
    reporter.project = *project;

    const auto states = session.projects();
    if (!states)
        return std::unexpected(states.error());
    std::unique_ptr<LogFollow> logs;
    if (!session.options().remote()) {
        auto opened = LogFollow::open(session.out(), log_sources({{*project, ""}}, *states),
                                      session.options().on_user_bus(), {{}, since});
        if (!opened)
            return std::unexpected(std::move(opened.error()));
        logs = std::move(*opened);
        logs->leave_out_ours();
        logs->follow(daemon.loop());
    }

    if (auto dispatched = dispatch_until_interrupted(daemon); !dispatched)
        return std::unexpected(std::move(dispatched.error()));
    logs.reset();
    if (!stop) {
        session.out().line({Mark::Unchanged, *project + ": goes on without us; stop it with: " +
                                                 "hotreloadctl down " + *project});
        return ExitStatus::Ok;
    }
    if (auto down = daemon.down(*project); !down)
        return std::unexpected(std::move(down.error()));
    session.out().line({Mark::Applied, *project + ": down"});
    return ExitStatus::Ok;
}

} // namespace hotreload::ctl
