// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/agenda.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <ranges>

namespace hotreload::project {

namespace {

constexpr Duration kShortestRest = std::chrono::milliseconds(50);
constexpr Duration kLongestRest = std::chrono::seconds(5);

} // namespace

void Agenda::add(const std::string& member) {
    members_.try_emplace(member);
}

void Agenda::remove(const std::string& member) {
    members_.erase(member);
}

std::vector<std::string> Agenda::members() const {
    const auto names = std::views::keys(members_);
    return {names.begin(), names.end()};
}

void Agenda::due(const std::string& member) {
    if (const auto found = members_.find(member); found != members_.end())
        found->second.due = true;
}

void Agenda::not_due(const std::string& member) {
    if (const auto found = members_.find(member); found != members_.end())
        found->second.due = false;
}

bool Agenda::is_due(const std::string& member) const {
    const auto found = members_.find(member);
    return found != members_.end() && found->second.due;
}

void Agenda::settled(const std::string& member) {
    const auto found = members_.find(member);
    if (found == members_.end())
        return;
    auto& each = found->second;
    each.due = true;
    each.rest = each.rests_until = each.held_until = Duration::zero();
}

void Agenda::hold(const std::string& member, Duration until) {
    const auto found = members_.find(member);
    if (found == members_.end())
        return;
    found->second.due = true;
    found->second.held_until = until;
}

Duration Agenda::kept_until(const Member& member) {
    return std::max(member.rests_until, member.held_until);
}

bool Agenda::rests(const std::string& member, Duration now) const {
    const auto found = members_.find(member);
    return found != members_.end() && found->second.rests_until > now;
}

Names Agenda::taken(const Situation& situation) const {
    Names taken = situation.full;
    for (const auto& [name, unused] : at_work_)
        taken.insert(name);
    return taken;
}

// What requests that have to wait are about is reserved: files do not get in before them.
Agenda::Turn Agenda::take_requests(const Situation& situation, const ScopeOf& scope_of) {
    Turn turn;
    reserved_.clear();
    std::deque<Request> waiting;
    while (!requests_.empty()) {
        auto request = std::move(requests_.front());
        requests_.pop_front();
        auto scope = scope_of(request);
        if (!scope)
            continue;
        auto others = taken(situation);
        others.insert(reserved_.begin(), reserved_.end());
        // A stop does not ask what the files hold.
        const bool reads_files = request.kind == Request::Kind::Reload;
        const bool rest = reads_files && std::ranges::any_of(*scope, [&](const auto& each) {
                              return rests(each, situation.now);
                          });
        if (!rest && situation.links().free_to_go(*scope, others).size() == scope->size()) {
            began(*scope);
            turn.begin.push_back({std::move(request), *std::move(scope)});
            continue;
        }
        if (!reads_files)
            turn.in_the_way.insert(scope->begin(), scope->end());
        reserved_.insert(scope->begin(), scope->end());
        waiting.push_back(std::move(request));
    }
    requests_.insert(requests_.begin(), std::move_iterator(waiting.begin()),
                     std::move_iterator(waiting.end()));
    return turn;
}

// Members that are due, and nothing of their own speaks against it.
Names Agenda::candidates(const Situation& situation) const {
    Names due;
    const auto may_go = [&](const std::string& name) {
        return !reserved_.contains(name) && !situation.paused(name);
    };
    for (const auto& [name, member] : members_)
        if (member.due && kept_until(member) <= situation.now && may_go(name) &&
            situation.watchable(name))
            due.insert(name);
    for (const auto& [name, because] : situation.held_back)
        if (due.contains(because) && members_.contains(name) && !rests(name, situation.now) &&
            may_go(name))
            due.insert(name);
    return due;
}

// Of one save of several files, those of another member may still be on their way.
bool Agenda::waits_for_others(const std::string& name, const Names& connected,
                              const Situation& situation) {
    Duration patience{};
    for (const auto& other : connected)
        if (other != name && members_.contains(other) && !situation.paused(other) &&
            situation.unsettled(other))
            patience = std::max({patience, situation.patience(other), situation.patience(name)});
    auto& since = members_.at(name).waits_since;
    if (patience == Duration::zero()) {
        since.reset();
        return false;
    }
    if (!since)
        since = situation.now;
    if (*since + patience <= situation.now)
        return false;
    wake_at_ = std::min(wake_at_, *since + patience);
    return true;
}

std::vector<Names> Agenda::take_due(const Situation& situation) {
    wake_at_ = kInfinity;
    const auto others = taken(situation);
    auto due = situation.links().free_to_go(candidates(situation), others);
    // What follows a member is looked at with it; where that has to wait, so has the member.
    std::erase_if(due, [&](const auto& name) {
        const auto all = situation.links().with_followers({name});
        return situation.links().free_to_go(all, others).size() < all.size();
    });
    std::vector<Names> batches;
    while (!due.empty()) {
        const auto connected = situation.links().connected(*due.begin());
        Names batch;
        for (const auto& name : connected)
            if (due.erase(name) > 0)
                batch.insert(name);
        const bool waits = std::ranges::any_of(
            batch, [&](const auto& name) { return waits_for_others(name, connected, situation); });
        if (waits)
            continue;
        batch = situation.links().with_followers(std::move(batch));
        std::erase_if(batch, [&](const auto& name) {
            return situation.paused(name) || !members_.contains(name);
        });
        for (const auto& name : batch) {
            members_.at(name).due = false;
            members_.at(name).waits_since.reset();
        }
        began(batch);
        batches.push_back(std::move(batch));
    }
    return batches;
}

void Agenda::began(const Names& scope) {
    for (const auto& name : scope)
        ++at_work_[name];
}

void Agenda::ended(const Names& scope, End end, Duration now) {
    for (const auto& name : scope) {
        if (const auto work = at_work_.find(name); --work->second == 0)
            at_work_.erase(work);
        const auto found = members_.find(name);
        if (found == members_.end() || end == End::Aside)
            continue;
        auto& member = found->second;
        member.rest = end == End::MovedOn ? std::clamp(2 * member.rest, kShortestRest, kLongestRest)
                                          : Duration::zero();
        member.rests_until = end == End::MovedOn ? now + member.rest : Duration::zero();
    }
}

Duration Agenda::next_wake(Duration now) const {
    auto next = wake_at_ == kInfinity ? kInfinity : std::max(wake_at_ - now, Duration::zero());
    for (const auto& [name, member] : members_)
        if (const auto until = kept_until(member); until > now)
            next = std::min(next, until - now);
    return next;
}

bool Agenda::idle(const std::function<bool(const std::string&)>& counts, Duration now) const {
    return requests_.empty() && at_work_.empty() &&
           std::ranges::none_of(members_, [&](const auto& each) {
               return each.second.due && kept_until(each.second) <= now && counts(each.first);
           });
}

} // namespace hotreload::project
