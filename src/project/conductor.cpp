// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/conductor.hpp"

#include "base/completion.hpp"
#include "base/fault.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <iterator>
#include <ranges>
#include <utility>

namespace hotreload::project {

namespace {

// The files of a burst that are told together. What is more is told one by one alone.
constexpr std::size_t kMostFilesTold = 512;

struct Part {
    PlanInput input;
    Plan plan;
};

// Parts of a plan and of its input, whose views go over to them: one for each of these sets of
// services, which have none in common. Goes over the whole once.
std::vector<Part> take_parts(PlanInput& whole, const Plan& plan, const std::vector<Names>& sets) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < sets.size(); ++i)
        for (const auto& name : sets[i])
            places.emplace(name, i);
    std::vector<Part> parts;
    for (std::size_t i = 0; i < sets.size(); ++i)
        parts.push_back({.input = {.project = whole.project,
                                   .views = {},
                                   .order = {},
                                   .options = whole.options},
                         .plan = {plan.project, {}}});
    for (const auto& name : whole.order)
        if (const auto place = places.find(name); place != places.end()) {
            auto& input = parts[place->second].input;
            input.order.push_back(name);
            input.views.insert(whole.views.extract(name));
        }
    for (const auto& each : plan.services)
        if (const auto place = places.find(each.service); place != places.end())
            parts[place->second].plan.services.push_back(each);
    return parts;
}

std::vector<std::string> subjects_of(const Plan& plan) {
    std::vector<std::string> subjects;
    for (const auto& service : plan.services)
        if (service.action != Action::None)
            for (const auto& change : service.changes)
                subjects.push_back(change.subject);
    return subjects;
}

} // namespace

Problem is_ending(const std::string& path) {
    return {path, 0, 0, "hotreloadd is about to end: ask again when it runs", Audience::Everybody};
}

namespace {

// The services that are acted on and that links connect, which stand and fall together.
std::vector<Names> groups_of(const Plan& plan, const LinkGraph& links) {
    std::map<std::string, Links> acted;
    for (const auto& each : plan.services)
        if (is_acted_on(each.action))
            acted.emplace(each.service, links.of(each.service));
    return LinkGraph(std::move(acted)).groups();
}

} // namespace

Conductor::Conductor(Sees sees, On on)
    : sees_(std::move(sees)),
      on_(std::move(on)),
      commit_(
          {sees_.events, sees_.ledger, sees_.file, sees_.looks, sees_.candidates, sees_.delivery},
          *this) {}

Conductor::~Conductor() {
    *alive_ = false;
}

void Conductor::look(Names batch, Trigger trigger) {
    tasks_.spawn(look_and_work(std::move(batch), trigger));
}

void Conductor::perform(Request request, Names scope, Names asked) {
    switch (request.kind) {
    case Request::Kind::Reload:
        if (request.apply)
            tasks_.spawn(apply(std::move(request), std::move(scope), std::move(asked)));
        else
            tasks_.spawn(reload(std::move(request), std::move(scope), std::move(asked)));
        return;
    case Request::Kind::Stop:
    case Request::Kind::Remove:
        tasks_.spawn(stop(std::move(request), std::move(scope)));
        return;
    }
}

void Conductor::look_what_is_held(std::string service) {
    tasks_.spawn(see_what_is_held(std::move(service)));
}

void Conductor::refuse(Request request, Problem problem) {
    Outcome outcome{.id = request.id,
                    .project = sees_.ledger.name(),
                    .result = ReloadResult::Failed,
                    .trigger = request.trigger,
                    .caller = request.caller,
                    .problems = {std::move(problem)},
                    .files = std::move(request.files)};
    answer(std::move(request), std::move(outcome));
}

// What cannot be put back is tried again and again, and is news when that has another reason.
bool Conductor::is_told(const Request& request, const Outcome& outcome) const {
    if (request.left.empty())
        return false;
    if (!request.apply)
        return !outcome.problems.empty() && outcome.problems.front().message == request.left;
    const auto* const candidate = sees_.candidates.find(request.id);
    return candidate && candidate->left == request.left;
}

void Conductor::answer(Request request, Outcome outcome) {
    if (!is_told(request, outcome))
        sees_.events.reload_finished(outcome);
    if (request.done)
        request.done(outcome);
}

// Looks at a batch of members, and begins what their files ask for.
Task<> Conductor::look_and_work(Names batch, Trigger trigger) {
    fault::point("look");
    ++seeing_;
    auto input = co_await see(batch, {}, Rescan::Dirty, {});
    if (--seeing_ == 0)
        for (const auto& resolve : std::exchange(waiting_, {}))
            resolve();
    if (!input || winding_up_ || overtaken(batch)) {
        sees_.agenda.ended(batch, Agenda::End::Aside, sees_.clock.now());
        for (const auto& name : batch)
            sees_.agenda.due(name);
        on_.end();
        co_return;
    }
    if (auto quiet = act(*std::move(input), std::move(batch), trigger))
        co_await settle_quietly(std::move(quiet->input), std::move(quiet->plan),
                                std::move(quiet->scope));
    on_.end();
}

// A look that may be given up: nullopt.
Task<std::optional<PlanInput>> Conductor::see(Names batch, PlanOptions options, Rescan how,
                                              Looks::Handed handed) {
    const auto given_up = std::make_shared<Cancellation>();
    for (const auto& name : batch)
        looking_[name] = given_up;
    auto input = co_await given_up->unless(sees_.looks.see(batch, options, how, std::move(handed)));
    for (const auto& name : batch)
        looking_.erase(name);
    co_return input;
}

// The work that there is begins; answers what is left of the batch, to which nothing is done.
std::optional<Conductor::Quiet> Conductor::act(PlanInput input, Names batch, Trigger trigger) {
    const Deaths::Scope at_it(sees_.deaths, {sees_.ledger.name(), "", sees_.file.stamp()});
    auto plan = make_plan(input);
    if (const auto alone = leave_alone(plan, batch); !alone.empty()) {
        for (const auto& name : alone)
            batch.erase(name);
        sees_.agenda.ended(alone, Agenda::End::Aside, sees_.clock.now());
        input = std::move(take_parts(input, plan, {batch}).front().input);
        plan = make_plan(input);
    }
    auto sets = groups_of(plan, sees_.looks.links());
    for (const auto& names : sets)
        for (const auto& name : names)
            batch.erase(name);
    sets.push_back(std::move(batch)); // what is left of it
    auto parts = take_parts(input, plan, sets);
    for (std::size_t i = 0; i + 1 < sets.size(); ++i) {
        For whom{.id = sees_.new_id(), .trigger = trigger, .caller = {}};
        tell_files(whom.id, parts[i].plan);
        tasks_.spawn(work(std::move(whom), std::move(parts[i].input), std::move(parts[i].plan),
                          std::move(sets[i]), {}, std::nullopt));
    }
    tell_files({}, parts.back().plan);
    if (sets.back().empty())
        return std::nullopt;
    return Quiet{std::move(parts.back().input), std::move(parts.back().plan),
                 std::move(sets.back())};
}

// While the documents were compared, a file has changed again, or what is wanted of a service:
// what was seen does not count any more. It does where that happens each time: something is applied
// of files that change faster than they can be compared.
bool Conductor::overtaken(const Names& batch) {
    constexpr unsigned enough = 3;
    const bool is_due =
        std::ranges::any_of(batch, [this](const auto& name) { return sees_.agenda.is_due(name); });
    unsigned in_a_row = 0;
    for (const auto& name : batch)
        in_a_row = std::max(in_a_row, ++overtaken_[name]);
    if (is_due && in_a_row <= enough)
        return true;
    for (const auto& name : batch)
        overtaken_.erase(name);
    return false;
}

Task<> Conductor::seen() {
    if (seeing_ == 0)
        co_return;
    Completion<bool> seen(sees_.clock);
    waiting_.push_back([resolve = seen.resolver()] { resolve(true); });
    co_await seen;
}

// Services that write what they watch, and those whose files were emptied: notes which files are
// about to be acted on.
Names Conductor::leave_alone(const Plan& plan, const Names& due) {
    Names alone;
    for (const auto& service : plan.services) {
        const auto* const member = sees_.looks.find(service.service);
        if (!member || !member->rules())
            continue;
        const auto path =
            sees_.loops.before_action(service, member->rules()->definition, member->changed_at());
        if (path.empty())
            continue;
        sees_.agenda.due(service.service); // its other files count
        sees_.events.watch_suspended(sees_.ledger.name(), service.service, path);
        on_.change(service.service);
        alone.insert(service.service);
    }
    for (const auto& name : due) {
        auto* const member = sees_.looks.find(name);
        const auto* const record = sees_.ledger.find(name);
        if (!member || !record)
            continue;
        if (const auto until = member->wait_for_emptied(record->files, sees_.clock.now())) {
            sees_.agenda.hold(name, *until);
            alone.insert(name);
        }
    }
    return alone;
}

// Services that a look found nothing to do for: an old error may be gone, something may wait.
Task<> Conductor::settle_quietly(PlanInput input, Plan plan, Names scope) {
    const auto outcome =
        co_await run_transaction(transaction({.id = sees_.new_id(), .trigger = {}, .caller = {}},
                                             std::move(input), std::move(plan)),
                                 *this);
    note(outcome);
    if (sees_.tally.note_waiting(outcome))
        report(outcome, {});
    sees_.agenda.ended(scope, Agenda::End::Aside, sees_.clock.now());
    for (const auto& name : scope) {
        uninterrupted(name);
        on_.change(name);
    }
}

// An action that was cut short has no consequence any more.
void Conductor::uninterrupted(const std::string& service) {
    sees_.looks.uninterrupted(service);
    sees_.ledger.update(service,
                        [](MemberRecord& record) { return std::exchange(record.underway, false); });
}

// Finds out what would be done now if it were not for the pause.
Task<> Conductor::see_what_is_held(std::string service) {
    auto held = subjects_of(make_plan(co_await sees_.looks.see({service}, {}, Rescan::Dirty)));
    // A member that is due is looked at anew: its files have changed again, or the pause is over.
    const bool counts = sees_.agenda.has(service) && !sees_.agenda.is_due(service);
    if (counts)
        (void)sees_.tally.note_held(service, std::move(held));
    sees_.agenda.ended({service}, Agenda::End::Aside, sees_.clock.now());
    on_.change(service); // which nobody is at work at any more
    on_.end();
}

// A request of which the files change meanwhile goes on with what it has seen: they are looked at
// again when it has ended.
Task<> Conductor::reload(Request request, Names scope, Names asked) {
    if (!request.service)
        co_await on_.look_at_configs();
    for (const auto& name : request.stopped)
        asked.erase(name);
    if (request.rollback) {
        if (auto prepared = co_await sees_.rollback.prepare(request); !prepared) {
            auto problem =
                sees_.file
                    .problem_at(request.service ? sees_.file.key_of(*request.service) : "services",
                                prepared.error().message)
                    .for_everybody();
            sees_.agenda.ended(scope, Agenda::End::Aside, sees_.clock.now());
            refuse(std::move(request), std::move(problem));
            on_.end();
            co_return;
        }
    }
    auto input = co_await see(scope, request.options, Rescan::All, {});
    if (!input && !winding_up_) { // for something that does not wait for it
        sees_.agenda.ended(scope, Agenda::End::Aside, sees_.clock.now());
        sees_.agenda.submit_again(std::move(request));
        on_.end();
        co_return;
    }
    std::optional<Problem> problem;
    if (input)
        problem = co_await aim(request, asked, *input);
    if (auto end = ending(request.unconfirmed))
        problem = std::move(end);
    if (problem) {
        sees_.agenda.ended(scope, Agenda::End::Aside, sees_.clock.now());
        refuse(std::move(request), *std::move(problem));
        on_.end();
        co_return;
    }
    auto plan = make_plan(*input);
    if (!request.rollback) // whose plan is about what was, and not about what is on disk
        tell_files(request.id, plan);
    For whom{.id = request.id, .trigger = request.trigger, .caller = request.caller};
    co_await work(std::move(whom), *std::move(input), std::move(plan), std::move(scope),
                  std::move(asked), std::move(request));
}

// Contents that were handed over are put into effect like any others, once they are written.
Task<> Conductor::apply(Request request, Names scope, Names asked) {
    auto answer = co_await commit_.write(request, scope, asked);
    if (auto& written = answer.written) {
        auto& begun = written->begun;
        tell_files(request.id, begun.transaction.plan);
        co_await carry_out(std::move(begun.transaction), std::move(begun.compared),
                           std::move(scope), std::move(asked), std::move(request),
                           written->delivery.get());
        co_return;
    }
    sees_.agenda.ended(scope, Agenda::End::Aside, sees_.clock.now());
    if (answer.refusal) {
        if (!is_told(request, *answer.refusal))
            report(*answer.refusal, {});
        if (request.done)
            request.done(*answer.refusal);
    } else {
        sees_.agenda.submit_again(std::move(request));
    }
    for (const auto& name : scope)
        on_.change(name);
    on_.end();
}

std::optional<Problem> Conductor::ending(const ReloadId& candidate) const {
    if (!winding_up_)
        return std::nullopt;
    const auto& path = sees_.ledger.record().path;
    return sees_.candidates.find(candidate) ? is_gone_on_with(path) : is_ending(path);
}

// Checks of what is not there yet, which may be given up like a look.
Task<std::optional<std::vector<Verdict>>> Conductor::check_all(Names services,
                                                               std::vector<Task<Verdict>> checks) {
    const auto given_up = std::make_shared<Cancellation>();
    for (const auto& name : services)
        looking_[name] = given_up;
    auto verdicts = co_await given_up->unless(when_all(std::move(checks)));
    for (const auto& name : services)
        looking_.erase(name);
    co_return verdicts;
}

CandidateCommit::Begun Conductor::begin(const Request& request, PlanInput input) {
    auto compared = compared_in(input);
    auto plan = make_plan(input);
    return {transaction({.id = request.id, .trigger = request.trigger, .caller = request.caller},
                        std::move(input), std::move(plan)),
            std::move(compared)};
}

void Conductor::take_back(Request request, Problem problem) {
    tasks_.spawn(take_back_files(std::move(request), std::move(problem)));
}

Task<> Conductor::take_back_files(Request request, Problem problem) {
    if (const auto stuck = co_await commit_.give_up(request.id))
        problem.message += "; " + stuck->message;
    const auto services = request.services;
    refuse(std::move(request), std::move(problem));
    for (const auto& name : services)
        on_.change(name);
    on_.end();
}

// Each view gets what the request says of its service. What is drawn in by links is only looked at;
// what is required is started, too.
Task<std::optional<Problem>> Conductor::aim(const Request& request, const Names& asked,
                                            PlanInput& input) {
    for (auto& [name, view] : input.views) {
        view.drain = request.drain;
        if (request.stopped.contains(name)) {
            view.options = {.retry = true};
            continue;
        }
        if (!request.services.empty() && !request.services.contains(name)) {
            view.options = PlanOptions{};
            continue;
        }
        if (request.service && name != *request.service) {
            view.options = asked.contains(name)
                               ? PlanOptions{.retry = true, .start = request.options.start}
                               : PlanOptions{};
            continue;
        }
        if (!request.rollback)
            continue;
        const auto goal = request.rollback->goals->find(name);
        if (goal == request.rollback->goals->end())
            continue;
        if (auto aimed = co_await sees_.rollback.aim_back(name, goal->second, view); !aimed)
            co_return sees_.file.problem_at(sees_.file.key_of(name), aimed.error().message)
                .for_everybody();
    }
    co_return std::nullopt;
}

// Stops what is on record of the scope, whatever is wanted of it; a project that goes down is
// forgotten as well.
Task<> Conductor::stop(Request request, Names scope) {
    const bool goes_down = request.kind == Request::Kind::Remove;
    PlanInput input{.project = sees_.ledger.name(),
                    .views = {},
                    .order = {},
                    .options = {.retry = true, .stop = !goes_down}};
    MemberDefinitions applied;
    for (const auto& [name, service] : sees_.ledger.services()) {
        if (!goes_down && !scope.contains(name))
            continue;
        auto& view = input.views[name];
        view.kind = &sees_.file.kind_of(service.definition);
        view.record = service;
        view.unit = sees_.units.state(service.unit);
        view.goes_down = goes_down;
        if (!goes_down)
            view.wanted = service.definition;
        applied[name] = service.definition;
    }
    input.order = link_graph(applied).order();
    // Between its end and ours, a look would find the services missing and start them again.
    if (goes_down)
        request.done = [this, done = std::move(request.done)](const Outcome& outcome) mutable {
            if (outcome.problems.empty())
                on_.gone();
            if (done)
                done(outcome);
        };
    auto plan = make_plan(input);
    For whom{.id = request.id, .trigger = Trigger::Request, .caller = request.caller};
    co_await work(std::move(whom), std::move(input), std::move(plan), std::move(scope), {},
                  std::move(request));
}

Transaction Conductor::transaction(For whom, PlanInput input, Plan plan) {
    Transaction made{.id = whom.id,
                     .project = sees_.ledger.name(),
                     .trigger = whom.trigger,
                     .caller = whom.caller,
                     .plan = std::move(plan),
                     .steps = {},
                     .interruptions = {}};
    for (const auto& each : made.plan.services) {
        auto& view = input.views.at(each.service);
        const auto& kind = *view.kind;
        made.steps.push_back(kind.make_step({.transaction = whom.id,
                                             .project = made.project,
                                             .plan = each,
                                             .view = std::move(view)},
                                            *this, sees_.kind_ports));
    }
    return made;
}

void Conductor::begin_run(const Names& scope, const Transaction& transaction) {
    for (const auto& name : scope) {
        runs_[name] = {transaction.interruptions, transaction.trigger, transaction.caller};
        sees_.loops.action_began(name, sees_.clock.now());
    }
}

void Conductor::end_run(const Names& scope) {
    for (const auto& name : scope) {
        runs_.erase(name);
        if (sees_.agenda.has(name))
            sees_.loops.action_ended(name, sees_.clock.now());
    }
}

ComparedServices Conductor::compared_in(const PlanInput& input) {
    ComparedServices compared;
    for (const auto& [name, view] : input.views)
        for (const auto& [path, document] : view.documents)
            if (document.compared)
                compared[name][path] = {view.record->files.at(path), view.files->files.at(path)};
    return compared;
}

Task<> Conductor::work(For whom, PlanInput input, Plan plan, Names scope, Names asked,
                       std::optional<Request> request) {
    auto compared = compared_in(input);
    auto begun = transaction(std::move(whom), std::move(input), std::move(plan));
    co_await carry_out(std::move(begun), std::move(compared), std::move(scope), std::move(asked),
                       std::move(request), nullptr);
}

Task<bool> Conductor::publish(Names services) {
    co_await on_.publish(services);
    co_return true;
}

// `delivery`: of what the transaction has to be told of files; nullptr: they are a person's.
Task<> Conductor::carry_out(Transaction begun, ComparedServices compared, Names scope, Names asked,
                            std::optional<Request> request, Delivery* delivery) {
    const auto begin = std::chrono::steady_clock::now();
    begun.written = delivery;
    const auto interruptions = begun.interruptions;
    begin_run(scope, begun);
    if (std::ranges::any_of(begun.plan.services,
                            [](const auto& each) { return reads_files(each.action); }))
        (void)co_await interruptions.cancellation->unless(publish(scope));
    auto outcome = co_await run_transaction(std::move(begun), *this);
    outcome.duration =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
    for (const auto& each : outcome.services)
        if (each.result == ReloadResult::Applied && reads_files(each.action))
            co_await doubt(each.service);
    const bool superseded = outcome.result == ReloadResult::Superseded;
    if (delivery && (!superseded || delivery->was_put_back()))
        commit_.settle(*delivery, outcome);
    if (request && !superseded) {
        if (request->options.start)
            note_wanted(outcome, asked);
        co_await sees_.ledger.flush(); // a person is told of it
    }
    if (delivery && !superseded)
        fault::point("in-force");
    const bool moved_on =
        superseded && !interruptions.cancellation->requested() && !interruptions.newer->requested();
    sees_.agenda.ended(scope, moved_on ? Agenda::End::MovedOn : Agenda::End::Done,
                       sees_.clock.now());
    end_run(scope);
    // Somebody still waits for an answer: the request begins again, with what is wanted now; at the
    // daemon's end, it is turned away instead.
    if (superseded && request && (request->kind == Request::Kind::Reload || winding_up_)) {
        report_what_is_done(std::move(outcome), compared);
        sees_.agenda.submit_again(*std::move(request));
        on_.end();
        co_return;
    }
    if (request) {
        outcome.unconfirmed = request->unconfirmed;
        std::ranges::move(request->files, std::back_inserter(outcome.files));
    }
    sees_.tally.note_waiting(outcome);
    note(outcome);
    note_outdated(outcome);
    for (const auto& name : scope) {
        if (!superseded)
            sees_.looks.uninterrupted(name);
        else if (auto* const member = sees_.looks.find(name))
            member->tell_anew();
        // The files may have moved on meanwhile: what is on disk now counts.
        sees_.agenda.due(name);
        on_.change(name);
    }
    report(outcome, compared);
    if (const auto* const waits = sees_.candidates.find(outcome.id))
        sees_.events.candidate_changed(sees_.ledger.name(), *waits, Events::CandidateNews::Waits,
                                       waits->caller);
    if (request && request->done)
        request->done(outcome);
    on_.end();
}

// Reads files that were written since the last look, in slices. nullptr: the service has left.
Task<Member*> Conductor::read_ahead(std::string service) {
    if (const auto* const known = sees_.looks.find(service); known && known->files())
        co_await known->files()->look_ahead(Rescan::Dirty);
    co_return sees_.looks.find(service);
}

Task<> Conductor::doubt(std::string service) {
    auto* const member = co_await read_ahead(service);
    if (!member)
        co_return;
    sees_.ledger.update(service,
                        [&](MemberRecord& record) { return member->doubt(record.files) > 0; });
}

// A service that has left is told of no more: it may come back as another one.
void Conductor::note(const Outcome& outcome) {
    for (const auto& each : outcome.services) {
        const bool left = each.result == ReloadResult::Stopped && !sees_.ledger.find(each.service);
        if (left) // to come back as another kind
            sees_.tally.forget(each.service);
        else if (sees_.agenda.has(each.service))
            sees_.tally.note(each, outcome.trigger);
    }
}

// A service that was asked to start is wanted from now on, unless it could not be had.
void Conductor::note_wanted(const Outcome& outcome, const Names& asked) {
    for (const auto& each : outcome.services) {
        const bool had = each.result == ReloadResult::Applied ||
                         each.result == ReloadResult::Recorded ||
                         each.result == ReloadResult::Unchanged;
        if (had && !each.problem && asked.contains(each.service))
            sees_.ledger.update(each.service, [](MemberRecord& record) {
                return !std::exchange(record.wanted, true);
            });
    }
}

// A follower that was left alone when its service was restarted has a process that is older.
void Conductor::note_outdated(const Outcome& outcome) {
    std::map<std::string, const MemberOutcome*> of;
    for (const auto& each : outcome.services)
        of.emplace(each.service, &each);
    const auto is_new = [&](const std::string& service) {
        const auto found = of.find(service);
        return found != of.end() && found->second->result == ReloadResult::Applied &&
               starts_generation(found->second->action);
    };
    for (const auto& each : outcome.services) {
        if (each.action != Action::Restart || each.result != ReloadResult::Applied)
            continue;
        for (const auto& follower : sees_.looks.links().followers(each.service)) {
            const auto* const record = sees_.ledger.find(follower);
            if (!record || is_new(follower))
                continue;
            const auto unit = sees_.units.state(record->unit);
            if (unit.running())
                sees_.ledger.update(follower, [&](MemberRecord& now) {
                    return std::exchange(now.outdated, unit.invocation) != unit.invocation;
                });
        }
    }
}

void Conductor::supersede(const std::string& service) {
    if (const auto run = runs_.find(service); run != runs_.end())
        request_soon(run->second.interruptions.cancellation);
    give_up_look(service);
}

void Conductor::give_up_look(const std::string& service) {
    const auto look = looking_.find(service);
    if (look == looking_.end())
        return;
    sees_.agenda.due(service); // where it ends before it is given up
    request_soon(look->second);
}

void Conductor::hurry(const std::string& service) {
    const auto run = runs_.find(service);
    if (run == runs_.end())
        return;
    request_soon(run->second.interruptions.hurry);
    // A request waits for its proof: it would begin again for each newer change, and for ever with
    // a service that writes into what it watches when it starts.
    if (run->second.trigger == Trigger::Request || run->second.trigger == Trigger::Unconfirmed)
        return;
    const auto* const member = sees_.looks.find(service);
    if (member && member->files() && member->moved_on())
        request_soon(run->second.interruptions.newer);
}

void Conductor::wind_up() {
    winding_up_ = true;
    for (const auto& [service, look] : looking_)
        request_soon(look);
    for (const auto& [service, run] : runs_) {
        request_soon(run.interruptions.cancellation);
        request_soon(run.interruptions.hurry);
        request_soon(run.interruptions.ending);
    }
}

// The request comes later, for a transaction is not to be ended from within its own calls.
void Conductor::request_soon(std::shared_ptr<Cancellation> cancellation) {
    sees_.clock.post([alive = alive_, cancellation = std::move(cancellation)] {
        if (*alive)
            cancellation->request();
    });
}

void Conductor::tell_files(const ReloadId& id, const Plan& plan) {
    std::map<std::string, SettledFile> changed; // one that several services watch, once
    for (const auto& service : plan.services)
        if (auto* const member = sees_.looks.find(service.service))
            for (auto& file : member->news(service))
                changed.try_emplace(file.path, std::move(file));
    if (changed.empty())
        return;
    std::vector<SettledFile> files;
    for (const auto& [path, file] : changed | std::views::take(kMostFilesTold))
        files.push_back(file);
    sees_.events.files_settled(sees_.ledger.name(), id, files, changed.size() - files.size());
    for (const auto& [path, file] : changed)
        sees_.events.file_changed(sees_.ledger.name(), path, file.kind, file.from);
}

void Conductor::started(const ReloadId& id, const Plan& plan) {
    sees_.events.reload_started(id, plan);
}

void Conductor::acting(const ReloadId& id, const MemberPlan& plan) {
    sees_.events.acting(sees_.ledger.name(), id, plan);
}

void Conductor::commit(const std::string& service, std::optional<MemberRecord> record) {
    if (!record) {
        sees_.ledger.forget(service);
        on_.commit(service);
        return;
    }
    const auto* const before = sees_.ledger.find(service);
    // No copies are made when only what is about to be done is recorded: a service waits for that.
    if (!before || before->files != record->files)
        sees_.contents.keep(*record, before);
    if (record->generation > 0 && (!before || before->generation != record->generation)) {
        if (const auto run = runs_.find(service); run != runs_.end())
            sees_.histories.remember(service, *record, run->second.trigger, run->second.caller);
        else
            sees_.histories.remember(service, *record, std::nullopt, std::nullopt);
    }
    sees_.ledger.replace(service, *std::move(record));
    on_.commit(service);
}

std::optional<std::string> Conductor::content(const ContentId& id) const {
    return sees_.contents.content(id);
}

Problem Conductor::problem_at(const std::string& key, std::string message) const {
    return sees_.file.problem_at(key, std::move(message));
}

Task<std::optional<Problem>> Conductor::distrusted(const MemberDefinition& service,
                                                   bool starts) const {
    return sees_.reader.distrusted(sees_.file.definition(), service, starts);
}

// A validator that writes what is watched would be followed by another one for ever.
Task<bool> Conductor::moved_on(std::string service) {
    constexpr unsigned enough = 10;
    const auto* const member = co_await read_ahead(service);
    const bool watched = member && member->files() && sees_.loops.suspended(service).empty();
    if (watched && member->differs() && ++moved_on_[service] <= enough)
        co_return true;
    moved_on_.erase(service);
    co_return false;
}

std::uint64_t Conductor::realtime_usec() const {
    return sees_.clock.realtime_usec();
}

// The documents of a service that were applied, with their patch.
void Conductor::tell_documents(const ReloadId& id, const MemberOutcome& outcome,
                               const Compared& compared) {
    const auto* const member = sees_.looks.find(outcome.service);
    const bool applied =
        outcome.result == ReloadResult::Applied || outcome.result == ReloadResult::Recorded;
    if (!member || !member->rules() || !applied)
        return;
    auto& documents = sees_.contents.documents();
    for (const auto& [path, ids] : compared) {
        const auto change = std::ranges::find(outcome.changes, path, &Change::subject);
        if (change == outcome.changes.end() || change->keys.empty())
            continue;
        ConfigChange told{.project = sees_.ledger.name(), .name = path, .keys = {}, .texts = {}};
        for (const auto& key : change->keys)
            told.keys.push_back({key.operation, key.pointer});
        told.more = change->more_keys;
        documents.add_texts(told, path, ids.first, ids.second, member->rules()->rules.format(path));
        sees_.events.config_changed(id, told);
    }
}

void Conductor::report(const Outcome& outcome, const ComparedServices& compared) {
    for (const auto& service : outcome.services)
        if (const auto found = compared.find(service.service); found != compared.end())
            tell_documents(outcome.id, service, found->second);
    for (const auto& service : outcome.services)
        if (service.result == ReloadResult::Invalid)
            sees_.events.validation_failed(outcome.id, sees_.ledger.name(), service.service,
                                           *service.problem);
    sees_.events.reload_finished(outcome);
    sees_.histories.note(outcome);
}

// Groups of a transaction that begins again may have come to something: that is told now, for by
// then nothing of it is new any more, and nobody would hear of it.
void Conductor::report_what_is_done(Outcome outcome, const ComparedServices& compared) {
    std::erase_if(outcome.services, [](const MemberOutcome& each) {
        return each.result != ReloadResult::Applied && each.result != ReloadResult::Recorded &&
               each.result != ReloadResult::Stopped && each.result != ReloadResult::LetGo;
    });
    if (outcome.services.empty())
        return;
    outcome.id = sees_.new_id(); // the one that was given out goes on
    outcome.result = ReloadResult::Applied;
    outcome.problems.clear();
    note(outcome);
    for (const auto& each : outcome.services)
        on_.change(each.service);
    report(outcome, compared);
}

} // namespace hotreload::project
