// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Records are what is kept of a project: what was last applied, and what was last refused. They are
// all that outlives the daemon; whether a unit runs is the manager's to say.

#include "base/task.hpp"
#include "core/definition.hpp"
#include "core/reload_id.hpp"
#include "core/reload_result.hpp"
#include "core/snapshot.hpp"
#include "core/trigger.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hotreload {

// A wanted state that was tried or checked, and did not do: it is not tried again until it
// changes or somebody asks.
struct Refusal {
    MemberDefinition definition;
    std::map<std::string, ContentId> files;
    ReloadResult result = ReloadResult::Invalid;
    Problem problem;
    bool attempted = false; // not only checked: the service may hold it, or be down because of it
    std::string because;    // the service of its group that is at fault; "": this one

    // The refusal is of a removal: the service is not in the project file any more, and could not
    // be stopped or let go of.
    [[nodiscard]] bool of_removal() const { return definition.name.empty(); }

    // No refusal yet: what a running service is being given. How that ends replaces it, but for a
    // death of ours.
    [[nodiscard]] bool interrupted() const { return result == ReloadResult::Interrupted; }

    bool operator==(const Refusal&) const = default;
};

// An old generation that was told to end, and finishes what it has in hand.
struct Draining {
    std::uint64_t generation = 0;
    std::string unit;
    Duration patience{}; // from the moment when it was told; then it is killed

    bool operator==(const Draining&) const = default;
};

struct MemberRecord {
    std::uint64_t generation = 0; // numbered applied state
    std::uint64_t last_used = 0;  // highest number given to a unit, so that none is used twice
    std::string unit;             // the unit that carries it; older than `generation` after a
                                  // live change or reload, "" when never started
    std::string view;             // that an installed unit is shown, "" when nothing is pinned
    MemberDefinition definition;
    std::map<std::string, ContentId> files;
    bool wanted = true;             // false after Stop: until Start
    bool underway = false;          // a generation was being replaced or stopped: set before,
                                    // cleared after
    std::uint64_t applied_usec = 0; // CLOCK_REALTIME of the last apply
    std::string strategy;           // of the last apply
    std::optional<Refusal> refusal;
    std::vector<Draining> draining; // the oldest first
    // The process, by InvocationID=, that was left alone when what it follows was restarted: the
    // next action gives the member another one.
    std::string outdated = {};

    // The name of the view that the service is shown; there may be none of that name. A program of
    // the project has one called after its unit.
    [[nodiscard]] const std::string& shown_view() const {
        return definition.attached() ? view : unit;
    }

    bool operator==(const MemberRecord&) const = default;
};

// Asker is whoever asked for something, as that is told and kept: no right comes of it.
struct Asker {
    std::uint32_t uid = 0;
    // The command name of the process, which is its own word for itself; "": not known. Plain
    // ASCII, the rest is escaped.
    std::string comm{};

    Asker(std::uint32_t user, std::string command = {}) : uid(user), comm(std::move(command)) {}
    bool operator==(const Asker&) const = default;
};

// Nothing when nobody did: files, or our own start.
using AskedBy = std::optional<Asker>;

// An applied state as it is kept, to be looked at and gone back to.
struct GenerationRecord {
    std::uint64_t generation = 0;
    std::uint64_t applied_usec = 0; // CLOCK_REALTIME
    std::string strategy;           // that brought it about
    MemberDefinition definition;
    std::map<std::string, ContentId> files;
    std::optional<Trigger> trigger; // nothing of versions that did not keep it
    AskedBy caller;

    bool operator==(const GenerationRecord&) const = default;
};

// EventRecord is what happened to a service beside what was applied: an attempt that failed, or
// what somebody asked.
struct EventRecord {
    enum class What { Invalid, Failed, RolledBack, NeedsAttention, Stopped, Paused, Resumed };

    std::uint64_t realtime_usec = 0; // CLOCK_REALTIME
    What what = What::Invalid;
    std::uint64_t generation = 0; // the number that an attempt has used up; 0: none
    std::string strategy;         // of an attempt
    std::optional<Trigger> trigger;
    AskedBy caller;
    Problem problem; // why it failed; of a pause, the reason that was given, as its message

    bool operator==(const EventRecord&) const = default;
};

template <>
inline constexpr auto kWordsOf<EventRecord::What> = words<EventRecord::What>({
    {EventRecord::What::Invalid, "invalid"},
    {EventRecord::What::Failed, "failed"},
    {EventRecord::What::RolledBack, "rolled-back"},
    {EventRecord::What::NeedsAttention, "needs-attention"},
    {EventRecord::What::Stopped, "stopped"},
    {EventRecord::What::Paused, "paused"},
    {EventRecord::What::Resumed, "resumed"},
});

// Pause says until when changes are held back, and why.
struct Pause {
    std::uint64_t until_usec = 0; // CLOCK_REALTIME; 0: until somebody resumes
    std::string reason;           // as it was given; may be ""

    bool operator==(const Pause&) const = default;
};

// Candidate is content that somebody has handed over for watched files, from the moment before it
// is written until it is in force for good, with all that it takes to put back what was there. The
// contents are in the ContentStore.
struct Candidate {
    struct File {
        std::optional<ContentId> before; // nothing: it was not there
        ContentId content;

        bool operator==(const File&) const = default;
    };

    ReloadId id; // of the transaction that writes it
    AskedBy caller;
    std::vector<std::string> services; // that watch one of the files
    std::map<std::string, File> files; // by path
    // What was applied of these services, where anything was.
    std::map<std::string, GenerationRecord> goals;
    bool force = false;           // as it was asked for
    Duration confirm{};           // zero: nobody has to confirm it
    std::uint64_t until_usec = 0; // CLOCK_REALTIME, when it is put back; 0: it was never applied
    // Why what was there before could not be put back, which is tried again; "": it was not tried.
    std::string left;

    // It was written, perhaps half-way, and nobody knows how that ended.
    [[nodiscard]] bool under_way() const { return until_usec == 0 && left.empty(); }

    bool operator==(const Candidate&) const = default;
};

// The last valid value of a published document: its content is in the ContentStore.
struct ConfigRecord {
    ConfigDefinition definition; // as it was valid last
    ContentId content;
    std::uint64_t revision = 0; // counts the values; 0: there was none yet

    bool operator==(const ConfigRecord&) const = default;
};

struct ProjectRecord {
    std::string name;
    std::string path;       // of the project file
    std::string manager_id; // the run of the service manager that the units belong to
    std::map<std::string, MemberRecord> services;
    std::map<std::string, ConfigRecord> configs;
    std::vector<std::string> paused;     // services whose changes wait for resume; "": all of them
    std::map<std::string, Pause> pauses; // of those, where there is more to say than that
    std::vector<Candidate> candidates;

    bool operator==(const ProjectRecord&) const = default;
};

// A project as it was found on disk.
struct LoadedProject {
    ProjectRecord record;
    std::vector<Problem> broken; // records of it that could not be read

    bool operator==(const LoadedProject&) const = default;
};

// Keeps records across the daemon's life. Each is replaced as a whole: a torn write leaves the old
// one. A service's own is small, so that the cost of an action does not grow with the project.
class RecordStore {
public:
    virtual ~RecordStore() = default;
    // Saves all of a project but its services.
    virtual Result<> save(const ProjectRecord& record) = 0;
    virtual Result<> save_service(const std::string& project, const std::string& service,
                                  const MemberRecord& record) = 0;
    virtual Result<> remove_service(const std::string& project, const std::string& service) = 0;
    virtual Result<> remove(const std::string& project) = 0;
    // Records that were saved or removed until now are so on the disk when it ends: a cut of the
    // power does not take that back. Until then they outlive the process, and not the machine.
    virtual Task<Result<>> flush() = 0;
    // The services that are left of a project whose own record was lost.
    [[nodiscard]] virtual std::map<std::string, MemberRecord>
    left_services(const std::string& project) = 0;

    // Applied states of a service, the newest first. One that cannot be read is none.
    [[nodiscard]] virtual std::vector<GenerationRecord> history(const std::string& project,
                                                                const std::string& service) = 0;
    virtual Result<> save_history(const std::string& project, const std::string& service,
                                  const std::vector<GenerationRecord>& generations) = 0;

    // Events of a service, the newest first.
    [[nodiscard]] virtual std::vector<EventRecord> events(const std::string& project,
                                                          const std::string& service) = 0;
    virtual Result<> save_events(const std::string& project, const std::string& service,
                                 const std::vector<EventRecord>& events) = 0;
};

} // namespace hotreload
