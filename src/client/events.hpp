// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Events are what the daemon tells of itself, as values: the signals of Manager1, what changed of a
// service, project or config, and the daemon's own coming and going.

#include "base/duration.hpp"
#include "base/error.hpp"
#include "client/state.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hotreload::client {

struct FileChanged {
    std::string project;
    std::string path;
    std::string kind;
    std::string from;
};

struct FilesSettled {
    std::string project;
    std::string id; // "": nothing is done about them
    std::vector<FileChanged> files;
    std::uint64_t more = 0; // that are not in `files`
};

struct ConfigChanged {
    std::string id;
    std::string project;
    std::string name; // a service's, a config's, or the path of another document
    std::string patch_json;
    std::string old_json; // "": not told
    std::string new_json;
};

struct ValidationFailed {
    std::string id;
    std::string project;
    std::string target;
    Problem problem;
};

struct ReloadStarted {
    std::string id;
    std::string project;
    std::string plan_json;
};

struct ReloadFinished {
    std::string id;
    std::string project;
    std::string result;
    Duration duration{};
    std::string detail_json;
};

struct PauseChanged {
    std::string project;
    std::string service; // "": the project
    bool paused = false;
    std::uint64_t until_usec = 0; // CLOCK_REALTIME; 0: never
    std::string reason;
    std::uint32_t caller_uid = 0; // nobody, when its time was over: 4294967295
};

struct ServiceChanged {
    ServiceState state; // all of it, not only what changed
};

struct ProjectChanged {
    ProjectState state; // without services
};

struct ConfigRevision {
    ConfigState state; // its revision or its state
};

// They are not shown any more.
struct ServiceRemoved {
    std::string project;
    std::string service;
};

struct ProjectRemoved {
    std::string project;
};

struct ConfigRemoved {
    std::string project;
    std::string config;
};

struct DaemonGone {};
struct DaemonBack {};

using Event =
    std::variant<FileChanged, FilesSettled, ConfigChanged, ValidationFailed, ReloadStarted,
                 ReloadFinished, PauseChanged, ServiceChanged, ProjectChanged, ConfigRevision,
                 ServiceRemoved, ProjectRemoved, ConfigRemoved, DaemonGone, DaemonBack>;

} // namespace hotreload::client
