// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config/trust.hpp"
#include "daemon/daemon.hpp"
#include "os/background_thread.hpp"
#include "os/look_up_threads.hpp"
#include "os/memory_trimmer.hpp"
#include "os/notify.hpp"
#include "watch/content.hpp"

#include <getopt.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <format>
#include <optional>
#include <string>

using namespace hotreload;

namespace {

struct Options {
    units::Mode mode = geteuid() == 0 ? units::Mode::System : units::Mode::User;
    bool debug = false;
};

constexpr auto kUsage = "hotreloadd [--user|--system] [--debug]\n\n"
                        "Keeps running programs in step with their configuration. It is started\n"
                        "by its bus name or its socket; hotreloadctl(1) talks to it.\n\n"
                        "      --user     for the calling user's services (default outside root)\n"
                        "      --system   for the system's services (default for root)\n"
                        "      --debug    log what is looked at, too\n"
                        "  -h, --help     show this and exit\n"
                        "      --version  show the version and exit\n";

// The options. nullopt: the status to exit with is in `status`.
std::optional<Options> parse(int argc, char** argv, int& status) {
    Options options;
    enum { User = 1000, System, Debug, Version };
    const option table[] = {
        {"user", no_argument, nullptr, User},   {"system", no_argument, nullptr, System},
        {"debug", no_argument, nullptr, Debug}, {"version", no_argument, nullptr, Version},
        {"help", no_argument, nullptr, 'h'},    {}};
    status = 0;
    for (int c = 0; (c = getopt_long(argc, argv, "h", table, nullptr)) >= 0;) {
        switch (c) {
        case User:
            options.mode = units::Mode::User;
            break;
        case System:
            options.mode = units::Mode::System;
            break;
        case Debug:
            options.debug = true;
            break;
        case Version:
            std::puts("hotreloadd " HOTRELOAD_VERSION);
            return std::nullopt;
        case 'h':
            std::fputs(kUsage, stdout);
            return std::nullopt;
        default:
            status = 2;
            return std::nullopt;
        }
    }
    if (optind < argc) {
        std::fprintf(stderr, "hotreloadd: unexpected argument \"%s\"\n", argv[optind]);
        status = 2;
        return std::nullopt;
    }
    return options;
}

// systemd names it; started by hand, it is where systemd would have put it.
std::string state_directory(units::Mode mode) {
    if (const char* given = std::getenv("STATE_DIRECTORY"))
        return given;
    if (mode == units::Mode::System)
        return "/var/lib/hotreload";
    if (const char* state = std::getenv("XDG_STATE_HOME"))
        return std::string(state) + "/hotreload";
    const char* home = std::getenv("HOME");
    return std::string(home ? home : "") + "/.local/state/hotreload";
}

// The same for files that outlive us, and no reboot.
std::string run_time_directory(units::Mode mode) {
    if (const char* given = std::getenv("RUNTIME_DIRECTORY"))
        return given;
    if (mode == units::Mode::System)
        return "/run/hotreload";
    const char* run_time = std::getenv("XDG_RUNTIME_DIR");
    return std::string(run_time ? run_time : "/nonexistent") + "/hotreload";
}

// The worker where it is installed; a test may have another one.
std::string worker_program() {
    const char* given = std::getenv("HOTRELOAD_WORKER");
    return given ? given : HOTRELOAD_WORKER_PROGRAM;
}

int run(const Options& options) {
    os::EventLoop loop;
    os::Journal journal(options.debug, options.mode == units::Mode::User);
    const auto give_up = [&](const Error& error) {
        journal.write({.priority = Priority::Error,
                       .id = MessageId::Failed,
                       .text = error.message +
                               "; hotreloadd ends: when that is mended, run \"systemctl restart "
                               "hotreloadd\" (--user, of a user's)"});
        return 1;
    };
    const auto directory = state_directory(options.mode);
    os::BackgroundThread background(loop);
    os::BackgroundThread copies(loop); // so that no answer waits for the disk behind a large one
    const os::LookUpThreads look_ups(loop, os::system_accounts());
    auto records = state::FileRecordStore::open(directory, background);
    if (!records)
        return give_up(records.error());
    auto bus = options.mode == units::Mode::User ? ipc::Bus::open_session(loop)
                                                 : ipc::Bus::open_system(loop);
    if (!bus)
        return give_up(bus.error());
    if (auto fed = os::feed_watchdog(loop); !fed)
        return give_up(fed.error());
    auto watcher = watch::TreeWatcher::make(loop);
    if (!watcher)
        return give_up(watcher.error());
    const auto run_time = run_time_directory(options.mode);
    auto deaths = state::NotedDeaths::open(run_time);
    if (!deaths) // all works without, but for what has ended us
        journal.write({.priority = Priority::Warning,
                       .id = MessageId::Failed,
                       .text = "what is being done is not noted: " + deaths.error().message});
    daemon::Daemon daemon(
        loop, journal, std::move(*bus),
        {std::move(*records), state::FileContentStore(directory, watch::content_id),
         state::FileViews(run_time + "/views", copies, watch::content_id, led_astray),
         state::PublishedFileStore(run_time + "/" + kPublishedDirectory, os::system_accounts()),
         deaths ? std::move(*deaths) : state::NotedDeaths(), directory + "/aside"},
        std::move(*watcher), copies, options.mode, run_time, worker_program());
    const os::MemoryTrimmer trimmer(loop);
    TaskScope tasks;
    tasks.spawn(daemon.start());
    return loop.run();
}

} // namespace

int main(int argc, char** argv) {
    int status = 0;
    const auto options = parse(argc, argv, status);
    if (!options)
        return status;
    try {
        return run(*options);
    } catch (const std::exception& error) {
        // Nothing that we manage depends on our life: systemd starts us again.
        std::fprintf(stderr, "hotreloadd: %s\n", error.what());
        return 1;
    }
}
