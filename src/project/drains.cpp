// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/drains.hpp"

#include "base/fault.hpp"

namespace hotreload::project {

namespace {

// Old generations of one service. More changes wait, and are taken together.
constexpr std::size_t kMostDraining = 4;

} // namespace

void Drains::follow(const std::string& service) {
    const auto* const record = ledger_.find(service);
    if (!record)
        return;
    const auto draining = record->draining; // one may end at once
    for (const auto& each : draining)
        if (waited_for_.insert(each.unit).second)
            tasks_.spawn(wait_for(service, each));
}

Task<> Drains::wait_for(std::string service, Draining draining) {
    (void)co_await units_.end_unit(draining.unit, draining.patience);
    fault::point("drained");
    (void)co_await units_.discard(draining.unit);
    views_.remove(draining.unit);
    waited_for_.erase(draining.unit);
    const bool was_on_record = ledger_.update(service, [&](MemberRecord& record) {
        return std::erase_if(record.draining,
                             [&](const auto& each) { return each.unit == draining.unit; }) > 0;
    });
    if (was_on_record && on_end)
        on_end(service);
}

Names Drains::full() const {
    Names full;
    for (const auto& name : ledger_.index().draining())
        if (ledger_.find(name)->draining.size() >= kMostDraining)
            full.insert(name);
    return full;
}

} // namespace hotreload::project
