// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/tally.hpp"

#include <utility>

namespace hotreload::project {

const Tally::Told& Tally::of(const std::string& service) const {
    static const Told nothing;
    const auto found = told_.find(service);
    return found == told_.end() ? nothing : found->second;
}

void Tally::note(const MemberOutcome& outcome, std::optional<Trigger> trigger) {
    if (outcome.result == ReloadResult::Unchanged || outcome.result == ReloadResult::Superseded)
        return;
    auto& told = told_[outcome.service];
    told.last_result = outcome.result;
    told.last_trigger = trigger;
    if (outcome.gap > Duration::zero())
        told.last_gap = outcome.gap;
    told.last_changes = outcome.changes;
}

bool Tally::note_waiting(const Outcome& outcome) {
    bool news = false;
    for (const auto& service : outcome.services) {
        std::vector<std::string> waiting;
        if (service.result == ReloadResult::Waiting)
            for (const auto& change : service.changes)
                waiting.push_back(change.subject);
        if (waiting.empty() && !told_.contains(service.service))
            continue;
        auto& told = told_[service.service].waiting;
        news |= !waiting.empty() && waiting != told;
        told = std::move(waiting);
    }
    return news;
}

bool Tally::note_held(const std::string& service, std::vector<std::string> held) {
    auto& told = told_[service].held;
    return std::exchange(told, held) != held;
}

} // namespace hotreload::project
