// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Status is what is told of a project and of a service: the properties of org.hotreload.Project1
// and org.hotreload.Service1 (dbus/interfaces/ says what each means). Values and problems are in
// it: a transport tells each reader what that reader may see.

#include "base/error.hpp"
#include "core/plan.hpp"
#include "core/record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hotreload {

struct ProjectStatus {
    std::string name;
    std::string path;
    bool enabled = true;
    std::string state; // running, invalid, missing, failed
    std::vector<Problem> problems;

    bool operator==(const ProjectStatus&) const = default;
};

struct ServiceStatus {
    std::string name;
    std::string project;
    std::string unit;
    bool attached = false;
    std::uint64_t generation = 0;
    std::string state; // running, stopped, done, ended, failed, applying, invalid, rolled-back …
    std::string active_state;
    std::uint32_t main_pid = 0;
    std::string last_strategy;
    std::uint64_t last_applied_usec = 0;
    std::vector<Problem> problems;
    std::vector<std::string> waiting;
    std::string watching; // watching, off, incomplete: …
    std::vector<std::string> missing;
    std::vector<std::string> writing;
    std::string last_result;          // of the last transaction that did something; "" before it
    std::vector<Change> last_changes; // that it was about
    bool paused = false;
    std::uint64_t paused_until_usec = 0; // CLOCK_REALTIME; 0: until somebody resumes
    std::string pause_reason;            // as it was given
    std::vector<std::string> held;       // what has changed since then, and waits for resume
    std::vector<std::uint64_t> draining; // generations
    std::uint64_t last_gap_usec = 0;

    bool operator==(const ServiceStatus&) const = default;
};

// A published document: org.hotreload.Config1.
struct ConfigStatus {
    std::string name;
    std::string project;
    std::string path;
    std::uint64_t revision = 0; // of the value; 0: there was no valid one yet
    std::string value;          // the last valid one as JSON, secrets in it: for who may inspect
    std::string state;          // valid, invalid, missing, writing
    std::vector<Problem> problems;

    bool operator==(const ConfigStatus&) const = default;
};

// A project with all that belongs to it.
struct ProjectOverview {
    ProjectStatus project;
    std::vector<ServiceStatus> services;
    std::vector<ConfigStatus> configs;
};

// Why a path concerns a service, a config or a project file, or does not.
struct WatchExplanation {
    std::string project;
    std::string target;  // the service, "configs.NAME", or "" for the project file itself
    std::string watch;   // "watch[0]", "schema", "env_file", "project file"
    std::string path;    // by which it is watched; "" for the one that was asked for
    std::string pattern; // that matches; "" when none does
    std::string stopped; // what keeps it out all the same: "exclude \"**/*.tmp\"", "editors'
                         // droppings", "inside .git"; "" when nothing does
    std::string format;  // "toml", "bytes" …
    std::vector<std::string> copies; // paths of last-known-good copies, the newest first

    bool operator==(const WatchExplanation&) const = default;
};

// A generation that is kept.
struct KeptGeneration {
    std::string service; // "PROJECT/SERVICE"
    std::string trigger; // "file", "request", "start"; "" when that was not kept
    CallerUid caller;    // of a request
    std::uint64_t generation = 0;
    std::uint64_t applied_usec = 0;
    std::string strategy;
    bool applied = false;        // it is the one in force
    std::vector<Change> changes; // from the one before, as far as that is kept
    std::vector<std::string> files;
};

// PastEvent is what else happened to a service.
struct PastEvent {
    std::string service; // "PROJECT/SERVICE"
    EventRecord event;
};

struct History {
    std::vector<KeptGeneration> generations; // of each service, the newest first
    std::vector<PastEvent> events;           // likewise
};

// Between two of them.
struct GenerationDifference {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::vector<Change> changes; // their strategies say what getting from one to the other takes
};

struct PathExplanation {
    std::string path;
    std::string state; // "a regular file", "missing", "a directory", "being written" …
    std::vector<WatchExplanation> watches;
    std::vector<Plan> plans; // what a reload of the services concerned would do now
};

// WatcherEvent is one raw event of the watcher and what became of it.
struct WatcherEvent {
    std::uint64_t realtime_usec = 0;
    std::string path; // directory and name
    std::string mask; // "IN_CLOSE_WRITE"
    std::string fate; // "looked at: changed", "editors' droppings", "no pattern matches" …
};

} // namespace hotreload
