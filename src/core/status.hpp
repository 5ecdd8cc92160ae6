// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Status is what is told of a project and of a service: the properties of org.hotreload.Project1
// and org.hotreload.Service1 (dbus/interfaces/ says what each means). Values and problems are in
// it: a transport tells each reader what that reader may see.

#include "base/error.hpp"
#include "base/shared_bytes.hpp"
#include "core/plan.hpp"
#include "core/record.hpp"
#include "core/trigger.hpp"
#include "core/watch_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

struct ProjectStatus {
    enum class State {
        Running,
        Invalid, // its file; what was valid last stays in force
        Missing, // its file
        Failed,  // nothing is done for it
    };

    std::string name;
    std::string path;
    bool enabled = true;
    State state = State::Running;
    std::vector<Problem> problems;

    bool operator==(const ProjectStatus&) const = default;
};

struct ServiceStatus {
    enum class State {
        Running,
        Stopped,
        Done,       // a oneshot: it has done its work
        Ended,      // by itself, and nobody wished so
        Failed,     // its unit, or its last reload
        Applying,   // something is done to it now
        Invalid,    // what is wanted of it was refused by a check
        Incomplete, // what was refused waits for the other files of its set
        RolledBack,
        HeldBack, // because of another service
        NeedsAttention,
        StoppedMeanwhile, // by somebody else, while it was acted on
        Waiting,          // for somebody to ask for it
        Paused,
    };

    std::string name;
    std::string project;
    std::string kind; // "service": the word of its kind
    std::string unit;
    bool attached = false;
    std::uint64_t generation = 0;
    State state = State::Stopped;
    std::string active_state;
    std::uint32_t main_pid = 0;
    std::string last_strategy;
    std::uint64_t last_applied_usec = 0;
    std::vector<Problem> problems;
    std::vector<std::string> waiting;
    WatchState watching;
    std::vector<std::string> missing;
    std::vector<std::string> writing;
    std::optional<ReloadResult> last_result; // of the last transaction that did something
    std::optional<Trigger> last_trigger;     // of that
    std::vector<Change> last_changes;        // that it was about
    bool paused = false;
    std::uint64_t paused_until_usec = 0; // CLOCK_REALTIME; 0: until somebody resumes
    std::string pause_reason;            // as it was given
    std::vector<std::string> held;       // what has changed since then, and waits for resume
    std::vector<std::uint64_t> draining; // generations
    std::uint64_t last_gap_usec = 0;
    std::uint64_t confirm_until_usec = 0; // CLOCK_REALTIME: then what was applied is taken back,
                                          // unless somebody confirms it; 0: nothing waits for that
    std::string confirm_id;               // of that transaction

    bool operator==(const ServiceStatus&) const = default;
};

// A published document: org.hotreload.Config1.
struct ConfigStatus {
    enum class State {
        Valid,
        Invalid, // the last valid value stays published
        Missing,
        Writing, // somebody has it open for writing
    };

    std::string name;
    std::string project;
    std::string path;
    std::uint64_t revision = 0; // of the value; 0: there was no valid one yet
    SharedBytes value;          // the last valid one as JSON, secrets in it: for inspectors
    std::optional<State> state; // nothing until it was looked at
    std::vector<Problem> problems;

    bool operator==(const ConfigStatus&) const = default;
};

template <>
inline constexpr auto kWordsOf<ProjectStatus::State> = words<ProjectStatus::State>({
    {ProjectStatus::State::Running, "running"},
    {ProjectStatus::State::Invalid, "invalid"},
    {ProjectStatus::State::Missing, "missing"},
    {ProjectStatus::State::Failed, "failed"},
});

template <>
inline constexpr auto kWordsOf<ServiceStatus::State> = words<ServiceStatus::State>({
    {ServiceStatus::State::Running, "running"},
    {ServiceStatus::State::Stopped, "stopped"},
    {ServiceStatus::State::Done, "done"},
    {ServiceStatus::State::Ended, "ended"},
    {ServiceStatus::State::Failed, "failed"},
    {ServiceStatus::State::Applying, "applying"},
    {ServiceStatus::State::Invalid, "invalid"},
    {ServiceStatus::State::Incomplete, "incomplete"},
    {ServiceStatus::State::RolledBack, "rolled-back"},
    {ServiceStatus::State::HeldBack, "held-back"},
    {ServiceStatus::State::NeedsAttention, "needs-attention"},
    {ServiceStatus::State::StoppedMeanwhile, "stopped-meanwhile"},
    {ServiceStatus::State::Waiting, "waiting"},
    {ServiceStatus::State::Paused, "paused"},
});

template <>
inline constexpr auto kWordsOf<ConfigStatus::State> = words<ConfigStatus::State>({
    {ConfigStatus::State::Valid, "valid"},
    {ConfigStatus::State::Invalid, "invalid"},
    {ConfigStatus::State::Missing, "missing"},
    {ConfigStatus::State::Writing, "writing"},
});

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
    std::string service;            // "PROJECT/SERVICE"
    std::optional<Trigger> trigger; // nothing when it was not kept
    AskedBy caller;                 // of a request
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
