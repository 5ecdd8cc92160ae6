// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/project_follow.hpp"

#include "client/event_stream.hpp"
#include "ctl/client.hpp"
#include "ctl/event_text.hpp"
#include "ctl/log_follow.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <optional>

namespace hotreload::ctl {

namespace {

// Reports of one project. A problem is announced before the reload that it ends is reported: it is
// shown once.
class FollowReporter {
public:
    explicit FollowReporter(Session& session) : session_(session) {}

    void take(const Event& event) {
        const auto about = project_of(event);
        if (!about.empty() && about != project)
            return;
        if (session_.out().wants_json()) {
            if (std::holds_alternative<ValidationFailed>(event) ||
                std::holds_alternative<ReloadFinished>(event))
                session_.out().json(to_json(event));
        } else if (const auto* problem = std::get_if<ValidationFailed>(&event)) {
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

// ^C, the end of the terminal, and of whoever reads what we print. From its beginning to over()
// they are noted, and end nothing.
class Interruption {
public:
    explicit Interruption(os::EventLoop& loop)
        : interrupt_(std::in_place, loop, SIGINT, note()),
          terminate_(std::in_place, loop, SIGTERM, note()),
          hangup_(std::in_place, loop, SIGHUP, note()) {
        std::signal(SIGPIPE, SIG_IGN);
    }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    [[nodiscard]] bool came() const { return came_ || std::ferror(stdout) != 0; }

    // Another one ends us, should what is left to do last too long.
    void over() {
        for (auto* each : {&interrupt_, &terminate_, &hangup_})
            each->reset();
        sigset_t signals;
        sigemptyset(&signals);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            sigaddset(&signals, signal);
        sigprocmask(SIG_UNBLOCK, &signals, nullptr);
    }

private:
    std::function<void()> note() {
        return [this] { came_ = true; };
    }

    bool came_ = false;
    std::optional<os::SignalSource> interrupt_, terminate_, hangup_;
};

// The project's logs and reloads, until somebody has had enough.
Answer<> follow(Session& session, const std::string& project, std::uint64_t since,
                const Interruption& interruption) {
    const auto states = session.projects();
    if (!states)
        return std::unexpected(states.error());
    std::unique_ptr<LogFollow> logs;
    if (!session.options().remote()) {
        auto opened = LogFollow::open(session.out(), log_sources({{project, ""}}, *states),
                                      session.options().on_user_bus(), {{}, since});
        if (!opened)
            return std::unexpected(std::move(opened.error()));
        logs = std::move(*opened);
        logs->leave_out_ours();
        logs->follow(session.loop());
    }
    while (!interruption.came())
        if (auto dispatched = session.dispatch(); !dispatched)
            return dispatched;
    return {};
}

} // namespace

Answer<ExitStatus> follow_project(Session& session, const std::string& path, bool stop) {
    const auto daemon = session.daemon();
    if (!daemon)
        return std::unexpected(daemon.error());
    FollowReporter reporter(session);
    const auto events = EventStream::open(**daemon);
    if (!events)
        return std::unexpected(failure_of(events.error()));
    Interruption interruption(session.loop());
    const auto since = realtime_usec(); // what the services say at their start is wanted
    const auto project = session.wait((*daemon)->up(path, false));
    if (!project)
        return std::unexpected(project.error());
    reporter.project = *project;
    (*events)->start([&](const Event& event) { reporter.take(event); });

    const auto followed = follow(session, *project, since, interruption);
    interruption.over();
    const auto down = stop ? session.wait((*daemon)->down(*project)) : Answer<>();
    if (!followed)
        return std::unexpected(followed.error());
    if (!down)
        return std::unexpected(down.error());
    if (stop)
        session.out().line({Mark::Applied, *project + ": down"});
    else
        session.out().line({Mark::Unchanged, *project + ": goes on without us; stop it with: " +
                                                 "hotreloadctl down " + *project});
    return ExitStatus::Ok;
}

} // namespace hotreload::ctl
