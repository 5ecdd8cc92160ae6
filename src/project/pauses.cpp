// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/pauses.hpp"

#include <algorithm>
#include <chrono>

namespace hotreload::project {

namespace {

// The clock on the wall may be set, and does not stop while the machine sleeps; timers do.
constexpr Duration kLookAtClock = std::chrono::minutes(1);

bool is_paused(const ProjectRecord& record, const std::string& name) {
    return std::ranges::contains(record.paused, name);
}

Pause pause_named(const ProjectRecord& record, const std::string& name) {
    const auto found = record.pauses.find(name);
    return found == record.pauses.end() ? Pause{} : found->second;
}

void take_out(ProjectRecord& record, const std::string& name) {
    std::erase(record.paused, name);
    record.pauses.erase(name);
}

} // namespace

Pauses::Pauses(Ledger& ledger, Clock& clock)
    : ledger_(ledger), clock_(clock), alarm_(clock.make_alarm()) {}

bool Pauses::paused(const std::string& service) const {
    return is_paused(ledger_.record(), "") || is_paused(ledger_.record(), service);
}

Pause Pauses::pause_of(const std::string& service) const {
    Pause longest;
    bool any = false;
    for (const auto& name : {service, std::string()}) {
        if (!is_paused(ledger_.record(), name))
            continue;
        const auto pause = pause_named(ledger_.record(), name);
        const bool longer = pause.until_usec == 0 || pause.until_usec > longest.until_usec;
        if (!any || (longest.until_usec != 0 && longer))
            longest = pause;
        any = true;
    }
    return longest;
}

Pause Pauses::pause(const std::optional<std::string>& service, const PauseRequest& request) {
    const auto name = service.value_or("");
    Pause pause{.until_usec = 0, .reason = request.reason};
    if (request.time > Duration::zero())
        pause.until_usec =
            clock_.realtime_usec() + static_cast<std::uint64_t>(request.time.count());
    ledger_.update_project([&](ProjectRecord& record) {
        if (!is_paused(record, name))
            record.paused.push_back(name);
        record.pauses[name] = pause;
    });
    arm();
    return pause;
}

void Pauses::resume(const std::optional<std::string>& service, const Names& services) {
    ledger_.update_project([&](ProjectRecord& record) {
        if (!service) {
            record.paused.clear();
            record.pauses.clear();
            return;
        }
        if (is_paused(record, "")) {
            const auto pause = pause_named(record, "");
            take_out(record, "");
            for (const auto& each : services)
                if (!is_paused(record, each)) {
                    record.paused.push_back(each);
                    record.pauses[each] = pause;
                }
        }
        take_out(record, *service);
    });
    arm();
}

Names Pauses::end_those_that_are_over() {
    const auto now = clock_.realtime_usec();
    Names over;
    for (const auto& [name, pause] : ledger_.record().pauses)
        if (pause.until_usec != 0 && pause.until_usec <= now)
            over.insert(name);
    if (!over.empty())
        ledger_.update_project([&](ProjectRecord& record) {
            for (const auto& name : over)
                take_out(record, name);
        });
    arm();
    return over;
}

void Pauses::arm() {
    auto next = kInfinity;
    const auto now = clock_.realtime_usec();
    for (const auto& [name, pause] : ledger_.record().pauses)
        if (pause.until_usec != 0)
            next = std::min(next, pause.until_usec <= now ? Duration::zero()
                                                          : Duration(pause.until_usec - now));
    if (next == kInfinity)
        alarm_->disarm();
    else
        alarm_->arm(std::min(next, kLookAtClock), [this] {
            if (on_time)
                on_time();
        });
}

} // namespace hotreload::project
