// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recent_details.hpp"

#include <algorithm>
#include <utility>

namespace hotreload::daemon {

namespace {

std::size_t size_of(const Problem& problem) {
    return sizeof problem + problem.path.size() + problem.message.size();
}

std::size_t size_of(const std::vector<Change>& changes) {
    std::size_t bytes = 0;
    for (const auto& change : changes) {
        bytes += sizeof change + change.subject.size() + change.before.size() +
                 change.after.size() + change.reason.size();
        for (const auto& key : change.keys)
            bytes += sizeof key + key.pointer.size() + key.key.size() + key.before.size() +
                     key.after.size() + key.reason.size();
    }
    return bytes;
}

} // namespace

Details& RecentDetails::grow(const ReloadId& id, std::size_t bytes) {
    auto entry =
        std::ranges::find(entries_, id, [](const Entry& each) { return each.details->id; });
    if (entry == entries_.end()) {
        entry = entries_.insert(entry, Entry{std::make_shared<Details>(), 0});
        entry->details->id = id;
    }
    entry->bytes += bytes;
    bytes_ += bytes;
    const auto details = entry->details; // its place may move
    while ((entries_.size() > kMostIds || bytes_ > kMostBytes) &&
           entries_.front().details != details) {
        bytes_ -= entries_.front().bytes;
        entries_.pop_front();
    }
    return *details;
}

void RecentDetails::add(const ReloadId& id, Plan plan) {
    std::size_t bytes = 0;
    for (const auto& service : plan.services)
        bytes += sizeof service + size_of(service.changes);
    grow(id, bytes).plans.push_back(std::move(plan));
}

void RecentDetails::add(Outcome outcome) {
    std::size_t bytes = sizeof outcome;
    for (const auto& service : outcome.services)
        bytes += sizeof service + size_of(service.changes) +
                 (service.problem ? size_of(*service.problem) : 0);
    for (const auto& problem : outcome.problems)
        bytes += size_of(problem);
    grow(outcome.id, bytes).outcomes.push_back(std::move(outcome));
}

void RecentDetails::add(const ReloadId& id, Announced problem) {
    grow(id, size_of(problem.problem)).problems.push_back(std::move(problem));
}

void RecentDetails::add(const ReloadId& id, ConfigChange change) {
    const auto bytes = sizeof change + change.bytes;
    const auto known =
        std::ranges::find(entries_, id, [](const Entry& each) { return each.details->id; });
    if (known != entries_.end() && !known->details->changes.empty() &&
        known->bytes + bytes > kMostBytes)
        return; // its keys have been told
    grow(id, bytes).changes.push_back(std::move(change));
}

std::shared_ptr<const Details> RecentDetails::find(const ReloadId& id) const {
    const auto found =
        std::ranges::find(entries_, id, [](const Entry& each) { return each.details->id; });
    return found == entries_.end() ? nullptr : found->details;
}

} // namespace hotreload::daemon
