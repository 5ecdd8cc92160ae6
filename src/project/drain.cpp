// SPDX-License-Identifier: LGPL-2.1-or-later
// Old generations that were told to end.
#include "base/fault.hpp"
#include "project/project.hpp"

namespace hotreload::project {

namespace {

// Of one service. More changes wait, and are taken together.
constexpr std::size_t kMostDraining = 4;

} // namespace

// Waits for every unit that the record says is to end, and that nobody waits for yet.
void Project::drain(const std::string& service) {
    auto& slot = slots_[service];
    const auto draining = record_.services.at(service).draining; // drain_one may end at once
    for (const auto& each : draining)
        if (slot.draining.insert(each.unit).second)
            tasks_.spawn(drain_one(service, each));
}

Task<> Project::drain_one(std::string service, Draining draining) {
    (void)co_await around_.units.end_unit(draining.unit, draining.patience);
    fault::point("drained");
    (void)co_await around_.units.discard(draining.unit);
    around_.views.remove(draining.unit);
    if (const auto slot = slots_.find(service); slot != slots_.end())
        slot->second.draining.erase(draining.unit);
    const auto record = record_.services.find(service);
    if (record == record_.services.end())
        co_return;
    std::erase_if(record->second.draining,
                  [&](const auto& each) { return each.unit == draining.unit; });
    save(service);
    tell(service);
    pump_soon();
}

std::set<std::string> Project::full_drains() const {
    std::set<std::string> full;
    for (const auto& [name, service] : record_.services)
        if (service.draining.size() >= kMostDraining)
            full.insert(name);
    return full;
}

} // namespace hotreload::project
