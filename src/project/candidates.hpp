// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The candidates of a project (core/record.hpp) on their way: written, in force until somebody
// confirms them or their time is over, put back. They are on record, so that neither a death of
// ours nor a reboot loses one. The time is told by the clock on the wall, which goes on while the
// machine is down; one that is set back gives nobody more time while we run, for the time that has
// passed counts, too.

#include "base/clock.hpp"
#include "project/ledger.hpp"
#include "project/request.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload::project {

// Why a candidate on record comes to nothing yet, at our end.
Problem is_gone_on_with(const std::string& path);

class Candidates {
public:
    Candidates(Ledger& ledger, Clock& clock);

    // nullptr: there is none. Valid until something changes.
    [[nodiscard]] const Candidate* find(const ReloadId& id) const;
    [[nodiscard]] const Candidate* of(const std::string& service) const;
    // Those of which nobody knows how they ended: a death of ours was in between.
    [[nodiscard]] std::vector<Candidate> under_way() const;

    void begin(Candidate candidate);
    // It is in force: for good, or until `confirm` of it is over. Answers whether it waits for
    // that.
    bool applied(const ReloadId& id);
    // It is gone: nothing of it was written, or what was there before is back.
    void forget(const ReloadId& id);

    // The one that is meant is in force for good; of `service` nullopt: all. Answers those that
    // are. What could not be put back is kept as it is. Errors: NotFound, when nothing waits for
    // it; Busy, when it is being put back.
    Result<std::vector<Candidate>> confirm(const std::optional<std::string>& service);
    Result<std::vector<Candidate>> confirm(const ReloadId& id);

    // Those whose time is over, and those that could not be put back, to be put back: answered
    // once, unless it is tried again.
    [[nodiscard]] std::vector<Candidate> take_overdue();
    // What was to be put back could not be begun.
    void try_again(const ReloadId& id);
    // The same, and why; answers whether that is another reason than before.
    bool could_not_put_back(const ReloadId& id, const std::string& why);
    // One may be overdue.
    std::function<void()> on_time;
    void arm();

private:
    [[nodiscard]] bool is_over(const Candidate& candidate) const;
    template <class Meant>
    Result<std::vector<Candidate>> confirm_those(Meant meant);

    Ledger& ledger_;
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    std::map<std::string, Duration> deadlines_; // by id; CLOCK_MONOTONIC
    std::map<std::string, Duration> again_;     // that are tried again, likewise
    std::set<std::string> going_back_;          // by id
};

} // namespace hotreload::project
