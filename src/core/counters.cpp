// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/counters.hpp"

#include <algorithm>
#include <iterator>

namespace hotreload {

namespace {

std::size_t bucket_of(Duration duration) {
    const auto* const bound = std::ranges::lower_bound(Counters::kBounds, duration);
    return static_cast<std::size_t>(std::distance(Counters::kBounds.begin(), bound));
}

void add(Counters::Times& times, Duration duration) {
    ++times.count;
    times.sum += duration;
}

} // namespace

// What is not registered, any more or yet, is not counted: nobody would ever forget it.
void Counters::reload_finished(const Outcome& outcome) noexcept {
    const auto project = projects_.find(outcome.project);
    if (project == projects_.end())
        return;
    bool counted = false;
    for (const auto& member : outcome.services) {
        const auto service = project->second.services.find(member.service);
        const auto* const result = std::ranges::find(kResults, member.result);
        if (service == project->second.services.end() || result == kResults.end())
            continue;
        ++service->second.results.at(
            static_cast<std::size_t>(std::distance(kResults.begin(), result)));
        if (member.gap > Duration::zero())
            add(service->second.gaps, member.gap);
        counted = true;
    }
    if (!counted)
        return;
    ++project->second.buckets.at(bucket_of(outcome.duration));
    add(project->second.transactions, outcome.duration);
}

void Counters::project_changed(const ProjectStatus& status) noexcept {
    const auto [project, added] = projects_.try_emplace(status.name);
    if (added)
        project->second.since_usec = clock_.realtime_usec();
}

void Counters::project_removed(const std::string& project) noexcept {
    projects_.erase(project);
}

void Counters::service_changed(const ServiceStatus& status) noexcept {
    const auto project = projects_.find(status.project);
    if (project == projects_.end())
        return;
    const auto [service, added] = project->second.services.try_emplace(status.name);
    if (added)
        service->second.since_usec = clock_.realtime_usec();
}

void Counters::service_removed(const std::string& project, const std::string& service) noexcept {
    if (const auto found = projects_.find(project); found != projects_.end())
        found->second.services.erase(service);
}

} // namespace hotreload
