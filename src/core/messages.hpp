// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Messages are what is logged above debug level. Each kind has a MESSAGE_ID, and an entry in the
// message catalog (systemd/hotreload.catalog): add an enumerator, a row in os/journal.cpp, and the
// entry.

#include "base/error.hpp"
#include "core/reload_id.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hotreload {

enum class MessageId {
    DaemonStarted,     // hotreloadd is ready
    ProjectRegistered, // a project is known and followed from now on
    ProjectForgotten,  // its services are stopped, it is followed no more
    ProjectInvalid,    // its file on disk is refused, the last valid one stays in force
    Applying,          // "Configuration changed. Restarting web (LOG_LEVEL)…"
    AppliedLive,
    AppliedReload,
    AppliedSwap,
    AppliedRestart,
    Started,
    Ran,
    Stopped,
    Refused,            // validation failed, nothing was touched
    RolledBack,         // the new state did not hold, the one before is back
    NeedsAttention,     // the action failed, and so did putting the state before it back
    Failed,             // the action failed, and could not be undone or there was nothing before
    Waiting,            // changes wait for --force
    WatchIncomplete,    // not everything can be watched
    FileMissing,        // a watched file that is named is gone
    RecordUnreadable,   // a file of the state directory was moved aside
    WatchSuspended,     // a service writes into what it watches
    DiedAtWork,         // the run before ended in the middle of reading something
    Paused,             // somebody holds changes back
    Resumed,            // and lets them go, or the time is over
    AwaitsConfirmation, // what was applied is put back unless somebody confirms it
    Confirmed,          // and somebody does
    Unconfirmed,        // nobody did
    NotPutBack,         // what was applied is to go, and what was before cannot be put back
    NotPublished,       // a document's value stays published, as the one on disk cannot be
    Last = NotPublished,
};

enum class Priority { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 }; // syslog(3)

// Empty and zero fields are left out.
struct Message {
    Priority priority = Priority::Info;
    MessageId id{};
    std::string text; // one line, complete without the fields
    std::string project;
    std::string service;
    std::uint64_t generation = 0;
    ReloadId reload_id{};
    std::string unit{};           // of the service: it is told among the unit's own messages
    std::uint32_t object_pid = 0; // its main process, if it runs: the same, for the system's
    std::string changes{};        // what it was about, as JSON, secrets masked
    std::optional<std::uint32_t> caller_uid{}; // of whoever asked for it
    std::string caller_comm{};                 // likewise: the command name of the process
};

class Log {
public:
    virtual ~Log() = default;
    virtual void write(const Message& message) noexcept = 0;
    // A text for a developer; it has no id and no fields.
    virtual void debug(const std::string& text) noexcept = 0;
};

} // namespace hotreload
