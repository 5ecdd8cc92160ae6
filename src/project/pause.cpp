// SPDX-License-Identifier: LGPL-2.1-or-later
// Changes that are held back: since somebody asked for it, until he resumes or his time is over.
#include "project/project.hpp"

#include <algorithm>
#include <chrono>

namespace hotreload::project {

namespace {

// The clock on the wall may be set, and does not stop while the machine sleeps; timers do.
constexpr Duration kLookAtClock = std::chrono::minutes(1);

std::vector<std::string> subjects_of(const Plan& plan) {
    std::vector<std::string> subjects;
    for (const auto& service : plan.services)
        if (service.action != Action::None)
            for (const auto& change : service.changes)
                subjects.push_back(change.subject);
    return subjects;
}

} // namespace

void Project::pause(const std::optional<std::string>& service, const PauseRequest& request) {
    const auto name = service.value_or("");
    if (!std::ranges::contains(record_.paused, name))
        record_.paused.push_back(name);
    const auto now = realtime_usec();
    record_.pauses[name] = {.until_usec =
                                request.time > Duration::zero()
                                    ? now + static_cast<std::uint64_t>(request.time.count())
                                    : 0,
                            .reason = request.reason};
    save();
    around_.events.pause_changed(record_.name, name, record_.pauses.at(name), true, request.caller);
    for (const auto& each : service_names()) {
        if (service && *service != each)
            continue;
        note_event(each, {.realtime_usec = now,
                          .what = "paused",
                          .strategy = {},
                          .trigger = "request",
                          .caller = request.caller,
                          .problem = {"", 0, 0, request.reason}});
        tell(each);
    }
    arm_end_of_pauses();
    pump_soon(); // what has changed already waits from now on
}

bool Project::paused(const std::string& service) const {
    return std::ranges::contains(record_.paused, "") ||
           std::ranges::contains(record_.paused, service);
}

// Of a service that is paused by itself and with its project, the longer one counts.
Pause Project::pause_of(const std::string& service) const {
    Pause longest;
    bool any = false;
    for (const auto& name : {service, std::string()}) {
        if (!std::ranges::contains(record_.paused, name))
            continue;
        const auto found = record_.pauses.find(name);
        const auto pause = found == record_.pauses.end() ? Pause{} : found->second;
        const bool longer = pause.until_usec == 0 || pause.until_usec > longest.until_usec;
        if (!any || (longest.until_usec != 0 && longer))
            longest = pause;
        any = true;
    }
    return longest;
}

void Project::resume(const std::optional<std::string>& service, CallerUid caller) {
    const auto before = paused_services();
    if (service && std::ranges::contains(record_.paused, "")) { // all, but for this one
        const auto pause = pause_of("");
        end_pause("");
        for (const auto& each : service_names())
            if (!std::ranges::contains(record_.paused, each)) {
                record_.paused.push_back(each);
                record_.pauses[each] = pause;
            }
    }
    if (service) {
        end_pause(*service);
    } else {
        record_.paused.clear();
        record_.pauses.clear();
    }
    go_on(before, service.value_or(""), caller);
    for (auto& [name, slot] : slots_) {
        if ((service && *service != name) || slot.suspended.empty())
            continue;
        slot.suspended.clear();
        slot.due = true;
        tell(name);
    }
    pump_soon();
}

void Project::end_pause(const std::string& name) {
    std::erase(record_.paused, name);
    record_.pauses.erase(name);
}

std::set<std::string> Project::paused_services() const {
    std::set<std::string> names;
    for (const auto& each : service_names())
        if (paused(each))
            names.insert(each);
    return names;
}

// What is paused no more is looked at. Nobody called when the time was over.
void Project::go_on(const std::set<std::string>& before, const std::string& what,
                    CallerUid caller) {
    arm_end_of_pauses();
    save();
    if (before.empty())
        return;
    const auto still = paused_services();
    if (before != still)
        around_.events.pause_changed(record_.name, what, {}, false, caller);
    for (const auto& name : before) {
        if (!still.contains(name)) {
            slots_.at(name).held.clear();
            slots_.at(name).due = true;
            note_event(name, {.realtime_usec = realtime_usec(),
                              .what = "resumed",
                              .strategy = {},
                              .trigger = caller ? "request" : "time",
                              .caller = caller,
                              .problem = {}});
        }
        tell(name);
    }
}

void Project::end_pauses() {
    const auto before = paused_services();
    const auto now = realtime_usec();
    std::vector<std::string> ended;
    for (const auto& [name, pause] : record_.pauses)
        if (pause.until_usec != 0 && pause.until_usec <= now)
            ended.push_back(name);
    for (const auto& name : ended)
        end_pause(name);
    if (ended.empty())
        arm_end_of_pauses();
    else
        go_on(before, ended.size() == 1 ? ended.front() : "", {});
    pump_soon();
}

void Project::arm_end_of_pauses() {
    auto next = kInfinity;
    const auto now = realtime_usec();
    for (const auto& [name, pause] : record_.pauses)
        if (pause.until_usec != 0)
            next = std::min(next, pause.until_usec <= now ? Duration::zero()
                                                          : Duration(pause.until_usec - now));
    if (next == kInfinity)
        pauses_end_->disarm();
    else
        pauses_end_->arm(std::min(next, kLookAtClock), [this] { end_pauses(); });
}

// What would be done now if it were not for the pause.
void Project::note_held() {
    for (auto& [name, slot] : slots_) {
        if (!paused(name) || !slot.due || busy_.contains(name) || !wanted(name))
            continue;
        slot.due = false;
        const auto held = subjects_of(make_plan(gather({name}, {}, Rescan::Dirty)));
        if (held == slot.held)
            continue;
        slot.held = held;
        tell(name);
    }
}

} // namespace hotreload::project
