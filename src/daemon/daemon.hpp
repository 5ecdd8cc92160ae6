// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Puts the parts together and runs them: the only one that knows everybody. Its life is start(),
// then the loop, until a signal, idleness, or a bus that is gone.

#include "core/counters.hpp"
#include "daemon/manager.hpp"
#include "daemon/project_reading.hpp"
#include "daemon/reporter.hpp"
#include "daemon/service_sockets.hpp"
#include "ipc/authority.hpp"
#include "ipc/dbus/bus.hpp"
#include "ipc/dbus/bus_polkit.hpp"
#include "ipc/dbus/server.hpp"
#include "ipc/varlink/server.hpp"
#include "kinds/kinds.hpp"
#include "os/event_loop.hpp"
#include "os/journal.hpp"
#include "os/leases.hpp"
#include "probe/prober.hpp"
#include "state/deaths.hpp"
#include "state/file_content_store.hpp"
#include "state/file_record_store.hpp"
#include "state/file_views.hpp"
#include "state/published_file_store.hpp"
#include "units/systemd_units.hpp"
#include "watch/disk_files.hpp"
#include "watch/tree_watcher.hpp"
#include "worker/pool.hpp"

#include <memory>
#include <optional>

namespace hotreload::daemon {

class Daemon {
public:
    struct State {
        state::FileRecordStore records;
        state::FileContentStore contents;
        state::FileViews views;
        state::PublishedFileStore published;
        state::NotedDeaths deaths;
        std::string aside; // the directory of what rollbacks take away, below it by project
    };
    Daemon(os::EventLoop& loop, os::Journal& journal, ipc::Bus bus, State state,
           std::unique_ptr<watch::TreeWatcher> watcher, Background& background, units::Mode mode,
           const std::string& run_time_directory, std::string worker);

    // Adopts what runs, then publishes the name. Failing that, the loop ends with status 1.
    Task<> start();

private:
    project::Ports ports();
    Task<Result<>> open();
    void tell_last_death();
    Task<> take_up_project_files();
    void reload();
    Task<> reload_all();
    void look_again_soon();
    void look_again();
    void end();
    Task<> wind_up();
    void stop(int status);
    [[nodiscard]] std::size_t calls() const; // that are not answered yet
    [[nodiscard]] bool busy() const;
    void watch_idleness();

    os::EventLoop& loop_;
    os::Journal& journal_;
    ipc::Bus bus_;
    State state_;
    units::Mode mode_;
    units::SystemdUnits units_;
    ServiceSockets sockets_;
    probe::Prober prober_;
    Reporter reporter_;
    Counters counters_;
    std::unique_ptr<watch::TreeWatcher> watcher_;
    Background& background_; // for what is large
    os::Leases leases_;
    worker::Pool workers_;
    watch::DiskFiles files_;
    NotedReader reader_;
    project::Attachments attachments_;
    KindPorts kind_ports_;
    Manager manager_;
    ipc::BusPolkit polkit_;
    ipc::Authority authority_;
    ipc::DbusServer dbus_;
    ipc::VarlinkServer varlink_;
    std::unique_ptr<WatchedFiles> project_files_;
    os::SignalSource terminate_;
    os::SignalSource interrupt_;
    os::SignalSource hangup_;
    os::Timer idle_;
    os::Timer refused_;      // until files that were refused are looked at again
    bool opened_ = false;    // all that is on record is there, and our name is taken
    bool reloading_ = false; // reload_all() is under way
    bool reload_again_ = false;
    bool looks_again_soon_ = false;
    bool ending_ = false;   // wind_up() is under way
    bool wound_up_ = false; // only answers are outstanding
    TaskScope tasks_;
};

} // namespace hotreload::daemon
