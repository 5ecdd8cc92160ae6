// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Tally keeps what was told last of each service, for whoever looks later.

#include "core/outcome.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hotreload::project {

class Tally {
public:
    struct Told {
        std::vector<std::string> waiting;        // what waits for --force
        std::vector<std::string> held;           // what waits for the end of a pause
        std::optional<ReloadResult> last_result; // of the last transaction that did something
        std::optional<Trigger> last_trigger;     // of that
        std::vector<Change> last_changes;        // that it was about
        Duration last_gap{};                     // of its last restart: how long nobody served
    };

    [[nodiscard]] const Told& of(const std::string& service) const;
    void forget(const std::string& service) { told_.erase(service); }

    void note(const MemberOutcome& outcome, std::optional<Trigger> trigger);
    // Notes what of the outcome waits for somebody. Answers whether something does that did not
    // before.
    bool note_waiting(const Outcome& outcome);
    // Answers whether something else is held than before.
    bool note_held(const std::string& service, std::vector<std::string> held);

private:
    std::map<std::string, Told> told_;
};

} // namespace hotreload::project
