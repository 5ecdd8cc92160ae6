// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Histories are what was applied and what else happened, as it is kept: recorded, listed and
// compared.

#include "base/clock.hpp"
#include "base/task.hpp"
#include "core/outcome.hpp"
#include "core/status.hpp"
#include "project/contents.hpp"
#include "project/ledger.hpp"
#include "project/looks.hpp"
#include "project/project_file.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hotreload::project {

// The generation of that number; for 0 the newest before `before`. Errors: NotFound, with those
// that there are.
Result<GenerationRecord> find_generation(const std::vector<GenerationRecord>& generations,
                                         const std::string& service, std::uint64_t number,
                                         std::uint64_t before);

class Histories {
public:
    Histories(Ledger& ledger, const ProjectFile& file, Looks& looks, const Contents& contents,
              const Clock& clock)
        : ledger_(ledger), file_(file), looks_(looks), contents_(contents), clock_(clock) {}

    // A state that was applied, and who or what brought it about.
    void remember(const std::string& service, const MemberRecord& applied,
                  std::optional<Trigger> trigger, AskedBy caller);
    // Attempts that came to nothing, and what somebody stopped.
    void note(const Outcome& outcome);
    // A pause or its end.
    void note_pause(const std::string& service, EventRecord::What what, const std::string& reason,
                    std::optional<Trigger> trigger, AskedBy caller);

    // The newest first, at most `limit`.
    Task<std::vector<KeptGeneration>> kept(std::string service, std::size_t limit);
    [[nodiscard]] std::vector<PastEvent> events(const std::string& service,
                                                std::size_t limit) const;

    // From one kept state of a service to another; a `to` of 0: what is applied, a `from` of 0: the
    // one before `to`. Errors: NotFound.
    Task<Result<GenerationDifference>> difference(std::string service, std::uint64_t from,
                                                  std::uint64_t to);

private:
    void note(const std::string& service, EventRecord event);

    Ledger& ledger_;
    const ProjectFile& file_;
    Looks& looks_;
    const Contents& contents_;
    const Clock& clock_;
};

} // namespace hotreload::project
