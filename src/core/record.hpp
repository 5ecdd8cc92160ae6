// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// What is on record of a project: what was last applied, and what was last refused. It is all
// that outlives the daemon; whether a unit runs is the manager's to say.

#include "core/definition.hpp"
#include "core/snapshot.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

// A wanted state that was tried or checked, and did not do: it is not tried again until it
// changes or somebody asks.
struct Refusal {
    ServiceDefinition definition;
    std::map<std::string, ContentId> files;
    std::string result; // "invalid", "failed" or "rolled-back"
    Problem problem;
    bool attempted = false; // not only checked: the service may hold it, or be down because of it

    bool operator==(const Refusal&) const = default;
};

struct ServiceRecord {
    std::uint64_t generation = 0; // numbered applied state
    std::uint64_t last_used = 0;  // highest number given to a unit, so that none is used twice
    std::string unit;             // the unit that carries it; older than `generation` after a
                                  // live change or reload, "" when never started
    ServiceDefinition definition;
    std::map<std::string, ContentId> files;
    bool wanted = true;             // false after Stop: until Start
    bool underway = false;          // a generation was being replaced: set before, cleared after
    std::uint64_t applied_usec = 0; // CLOCK_REALTIME of the last apply
    std::string strategy;           // of the last apply
    std::optional<Refusal> refusal;

    bool operator==(const ServiceRecord&) const = default;
};

// The last valid value of a published document: its content is in the ContentStore.
struct ConfigRecord {
    std::string path;
    ContentId content;
    std::uint64_t revision = 0; // counts the values; 0: there was none yet

    bool operator==(const ConfigRecord&) const = default;
};

struct ProjectRecord {
    std::string name;
    std::string path;       // of the project file
    std::string manager_id; // the run of the service manager that the units belong to
    std::map<std::string, ServiceRecord> services;
    std::map<std::string, ConfigRecord> configs;

    bool operator==(const ProjectRecord&) const = default;
};

// Keeps records across the daemon's life. The file of a project is replaced as a whole; a torn
// write leaves the old one.
class RecordStore {
public:
    virtual ~RecordStore() = default;
    virtual Result<> save(const ProjectRecord& record) = 0;
    virtual Result<> remove(const std::string& project) = 0;
};

} // namespace hotreload
