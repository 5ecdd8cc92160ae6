// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/candidates.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hotreload::project {

namespace {

// The clock on the wall may be set, and does not stop while the machine sleeps; timers do.
constexpr Duration kLookAtWall = std::chrono::minutes(1);
constexpr Duration kPutBackAgain = std::chrono::seconds(30);

} // namespace

Problem is_gone_on_with(const std::string& path) {
    return {path, 0, 0, "hotreloadd is about to end: its next start goes on with this",
            Audience::Everybody};
}

Candidates::Candidates(Ledger& ledger, Clock& clock)
    : ledger_(ledger), clock_(clock), alarm_(clock.make_alarm()) {}

const Candidate* Candidates::find(const ReloadId& id) const {
    const auto& all = ledger_.record().candidates;
    const auto found = std::ranges::find(all, id, &Candidate::id);
    return found == all.end() ? nullptr : &*found;
}

const Candidate* Candidates::of(const std::string& service) const {
    const auto& all = ledger_.record().candidates;
    const auto found = std::ranges::find_if(
        all, [&](const Candidate& each) { return std::ranges::contains(each.services, service); });
    return found == all.end() ? nullptr : &*found;
}

std::vector<Candidate> Candidates::under_way() const {
    auto all = ledger_.record().candidates;
    std::erase_if(all, [](const Candidate& each) { return !each.under_way(); });
    return all;
}

void Candidates::begin(Candidate candidate) {
    ledger_.update_project(
        [&](ProjectRecord& record) { record.candidates.push_back(std::move(candidate)); });
}

bool Candidates::applied(const ReloadId& id) {
    const auto* const candidate = find(id);
    if (!candidate)
        return false;
    if (candidate->confirm == Duration::zero()) {
        forget(id);
        return false;
    }
    const auto now = clock_.realtime_usec();
    ledger_.update_project([&](ProjectRecord& record) {
        auto& mine = *std::ranges::find(record.candidates, id, &Candidate::id);
        mine.until_usec = now + static_cast<std::uint64_t>(mine.confirm.count());
    });
    arm();
    return true;
}

void Candidates::forget(const ReloadId& id) {
    ledger_.update_project([&](ProjectRecord& record) {
        std::erase_if(record.candidates, [&](const Candidate& each) { return each.id == id; });
    });
    const auto key = to_string(id);
    deadlines_.erase(key);
    again_.erase(key);
    going_back_.erase(key);
    arm();
}

template <class Meant>
Result<std::vector<Candidate>> Candidates::confirm_those(Meant meant) {
    std::vector<Candidate> confirmed;
    bool too_late = false;
    for (const auto& each : ledger_.record().candidates) {
        if (each.under_way() || !meant(each))
            continue;
        if (going_back_.contains(to_string(each.id)) || (each.left.empty() && is_over(each)))
            too_late = true;
        else
            confirmed.push_back(each);
    }
    if (confirmed.empty() && too_late)
        return fail(ErrorCode::Busy, "the time is over: what was there before is being put back");
    if (confirmed.empty())
        return fail(ErrorCode::NotFound, "nothing waits to be confirmed");
    for (const auto& each : confirmed)
        forget(each.id);
    return confirmed;
}

Result<std::vector<Candidate>> Candidates::confirm(const std::optional<std::string>& service) {
    return confirm_those([&](const Candidate& each) {
        return !service || std::ranges::contains(each.services, *service);
    });
}

Result<std::vector<Candidate>> Candidates::confirm(const ReloadId& id) {
    return confirm_those([&](const Candidate& each) { return each.id == id; });
}

bool Candidates::is_over(const Candidate& candidate) const {
    const auto deadline = deadlines_.find(to_string(candidate.id));
    return candidate.until_usec <= clock_.realtime_usec() ||
           (deadline != deadlines_.end() && deadline->second <= clock_.now());
}

std::vector<Candidate> Candidates::take_overdue() {
    std::vector<Candidate> over;
    for (const auto& each : ledger_.record().candidates) {
        const auto key = to_string(each.id);
        const auto again = again_.find(key);
        const bool rests = again != again_.end() && again->second > clock_.now();
        if (each.under_way() || !is_over(each) || rests || !going_back_.insert(key).second)
            continue;
        again_.erase(key);
        over.push_back(each);
    }
    arm();
    return over;
}

void Candidates::try_again(const ReloadId& id) {
    if (!find(id))
        return;
    going_back_.erase(to_string(id));
    again_[to_string(id)] = clock_.now() + kPutBackAgain;
    arm();
}

bool Candidates::could_not_put_back(const ReloadId& id, const std::string& why) {
    const auto* const candidate = find(id);
    if (!candidate)
        return false;
    const bool is_news = candidate->left != why;
    if (is_news)
        ledger_.update_project([&](ProjectRecord& record) {
            std::ranges::find(record.candidates, id, &Candidate::id)->left = why;
        });
    try_again(id);
    return is_news;
}

void Candidates::arm() {
    auto next = kInfinity;
    const auto wall = clock_.realtime_usec();
    for (const auto& each : ledger_.record().candidates) {
        const auto key = to_string(each.id);
        if (each.under_way() || going_back_.contains(key))
            continue;
        const auto left =
            each.until_usec <= wall
                ? Duration::zero()
                : std::min(Duration(static_cast<Duration::rep>(each.until_usec - wall)),
                           each.confirm);
        const auto deadline = deadlines_.try_emplace(key, clock_.now() + left).first->second;
        auto due = std::max(std::min(left, deadline - clock_.now()), Duration::zero());
        if (const auto again = again_.find(key); again != again_.end())
            due = std::max(due, again->second - clock_.now());
        next = std::min(next, due);
    }
    if (next == kInfinity)
        alarm_->disarm();
    else
        alarm_->arm(std::min(next, kLookAtWall), [this] {
            if (on_time)
                on_time();
        });
}

} // namespace hotreload::project
