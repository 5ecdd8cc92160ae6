// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/agenda.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace hotreload::project {

namespace {

constexpr Duration kShortestRest = std::chrono::milliseconds(50);
constexpr Duration kLongestRest = std::chrono::seconds(5);

} // namespace

void Agenda::add(const std::string& member) {
    if (members_.insert(member).second)
        due_.insert(member);
}

void Agenda::remove(const std::string& member) {
    members_.erase(member);
    due_.erase(member);
    kept_.erase(member);
    waiting_.erase(member);
}

void Agenda::due(const std::string& member) {
    if (has(member))
        due_.insert(member);
}

void Agenda::not_due(const std::string& member) {
    due_.erase(member);
}

void Agenda::settled(const std::string& member) {
    due(member);
    kept_.erase(member);
}

void Agenda::hold(const std::string& member, Duration until) {
    if (!has(member))
        return;
    due_.insert(member);
    kept_[member].held_until = until;
}

bool Agenda::kept(const std::string& member, Duration now) const {
    const auto found = kept_.find(member);
    return found != kept_.end() && found->second.until() > now;
}

bool Agenda::rests(const std::string& member, Duration now) const {
    const auto found = kept_.find(member);
    return found != kept_.end() && found->second.rests_until > now;
}

bool Agenda::taken(const std::string& member, const Situation& situation) const {
    return at_work_.contains(member) || situation.full.contains(member);
}

void Agenda::submit_again(Request request) {
    request.stopped.insert(stopping_.begin(), stopping_.end());
    submit(std::move(request));
}

// Members that requests which have to wait are about are reserved: files do not get in before them.
Agenda::Turn Agenda::take_requests(const Situation& situation, const ScopeOf& scope_of) {
    Turn turn;
    reserved_.clear();
    stopping_.clear();
    // The scopes come first: to find one out may change the links.
    std::vector<Begun> asked;
    for (auto& request : std::exchange(requests_, {}))
        if (auto scope = scope_of(request))
            asked.push_back({std::move(request), *std::move(scope)});
    if (asked.empty())
        return turn;
    std::deque<Request> waiting;
    Barriers barriers(situation.links(),
                      [&](const std::string& name) { return taken(name, situation); });
    for (auto& [request, scope] : asked) {
        // A stop does not ask what the files hold.
        const bool reads_files = request.kind == Request::Kind::Reload;
        const bool rest = reads_files && std::ranges::any_of(scope, [&](const auto& each) {
                              return rests(each, situation.now);
                          });
        const bool has_to_wait =
            std::ranges::any_of(scope, [&](const auto& each) { return barriers.keep(each); });
        barriers.take(scope);
        if (!rest && !has_to_wait) {
            began(scope);
            turn.begin.push_back({std::move(request), std::move(scope)});
            continue;
        }
        if (!reads_files)
            stopping_.insert(scope.begin(), scope.end());
        reserved_.merge(scope);
        waiting.push_back(std::move(request));
    }
    requests_.insert(requests_.begin(), std::move_iterator(waiting.begin()),
                     std::move_iterator(waiting.end()));
    turn.in_the_way = stopping_;
    return turn;
}

// Members that are due, and nothing of their own speaks against it.
Names Agenda::candidates(const Situation& situation, Barriers& barriers) const {
    Names due;
    const auto may_go = [&](const std::string& name) {
        return !reserved_.contains(name) && !situation.paused(name) && !barriers.keep(name);
    };
    for (const auto& name : due_)
        if (!kept(name, situation.now) && situation.watchable(name) && may_go(name))
            due.insert(name);
    for (const auto& [name, because] : situation.held_back)
        if (due.contains(because) && has(name) && !rests(name, situation.now) && may_go(name))
            due.insert(name);
    return due;
}

// Files of another member may still be on their way when several are saved at once. Members that
// are looked at together wait as long as the one that has waited longest may.
bool Agenda::waits_for_others(const Names& batch, const Names& connected,
                              const Situation& situation) {
    Duration patience{};
    for (const auto& other : connected)
        if ((batch.size() > 1 || !batch.contains(other)) && has(other) &&
            !situation.paused(other) && situation.unsettled(other))
            patience = std::max(patience, situation.patience(other));
    if (patience == Duration::zero()) {
        for (const auto& name : batch)
            waiting_.erase(name);
        return false;
    }
    auto since = situation.now;
    for (const auto& name : batch) {
        patience = std::max(patience, situation.patience(name));
        since = std::min(since, waiting_.try_emplace(name, situation.now).first->second);
    }
    if (since + patience <= situation.now)
        return false;
    wake_at_ = std::min(wake_at_, since + patience);
    return true;
}

std::vector<Names> Agenda::take_due(const Situation& situation) {
    wake_at_ = kInfinity;
    if (due_.empty())
        return {};
    const auto& links = situation.links();
    Barriers barriers(links, [&](const std::string& name) { return taken(name, situation); });
    auto due = candidates(situation, barriers);
    // Followers of a member are looked at with it; where one has to wait, so has the member.
    const auto waiting = links.with_followed(barriers.kept());
    std::erase_if(due, [&](const auto& name) { return waiting.contains(name); });
    std::vector<Names> batches;
    while (!due.empty()) {
        const auto connected = links.connected(*due.begin());
        Names batch;
        for (const auto& name : connected)
            if (due.erase(name) > 0)
                batch.insert(name);
        if (waits_for_others(batch, connected, situation))
            continue;
        batch = links.with_followers(batch);
        std::erase_if(batch,
                      [&](const auto& name) { return situation.paused(name) || !has(name); });
        for (const auto& name : batch) {
            due_.erase(name);
            waiting_.erase(name);
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
        if (!has(name) || end == End::Aside)
            continue;
        if (end == End::MovedOn) {
            auto& keep = kept_[name];
            keep.rest = std::clamp(2 * keep.rest, kShortestRest, kLongestRest);
            keep.rests_until = now + keep.rest;
        } else if (const auto found = kept_.find(name); found != kept_.end()) {
            found->second.rest = found->second.rests_until = Duration::zero();
            if (found->second.held_until <= now)
                kept_.erase(found);
        }
    }
}

Duration Agenda::next_wake(Duration now) const {
    auto next = wake_at_ == kInfinity ? kInfinity : std::max(wake_at_ - now, Duration::zero());
    for (const auto& [name, keep] : kept_)
        if (const auto until = keep.until(); until > now)
            next = std::min(next, until - now);
    return next;
}

bool Agenda::idle(const std::function<bool(const std::string&)>& counts, Duration now) const {
    return requests_.empty() && at_work_.empty() &&
           std::ranges::none_of(due_,
                                [&](const auto& name) { return !kept(name, now) && counts(name); });
}

} // namespace hotreload::project
