// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/daemon.hpp"

#include "config/project_files.hpp"
#include "daemon/documents.hpp"
#include "os/accounts.hpp"
#include "os/listen_fds.hpp"
#include "os/notify.hpp"
#include "os/random_id.hpp"
#include "state/restoration.hpp"
#include "watch/content.hpp"

#include <unistd.h>

#include <csignal>
#include <format>
#include <set>
#include <string>
#include <utility>

namespace hotreload::daemon {

namespace {

// A daemon with no project, nor a file that is to become one, watches nothing and ends after this:
// the next call starts a new one.
constexpr auto kIdleTime = std::chrono::seconds(30);

// Calls that wait for something else than the projects are not waited for longer.
constexpr auto kLastAnswers = std::chrono::seconds(5);

// No document takes so long, on a machine that is busy either.
constexpr Duration kTakeUpAgain = std::chrono::seconds(30); // of a project file that is refused
constexpr auto kWorkerLimit = std::chrono::seconds(20);
constexpr auto kWorkerLimitOfMib = std::chrono::seconds(5);
constexpr auto kWorkerIdle = std::chrono::seconds(5);

} // namespace

Daemon::Daemon(os::EventLoop& loop, os::Journal& journal, ipc::Bus bus, State state,
               std::unique_ptr<watch::TreeWatcher> watcher, Background& background,
               units::Mode mode, const std::string& run_time_directory, std::string worker)
    : loop_(loop),
      journal_(journal),
      bus_(std::move(bus)),
      state_(std::move(state)),
      mode_(mode),
      units_(loop, bus_.connection(), mode, run_time_directory),
      prober_(loop, units_),
      reporter_(journal, units_, loop),
      counters_(loop),
      watcher_(std::move(watcher)),
      background_(background),
      leases_(loop),
      workers_(loop, {.program = std::move(worker),
                      .version = HOTRELOAD_VERSION,
                      .limit = kWorkerLimit,
                      .limit_of_mib = kWorkerLimitOfMib,
                      .idle = kWorkerIdle}),
      files_(*watcher_),
      reader_(state_.deaths, all_kinds()),
      attachments_(units_),
      kind_ports_{units_, sockets_, prober_, state_.views, [&loop] { return loop.now(); }},
      manager_(ports(), *watcher_, reporter_, counters_),
      polkit_(bus_.connection(), loop),
      authority_(::geteuid(), mode == units::Mode::System ? &polkit_ : nullptr,
                 mode == units::Mode::System ? &manager_ : nullptr),
      dbus_(bus_, manager_, authority_, loop),
      varlink_(loop, manager_, authority_),
      terminate_(loop, SIGTERM, [this] { end(); }),
      interrupt_(loop, SIGINT, [this] { end(); }),
      hangup_(loop, SIGHUP, [this] { reload(); }),
      idle_(loop),
      refused_(loop) {
    reporter_.add(counters_);
    reporter_.add(dbus_);
    reporter_.add(varlink_.monitors());
    watcher_->on_warning = [this](const std::string& text) {
        journal_.write(
            {.priority = Priority::Warning, .id = MessageId::WatchIncomplete, .text = text});
    };
    workers_.on_death = [this](const std::string& project) {
        journal_.write({.priority = Priority::Warning,
                        .id = MessageId::DiedAtWork,
                        .text = std::format("hotreload-worker ended in the middle of a document of "
                                            "{}; it is tried once more",
                                            project),
                        .project = project});
    };
    os::system_accounts().on_learned = [this] { look_again_soon(); };
    dbus_.on_activity = [this] { watch_idleness(); };
    varlink_.on_activity = [this] { watch_idleness(); };
}

project::Ports Daemon::ports() {
    return {.clock = loop_,
            .units = units_,
            .sockets = sockets_,
            .views = state_.views,
            .files = files_,
            .writers = leases_,
            .store = state_.records,
            .contents = state_.contents,
            .published = state_.published,
            .background = background_,
            .deaths = state_.deaths,
            .reader = reader_,
            .attachments = attachments_,
            .events = reporter_,
            .kinds = all_kinds(),
            .kind_ports = kind_ports_,
            .of_a_user = mode_ == units::Mode::User,
            .make_documents =
                [this](const std::string& project) {
                    return std::make_unique<ExaminedDocuments>(workers_, state_.contents,
                                                               background_, project);
                },
            .make_restoration =
                [this](const std::string& project) {
                    return std::make_unique<state::FileRestoration>(state_.aside + "/" + project,
                                                                    watch::content_id);
                },
            .new_id = os::random_id};
}

Task<> Daemon::start() {
    const auto opened = co_await open();
    if (!opened) {
        journal_.write({.priority = Priority::Error,
                        .id = MessageId::Failed,
                        .text = opened.error().message +
                                "; hotreloadd ends, and is started again in a while; at "
                                "once by \"systemctl restart hotreloadd\" (--user, of "
                                "a user's)"});
        stop(1);
        co_return;
    }
    opened_ = true;
    os::notify_ready();
    watch_idleness();
    if (looks_again_soon_)
        look_again();
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
    auto projects = state_.records.load_all();
    if (!projects)
        co_return std::unexpected(std::move(projects.error()).in_context("reading the records"));
    for (const auto& [record, broken] : *projects)
        for (const auto& problem : broken)
            journal_.write({.priority = Priority::Error,
                            .id = MessageId::RecordUnreadable,
                            .text = to_string(problem) +
                                    "; \"hotreloadctl status\" tells what is served without it",
                            .project = record.name});
    tell_last_death();
    std::set<std::string> names;
    for (const auto& project : *projects)
        names.insert(project.record.name);
    state_.published.keep_only(names);
    co_await manager_.open(std::move(*projects));
    if (mode_ == units::Mode::System) {
        WatchDefinition watch;
        for (const auto& directory : project_file_directories())
            for (const auto* pattern : {"/*.toml", "/*.toml.d/*.toml"})
                watch.files.push_back(directory + pattern);
        auto files = files_.watch({std::move(watch)},
                                  [this] {
                                      (void)project_files_->look(Rescan::Dirty);
                                      tasks_.spawn(take_up_project_files());
                                  },
                                  {});
        if (!files)
            co_return std::unexpected(files.error());
        project_files_ = std::move(*files);
        (void)project_files_->look(Rescan::All);
        co_await take_up_project_files();
    }
    for (auto& socket : varlink)
        if (auto listening = varlink_.listen(std::move(socket)); !listening)
            co_return listening;
    co_return dbus_.publish();
}

// Tells in the middle of which project or file the run before ended: the next such death sets it
// aside.
void Daemon::tell_last_death() {
    const auto& death = state_.deaths.last();
    if (!death)
        return;
    const auto& [project, path, content] = death->work;
    const auto what = path.empty() ? std::format("the work for project {}", project) : path;
    journal_.write(
        {.priority = Priority::Error,
         .id = MessageId::DiedAtWork,
         .text =
             death->count < state::NotedDeaths::kTooMany
                 ? std::format("{}: hotreloadd ended in the middle of it; it is tried once more "
                               "(\"coredumpctl info hotreloadd\" may have why)",
                               what)
                 : std::format("{}: hotreloadd ended in the middle of it {} times: it is left "
                               "alone until it changes, or for \"hotreloadctl reload {}\"",
                               what, death->count, project),
         .project = project});
}

Task<> Daemon::take_up_project_files() {
    if (mode_ != units::Mode::System)
        co_return;
    co_await manager_.take_up(project_files(project_file_directories()));
    // What they name may come, and nothing tells of that.
    refused_.arm(manager_.has_refused() ? kTakeUpAgain : kInfinity,
                 [this] { tasks_.spawn(take_up_project_files()); });
    if (opened_)
        watch_idleness(); // one that was refused may be gone
}

void Daemon::reload() {
    if (!opened_)
        return; // everything is read anyhow
    if (std::exchange(reloading_, true))
        reload_again_ = true;
    else
        tasks_.spawn(reload_all());
}

// The manager is told that it is done when it is: what came new has been read and adopted.
Task<> Daemon::reload_all() {
    do {
        reload_again_ = false;
        const os::Reloading reloading;
        co_await take_up_project_files();
        manager_.look_again();
    } while (reload_again_);
    reloading_ = false;
}

// Files that were refused for an account that was not known may not be any more. An answer that
// comes during the start is for the end of it: files that were read before it are not read again.
void Daemon::look_again_soon() {
    if (!std::exchange(looks_again_soon_, true) && opened_)
        loop_.post([this] { look_again(); });
}

void Daemon::look_again() {
    looks_again_soon_ = false;
    if (ending_)
        return;
    watcher_->suspect_everything();
    manager_.look_again();
    tasks_.spawn(take_up_project_files());
}

// Actions that are under way are finished or put back: a service that is being restarted is not
// left down. A second signal does not wait for them; they are finished at the next start.
void Daemon::end() {
    if (!opened_ || std::exchange(ending_, true))
        return stop(0);
    os::notify_stopping();
    tasks_.spawn(wind_up());
}

Task<> Daemon::wind_up() {
    co_await manager_.wind_up();
    wound_up_ = true;
    // Callers get their answers, unless that takes long.
    idle_.arm(kLastAnswers, [this] { stop(0); });
    loop_.post([this] { watch_idleness(); });
}

void Daemon::stop(int status) {
    os::notify_stopping();
    dbus_.withdraw();
    varlink_.leave_slow_ones();
    loop_.exit(status);
}

std::size_t Daemon::calls() const {
    return dbus_.calls() + varlink_.calls();
}

bool Daemon::busy() const {
    return !manager_.empty() || calls() > 0 || varlink_.connections() > 0;
}

void Daemon::watch_idleness() {
    if (wound_up_ && calls() == 0)
        return stop(0);
    if (ending_)
        return;
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
