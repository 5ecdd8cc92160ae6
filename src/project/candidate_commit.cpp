// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/candidate_commit.hpp"

#include "base/fault.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace hotreload::project {

// An attempt at writing what was handed over: what it has come to so far.
struct CandidateCommit::Attempt {
    std::optional<Begun> begun;
    std::map<std::string, std::map<std::string, ContentId>> seen; // files on disk, by service
    std::unique_ptr<Delivery> delivery;
    std::optional<Outcome> refusal;
    std::optional<Problem> problem; // why nothing is done
    bool given_up = false;          // for something that does not wait for it
};

Task<CandidateCommit::Answer> CandidateCommit::write(const Request& request, const Names& scope,
                                                     const Names& asked) {
    constexpr unsigned enough = 10;
    const bool was_begun = sees_.candidates.find(request.id) != nullptr; // by a run of ours before
    auto delivered = Delivered::Again;
    std::unique_ptr<Attempt> last;
    for (unsigned tries = 0; delivered == Delivered::Again && tries < enough; ++tries) {
        auto next = std::make_unique<Attempt>();
        if (last && sees_.candidates.find(request.id)) // its files stay there
            next->delivery = std::move(last->delivery);
        last = std::move(next);
        delivered = co_await attempt(request, scope, asked, *last);
    }
    Answer answer;
    if (delivered == Delivered::Yes) {
        answer.written = Written{*std::move(last->begun), std::move(last->delivery)};
        co_return answer;
    }
    if (auto ending = host_.ending(request.id)) {
        answer.refusal = failure_of(request, *std::move(ending));
        co_return answer;
    }
    if (last->given_up) {
        if (!was_begun) // what it gives way to comes first
            (void)co_await give_up(request.id);
        co_return answer;
    }
    answer.refusal = std::move(last->refusal);
    if (!answer.refusal)
        answer.refusal = failure_of(
            request, last->problem.value_or(sees_.file.problem_at(
                         "services", "its files change faster than they can be checked: ask again "
                                     "when they are whole")));
    if (auto stuck = co_await give_up(request.id))
        answer.refusal->problems.push_back(*std::move(stuck));
    co_return answer;
}

Outcome CandidateCommit::failure_of(const Request& request, Problem problem) const {
    return {.id = request.id,
            .project = sees_.ledger.name(),
            .result = ReloadResult::Failed,
            .trigger = Trigger::Request,
            .caller = request.caller,
            .problems = {std::move(problem)}};
}

// Why a candidate on record is not gone on with, but put back.
std::optional<Problem> CandidateCommit::why_put_back(const Request& request) const {
    const auto* const known = sees_.candidates.find(request.id);
    if (known && !known->left.empty())
        return sees_.file
            .problem_at("services", "what was handed over did not hold, and is taken back")
            .for_everybody();
    if (known)
        for (const auto& [path, file] : known->files)
            if (!request.apply->files.contains(path))
                return Problem{path, 0, 0,
                               "what was handed over for it is to be had no more: hand it over "
                               "again"}
                    .for_everybody();
    return std::nullopt;
}

Task<CandidateCommit::Delivered> CandidateCommit::attempt(const Request& request,
                                                          const Names& scope, const Names& asked,
                                                          Attempt& attempt) {
    attempt.problem = why_put_back(request);
    if (attempt.problem)
        co_return Delivered::No;
    const auto handed = std::make_shared<const HandedFiles>(request.apply->files);
    auto input = co_await host_.see(scope, request.options, Rescan::All, handed);
    if (!attempt.delivery)
        attempt.delivery = delivery_of(request);
    attempt.given_up = !input;
    if (!input)
        co_return Delivered::No;
    attempt.problem = co_await host_.aim(request, asked, *input);
    for (const auto& name : scope) {
        const auto* const member = sees_.looks.find(name);
        if (!member)
            continue;
        attempt.seen[name] = member->seen().files;
        for (const auto& [path, unused] : *handed)
            if (!attempt.problem && std::ranges::contains(member->seen().writing, path))
                attempt.problem = Problem{path, 0, 0,
                                          "somebody has it open for writing: hand it over again "
                                          "when it is whole"}
                                      .for_everybody();
    }
    if (attempt.problem)
        co_return Delivered::No;
    attempt.begun = host_.begin(request, *std::move(input));
    const auto checked = co_await check(scope, attempt);
    if (checked != Delivered::Yes)
        co_return checked;
    fault::point("validated");
    co_return co_await deliver(request, scope, attempt);
}

// All is checked that something has changed of, whether anything is done to it or not: nothing is
// written of what is not valid. Answers whether it may be.
Task<CandidateCommit::Delivered> CandidateCommit::check(const Names& scope, Attempt& attempt) {
    const auto& transaction = attempt.begun->transaction;
    std::vector<Task<Verdict>> checks;
    std::vector<std::string> names;
    std::map<std::string, Problem> problems;
    for (const auto& step : transaction.steps) {
        if (step->plan().barred)
            problems.emplace(step->name(), step->leave().problem.value_or(Problem{}));
        else if (step->plan().action != Action::None) {
            checks.push_back(step->check());
            names.push_back(step->name());
        }
    }
    const auto verdicts = co_await host_.check_all(scope, std::move(checks));
    attempt.given_up = !verdicts;
    if (!verdicts || host_.ending(transaction.id))
        co_return Delivered::No;
    for (std::size_t i = 0; i < verdicts->size(); ++i) {
        if ((*verdicts)[i].moved_on)
            co_return Delivered::Again;
        if ((*verdicts)[i].problem)
            problems.emplace(names[i], *(*verdicts)[i].problem);
    }
    if (problems.empty())
        co_return Delivered::Yes;
    attempt.refusal = refusal_of(transaction, problems);
    co_return Delivered::No;
}

Outcome CandidateCommit::refusal_of(const Transaction& transaction,
                                    const std::map<std::string, Problem>& problems) const {
    Outcome outcome{.id = transaction.id,
                    .project = transaction.project,
                    .result = ReloadResult::Invalid,
                    .trigger = transaction.trigger,
                    .caller = transaction.caller};
    for (const auto& step : transaction.steps) {
        const auto own = problems.find(step->name());
        if (own == problems.end()) {
            const auto why =
                std::format("untouched, because {} is invalid", problems.begin()->first);
            auto problem = sees_.file.problem_at(step->key(), why).for_everybody();
            outcome.services.push_back(step->outcome(ReloadResult::Unchanged, std::move(problem)));
            continue;
        }
        outcome.services.push_back(step->outcome(ReloadResult::Invalid, own->second));
        outcome.problems.push_back(own->second);
    }
    return outcome;
}

// Writes what was checked, if the disk is still as it was looked at.
Task<CandidateCommit::Delivered> CandidateCommit::deliver(const Request& request,
                                                          const Names& scope, Attempt& attempt) {
    const auto is_as_seen = [&] {
        return std::ranges::all_of(attempt.seen, [&](const auto& each) {
            const auto* const member = sees_.looks.find(each.first);
            return !member || member->seen().files == each.second;
        });
    };
    const auto saved_meanwhile = [this] {
        return sees_.file
            .problem_at("services", "somebody else has saved one of the files meanwhile: "
                                    "that stays, and hand it over again if it shall not")
            .for_everybody();
    };
    const bool was_begun = sees_.candidates.find(request.id) != nullptr; // with what was there then
    auto& delivery = *attempt.delivery;
    co_await sees_.looks.look_again(scope);
    if (!is_as_seen())
        co_return Delivered::Again;
    if (auto written = co_await delivery.write(); !written) {
        const auto key = request.services.empty() ? std::string("services")
                                                  : sees_.file.key_of(*request.services.begin());
        attempt.problem = sees_.file.problem_at(key, written.error().message).for_everybody();
        if (written.error().code != ErrorCode::Busy)
            co_return Delivered::No;
        if (was_begun) {
            attempt.problem = saved_meanwhile();
            co_return Delivered::No;
        }
        const auto stuck = co_await give_up(request.id);
        co_return stuck ? Delivered::No : Delivered::Again;
    }
    for (auto& [service, files] : attempt.seen) {
        const auto* const member = sees_.looks.find(service);
        for (const auto& [path, file] : delivery.files())
            if (member && member->rules() && member->rules()->rules.watch(path))
                files[path] = file.id;
    }
    if (is_as_seen())
        co_return Delivered::Yes;
    if (co_await delivery.is_there()) // and it was valid: it need not go for another look
        co_return Delivered::Again;
    attempt.problem = saved_meanwhile();
    co_return Delivered::No;
}

std::unique_ptr<Delivery> CandidateCommit::delivery_of(const Request& request) const {
    if (const auto* const known = sees_.candidates.find(request.id))
        return Delivery::resume(sees_.delivery, *known);
    Candidate candidate{.id = request.id,
                        .caller = request.caller,
                        .services = {request.services.begin(), request.services.end()},
                        .files = {},
                        .goals = {},
                        .force = request.options.force,
                        .confirm = request.apply->confirm};
    for (const auto& [path, file] : request.apply->files)
        candidate.files[path].content = file.id;
    for (const auto& name : request.services) {
        if (const auto* const member = sees_.looks.find(name))
            for (auto& [path, file] : candidate.files)
                if (const auto live = member->seen().files.find(path);
                    live != member->seen().files.end())
                    file.before = live->second;
        const auto* const record = sees_.ledger.find(name);
        if (record && record->generation > 0)
            candidate.goals.emplace(name, GenerationRecord{.generation = record->generation,
                                                           .applied_usec = record->applied_usec,
                                                           .strategy = record->strategy,
                                                           .definition = record->definition,
                                                           .files = record->files,
                                                           .trigger = {},
                                                           .caller = {}});
    }
    return std::make_unique<Delivery>(sees_.delivery, std::move(candidate), request.apply->files);
}

// What was handed over is in force, or what was there before it is back.
void CandidateCommit::settle(Delivery& delivery, Outcome& outcome) {
    const auto& id = delivery.candidate().id;
    outcome.files = delivery.take_told();
    if (delivery.was_put_back()) {
        if (auto stuck = end_of_putting_back(delivery))
            outcome.problems.push_back(*std::move(stuck));
    } else if (delivery.changes_nothing() && outcome.result == ReloadResult::Unchanged) {
        sees_.candidates.forget(id);
    } else if (sees_.candidates.applied(id)) {
        outcome.confirm_until_usec = sees_.candidates.find(id)->until_usec;
    }
}

// Files that are back need the candidate no more. The others do, for it is tried again: that is the
// problem.
std::optional<Problem> CandidateCommit::end_of_putting_back(const Delivery& delivery) {
    const auto& id = delivery.candidate().id;
    if (delivery.left().empty()) {
        sees_.candidates.forget(id);
        return std::nullopt;
    }
    if (sees_.candidates.could_not_put_back(id, delivery.left()))
        sees_.events.candidate_changed(sees_.ledger.name(), *sees_.candidates.find(id),
                                       Events::CandidateNews::NotPutBack, {});
    return sees_.file.problem_at("services", "files could not be put back: " + delivery.left())
        .for_everybody();
}

// A candidate that was begun: what it has written is put back. Answers why it could not be.
Task<std::optional<Problem>> CandidateCommit::give_up(ReloadId id) {
    const auto* const known = sees_.candidates.find(id);
    if (!known)
        co_return std::nullopt;
    const auto delivery = Delivery::resume(sees_.delivery, *known);
    co_await delivery->put_back();
    co_return end_of_putting_back(*delivery);
}

} // namespace hotreload::project
