// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/daemon.hpp"

#include "daemon/project_files.hpp"
#include "os/listen_fds.hpp"
#include "os/notify.hpp"

#include <csignal>
#include <format>

namespace hotreload::daemon {

namespace {

// With no project there is nothing to watch: the next call starts a new daemon.
constexpr auto kIdleTime = std::chrono::seconds(30);

} // namespace

Daemon::Daemon(os::EventLoop& loop, os::Journal& journal, ipc::Bus bus, State state,
               std::unique_ptr<watch::TreeWatcher> watcher, units::Mode mode)
    : loop_(loop),
      journal_(journal),
      bus_(std::move(bus)),
      state_(std::move(state)),
      mode_(mode),
      units_(loop, bus_.connection(), mode),
      prober_(loop, units_),
      reporter_(journal, units_, loop),
      watcher_(std::move(watcher)),
      leases_(loop),
      attachments_(units_),
      manager_({loop,
                units_,
                sockets_,
                prober_,
                state_.views,
                *watcher_,
                state_.records,
                state_.contents,
                leases_,
                attachments_,
                reporter_,
                {}}),
      dbus_(bus_, manager_, loop),
      varlink_(loop, manager_),
      terminate_(loop, SIGTERM, [this] { stop(0); }),
      interrupt_(loop, SIGINT, [this] { stop(0); }),
      hangup_(loop, SIGHUP, [this] { reload(); }),
      idle_(loop) {
    reporter_.add(dbus_);
    watcher_->on_warning = [this](const std::string& text) {
        journal_.write(
            {.priority = Priority::Warning, .id = MessageId::WatchIncomplete, .text = text});
    };
    dbus_.on_activity = [this] { watch_idleness(); };
    varlink_.on_activity = [this] { watch_idleness(); };
}

Task<> Daemon::start() {
    const auto opened = co_await open();
    if (!opened) {
        journal_.write(
            {.priority = Priority::Error, .id = MessageId::Failed, .text = opened.error().message});
        stop(1);
        co_return;
    }
    opened_ = true;
    os::notify_ready();
    watch_idleness();
}

Task<Result<>> Daemon::open() {
    auto handed_over = os::take_listen_fds();
    if (!handed_over)
        co_return std::unexpected(std::move(handed_over).error());
    // FileDescriptorName= of our socket unit.
    auto varlink = os::take_named(*handed_over, "varlink");
    sockets_.adopt(*std::move(handed_over));
    if (auto connected = co_await units_.connect(); !connected)
        co_return connected;
    std::vector<Problem> broken;
    auto records = state_.records.load_all(broken);
    if (!records)
        co_return std::unexpected(std::move(records.error()).in_context("reading the records"));
    for (const auto& problem : broken)
        journal_.write({.priority = Priority::Error,
                        .id = MessageId::RecordUnreadable,
                        .text = to_string(problem)});
    co_await manager_.open(std::move(*records));
    if (mode_ == units::Mode::System) {
        WatchDefinition watch;
        for (const auto& directory : project_file_directories())
            watch.files.push_back(directory + "/*.toml");
        auto files = watch::WatchedSet::make(*watcher_, {std::move(watch)}, [this] {
            (void)project_files_->look(watch::Rescan::Dirty);
            take_up_project_files();
        });
        if (!files)
            co_return std::unexpected(files.error());
        project_files_ = std::move(*files);
        (void)project_files_->look(watch::Rescan::All);
        take_up_project_files();
    }
    for (auto& socket : varlink)
        if (auto listening = varlink_.listen(std::move(socket)); !listening)
            co_return listening;
    co_return dbus_.publish();
}

void Daemon::take_up_project_files() {
    for (auto& file : project_files(project_file_directories()))
        tasks_.spawn(manager_.take_up(std::move(file)));
}

void Daemon::reload() {
    if (!opened_)
        return; // everything is read anyhow
    const os::Reloading reloading;
    if (mode_ == units::Mode::System)
        take_up_project_files();
    manager_.look_again();
}

void Daemon::stop(int status) {
    os::notify_stopping();
    dbus_.withdraw();
    loop_.exit(status);
}

bool Daemon::busy() const {
    return !manager_.empty() || dbus_.calls() > 0 || varlink_.connections() > 0;
}

void Daemon::watch_idleness() {
    if (busy()) {
        idle_.disarm();
        return;
    }
    idle_.arm(kIdleTime, [this] {
        if (!busy())
            stop(0);
    });
}

} // namespace hotreload::daemon
