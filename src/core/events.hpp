// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Events are what the daemon tells everybody who listens, as it happens. Transports implement it;
// telling is cheap, never waits, and never fails: a listener that is gone has missed it. Everybody
// is told the part that is for everybody; the rest can be asked for by the event's id
// (core/details.hpp).

#include "core/details.hpp"
#include "core/outcome.hpp"
#include "core/plan.hpp"
#include "core/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hotreload {

struct SettledFile {
    std::string path;
    ChangeKind kind = ChangeKind::Modified;
    std::string from; // the path before, of one that was renamed

    bool operator==(const SettledFile&) const = default;
};

class Events {
public:
    virtual ~Events() = default;

    // `from` is the old path of a renamed file.
    virtual void file_changed(const std::string& project, const std::string& path, ChangeKind kind,
                              const std::string& from) noexcept = 0;
    // All files that a look found changed and that one transaction is about, once for each burst;
    // none (an id of 0): nothing is done about them. `more` are not in the list: a burst may be a
    // whole tree.
    virtual void files_settled(const std::string& /*project*/, const ReloadId& /*id*/,
                               const std::vector<SettledFile>& /*files*/,
                               std::size_t /*more*/) noexcept {}
    // The id is that of the transaction which the change led to, or which applied it; else one of
    // its own.
    virtual void config_changed(const ReloadId& id, const ConfigChange& change) noexcept = 0;
    // A service of the project file is another one, which is not in force yet.
    virtual void definition_changed(const ReloadId& /*id*/, const std::string& /*project*/,
                                    const MemberDefinition& /*before*/,
                                    const MemberDefinition& /*after*/) noexcept {}
    virtual void validation_failed(const ReloadId& id, const std::string& project,
                                   const std::string& target, const Problem& problem) noexcept = 0;
    // A project file that nothing is in force of is refused: for the journal. Everybody else has it
    // as a validation that failed.
    virtual void project_refused(const ReloadId& id, const std::string& project,
                                 const Problem& problem) noexcept {
        validation_failed(id, project, "", problem);
    }
    virtual void reload_started(const ReloadId& id, const Plan& plan) noexcept = 0;
    // All is checked, and the service's action begins. For the journal: the bus has the plan.
    virtual void acting(const std::string& /*project*/, const ReloadId& /*id*/,
                        const MemberPlan& /*plan*/) noexcept {}
    // The service writes `path` itself: the watch of it waits for resume. For the journal.
    virtual void watch_suspended(const std::string& /*project*/, const std::string& /*service*/,
                                 const std::string& /*path*/) noexcept {}
    // Changes of a service, or of the project ("" for the service), are held back, or let go of
    // again: by nobody when the time of the pause is over.
    virtual void pause_changed(const std::string& /*project*/, const std::string& /*service*/,
                               const Pause& /*pause*/, bool /*paused*/,
                               AskedBy /*caller*/) noexcept {}
    // What was handed over is in force and waits to be confirmed; or it is not any more; or what
    // was there before could not be put back, for a reason (`left`) that is new. For the journal:
    // the bus has properties.
    enum class CandidateNews { Waits, Confirmed, Unconfirmed, NotPutBack };
    virtual void candidate_changed(const std::string& /*project*/, const Candidate& /*candidate*/,
                                   CandidateNews /*news*/, AskedBy /*caller*/) noexcept {}
    virtual void reload_finished(const Outcome& outcome) noexcept = 0;

    // The whole new status each time: listeners find out what differs. A project is added before
    // its services and removed after them.
    virtual void project_changed(const ProjectStatus& status) noexcept = 0; // or added
    virtual void project_removed(const std::string& project) noexcept = 0;
    virtual void service_changed(const ServiceStatus& status) noexcept = 0; // or added
    virtual void service_removed(const std::string& project,
                                 const std::string& service) noexcept = 0;
    virtual void config_status_changed(const ConfigStatus& status) noexcept = 0; // or added
    virtual void config_removed(const std::string& project, const std::string& config) noexcept = 0;
};

} // namespace hotreload
