// SPDX-License-Identifier: LGPL-2.1-or-later
// How a project gets from "something may have changed" to transactions and their reports.
#include "base/completion.hpp"
#include "base/fault.hpp"
#include "core/dependencies.hpp"
#include "core/groups.hpp"
#include "project/project.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <ranges>

namespace hotreload::project {

namespace {

constexpr Duration kShortestRest = std::chrono::milliseconds(50);
constexpr Duration kLongestRest = std::chrono::seconds(5);

// Of another transaction: the views of these services go over to it.
TransactionInput take_part(TransactionInput& whole, const std::set<std::string>& services) {
    TransactionInput part{.id = whole.id,
                          .project = whole.project,
                          .trigger = whole.trigger,
                          .caller = whole.caller,
                          .views = {},
                          .order = {},
                          .options = whole.options};
    for (const auto& name : whole.order)
        if (services.contains(name)) {
            part.order.push_back(name);
            part.views.insert(whole.views.extract(name));
        }
    return part;
}

Plan part_of(const Plan& whole, const std::set<std::string>& services) {
    Plan part{whole.project, {}};
    std::ranges::copy_if(whole.services, std::back_inserter(part.services),
                         [&](const auto& each) { return services.contains(each.service); });
    return part;
}

} // namespace

void Project::submit(Request request) {
    if (gone_) {
        turn_away(std::move(request));
        return;
    }
    if (request.kind == Request::Kind::Reload) { // somebody asks: nothing is left alone any more
        around_.deaths.forgive(record_.name, record_.path);
        if (!std::exchange(broken_, {}).empty())
            tell_project();
        for (const auto& [name, slot] : slots_)
            if (!slot.no_such_unit.empty())
                for (const auto& unit : slot.following)
                    tasks_.spawn(get_to_know(name, unit, Known::Before));
    }
    const bool goes_down = request.kind == Request::Kind::Remove;
    requests_.push_back(std::move(request));
    if (!goes_down)
        retry();
    pump_soon();
}

Task<Outcome> Project::perform(Request request) {
    Completion<Outcome> ended(around_.clock);
    request.done = [resolve = ended.resolver()](const Outcome& outcome) { resolve(outcome); };
    submit(std::move(request));
    co_return co_await ended;
}

void Project::look_again() {
    read_project_file();
    for (auto& [name, slot] : slots_) {
        slot.due = true;
        slot.fresh = true;
    }
    pump_soon();
}

void Project::pump_soon() {
    if (std::exchange(pump_posted_, true))
        return;
    around_.clock.post([this, alive = alive_] {
        if (!*alive)
            return;
        pump_posted_ = false;
        pump();
    });
}

void Project::pump() {
    if (!opened_ && !set_aside_)
        return;
    const auto at_it = at_work();
    std::set<std::string> reserved;
    if (!gone_) {
        forget_services();
        save_again();
        reserved = start_requests();
    }
    if (gone_) {
        close();
        return;
    }
    if (definition_.enabled && opened_) {
        look(reserved);
        note_held();
    }
    trigger_ = "file";
    go_on_after_rest();
    const bool settled = requests_.empty() && busy_.empty() &&
                         std::ranges::none_of(slots_, [this](const auto& each) {
                             return opened_ && definition_.enabled && each.second.due &&
                                    each.second.unwatchable.empty() && !paused(each.first) &&
                                    held_for(each.first) == Duration::zero();
                         });
    if (settled)
        tell_settled();
}

// Services that left the project file before anything was done to them, or while something was.
void Project::forget_services() {
    std::vector<std::string> left;
    for (const auto& [name, unused] : slots_)
        if (!wanted(name) && !record_.services.contains(name) && !busy_.contains(name))
            left.push_back(name);
    for (const auto& name : left)
        forget_service(name);
}

void Project::tell_settled() {
    for (const auto& resolve : std::exchange(settled_, {}))
        resolve();
}

// Whoever still waits for something has his answer.
void Project::close() {
    for (auto& request : std::exchange(requests_, {}))
        turn_away(std::move(request));
    tell_settled();
}

void Project::turn_away(Request request) {
    refuse(
        std::move(request),
        {record_.path, 0, 0,
         std::format("project \"{}\" went down meanwhile: \"hotreloadctl up\" registers it again",
                     record_.name),
         Audience::Everybody});
}

void Project::refuse(Request request, Problem problem) {
    const Outcome outcome{.id = request.id,
                          .project = record_.name,
                          .result = "failed",
                          .trigger = "request",
                          .caller = request.caller,
                          .problems = {std::move(problem)},
                          .files = std::move(request.files)};
    around_.events.reload_finished(outcome);
    if (request.done)
        request.done(outcome);
}

Task<> Project::settled() {
    if (gone_)
        co_return;
    Completion<bool> settled(around_.clock);
    settled_.push_back([resolve = settled.resolver()] { resolve(true); });
    pump_soon();
    co_await settled;
}

// In the order in which they came. Answers what those that have to wait are waiting for: files do
// not get in before them.
std::set<std::string> Project::start_requests() {
    std::set<std::string> reserved;
    std::deque<Request> waiting;
    while (!requests_.empty() && !gone_) {
        auto request = std::move(requests_.front());
        requests_.pop_front();
        if (request.kind == Request::Kind::Reload && set_aside_) { // again: it was tried for this
            refuse(std::move(request), *set_aside_);
            continue;
        }
        if (request.kind == Request::Kind::Reload && !read_project_file()) {
            Outcome refused{.id = request.id,
                            .project = record_.name,
                            .result = "invalid",
                            .trigger = "request",
                            .caller = request.caller,
                            .problems = problems_};
            around_.events.reload_finished(refused);
            if (request.done)
                request.done(refused);
            continue;
        }
        if (request.kind == Request::Kind::Reload && !request.service)
            look_at_configs();
        if (request.service && !has_service(*request.service)) {
            auto problem = problem_at("services", std::format("service \"{}\" has left the project",
                                                              *request.service))
                               .for_everybody();
            refuse(std::move(request), std::move(problem));
            continue;
        }
        auto scope = scope_of(request);
        auto taken = full_drains();
        taken.insert(busy_.begin(), busy_.end());
        taken.insert(reserved.begin(), reserved.end());
        const bool files_count = request.kind == Request::Kind::Reload;
        if (files_count &&
            std::ranges::any_of(scope, [this](const auto& each) { return rests(each); }))
            taken.insert(scope.begin(), scope.end());
        if (free_to_go(definition_.services, scope, taken).size() == scope.size()) {
            begin(std::move(request), std::move(scope));
        } else {
            // Who wants it down or stopped does not wait for what is only being checked.
            if (request.kind != Request::Kind::Reload)
                std::ranges::for_each(scope, [this](const auto& name) { supersede(name); });
            reserved.insert(scope.begin(), scope.end());
            waiting.push_back(std::move(request));
        }
    }
    requests_.insert(requests_.begin(), std::move_iterator(waiting.begin()),
                     std::move_iterator(waiting.end()));
    return reserved;
}

// What the request is about, and what systemd's rules draw in: a start starts what is required, a
// stop or a restart does the same to what follows.
std::set<std::string> Project::scope_of(const Request& request) const {
    std::set<std::string> scope;
    if (!request.service) {
        for (const auto& [name, unused] : slots_)
            scope.insert(name);
        return scope;
    }
    const auto asked = asked_for(request);
    scope = with_followers(definition_.services, asked);
    if (request.kind != Request::Kind::Reload)
        return scope;
    // What is drawn in is left alone while it is paused, and its changes are held on; what is
    // required and does not run is started.
    std::erase_if(scope, [&](const auto& name) {
        if (name == *request.service || !paused(name))
            return false;
        const auto record = record_.services.find(name);
        const bool runs =
            record != record_.services.end() && around_.units.state(record->second.unit).running();
        return runs || !asked.contains(name);
    });
    return scope;
}

std::set<std::string> Project::asked_for(const Request& request) const {
    std::set<std::string> asked{*request.service};
    if (request.kind == Request::Kind::Stop)
        return with_followers(definition_.services, std::move(asked));
    return request.options.start ? with_required(definition_.services, std::move(asked)) : asked;
}

void Project::begin(Request request, std::set<std::string> scope) {
    if (request.kind == Request::Kind::Stop) {
        tasks_.spawn(stop_services(std::move(request), std::move(scope)));
        return;
    }
    const auto asked = request.service ? asked_for(request) : scope;
    TransactionInput input;
    if (request.kind == Request::Kind::Remove) {
        input.project = record_.name;
        input.options.retry = true;
        ServiceDefinitions applied;
        for (const auto& [name, service] : record_.services) {
            input.views[name].record = service;
            input.views[name].unit = around_.units.state(service.unit);
            input.views[name].goes_down = true;
            applied[name] = service.definition;
        }
        input.order = order_services(applied);
        // Between its end and ours, a look would find the services missing and start them again.
        request.done = [this, done = std::move(request.done)](const Outcome& outcome) mutable {
            gone_ = outcome.problems.empty();
            if (done)
                done(outcome);
        };
    } else {
        if (request.rollback) {
            if (const auto prepared = prepare_rollback(request); !prepared) {
                auto problem =
                    problem_at(request.service ? "services." + *request.service : "services",
                               prepared.error().message)
                        .for_everybody();
                refuse(std::move(request), std::move(problem));
                return;
            }
        }
        const auto goals = request.rollback ? *request.rollback->goals : Goals();
        input = gather(scope, request.options, Rescan::All);
        for (auto& [name, view] : input.views) {
            view.drain = request.drain;
            if (request.service && name != *request.service) {
                // Drawn in: what is required is started, and what follows is looked at.
                view.options = asked.contains(name)
                                   ? PlanOptions{.retry = true, .start = request.options.start}
                                   : PlanOptions{};
                continue;
            }
            const auto goal = goals.find(name);
            if (goal == goals.end())
                continue;
            if (auto aimed = aim_back(name, goal->second, view); !aimed) {
                refuse(std::move(request),
                       problem_at("services." + name, aimed.error().message).for_everybody());
                return;
            }
        }
    }
    input.id = request.id;
    input.trigger = "request";
    input.caller = request.caller;
    auto plan = make_plan(input);
    tasks_.spawn(work(std::move(input), std::move(plan), std::move(scope), std::move(request)));
}

void Project::look(const std::set<std::string>& reserved) {
    std::set<std::string> due;
    for (const auto& [name, slot] : slots_)
        if (slot.due && slot.unwatchable.empty() && !reserved.contains(name) && !paused(name) &&
            held_for(name) == Duration::zero())
            due.insert(name);
    // What was held back because of one of them is tried again with it.
    for (const auto& [name, record] : record_.services)
        if (record.refusal && due.contains(record.refusal->because) && slots_.contains(name) &&
            !reserved.contains(name) && !paused(name) && !rests(name))
            due.insert(name);
    auto taken = full_drains();
    taken.insert(busy_.begin(), busy_.end());
    due = free_to_go(definition_.services, due, taken);
    // What follows a service is looked at with it; where that has to wait, so has the service.
    std::erase_if(due, [&](const auto& name) {
        const auto all = with_followers(definition_.services, {name});
        return std::ranges::any_of(all, [&](const auto& each) { return taken.contains(each); });
    });
    due = with_followers(definition_.services, std::move(due));
    std::erase_if(due, [this](const auto& name) { return paused(name); });
    if (due.empty())
        return;
    fault::point("look");
    for (const auto& name : due)
        slots_.at(name).due = false;
    auto input = gather(due, {}, Rescan::Dirty);
    input.trigger = trigger_;
    auto plan = make_plan(input);
    auto left_alone = find_loops(plan);
    for (const auto& name : due)
        if (hold_emptied(name))
            left_alone.insert(name);
    if (!left_alone.empty()) {
        for (const auto& name : left_alone)
            due.erase(name);
        input = take_part(input, due);
        plan = make_plan(input);
    }
    tell_files(plan);
    for (const auto& group : group_by_dependency(plan, input.views)) {
        std::set<std::string> names;
        for (const auto& each : group)
            names.insert(each.service);
        for (const auto& name : names)
            due.erase(name);
        auto part = take_part(input, names);
        part.id = around_.next_id();
        tasks_.spawn(
            work(std::move(part), part_of(plan, names), names, {.kind = Request::Kind::Look}));
    }
    if (!due.empty())
        tasks_.spawn(settle_quietly(take_part(input, due), part_of(plan, due), due));
}

// Services that a look found nothing to do for: an old error may be gone, something may wait.
Task<> Project::settle_quietly(TransactionInput input, Plan plan, std::set<std::string> scope) {
    input.id = around_.next_id();
    busy_.insert(scope.begin(), scope.end());
    const auto outcome = co_await run_transaction(std::move(input), std::move(plan),
                                                  means_of(around_), around_.actions, *this);
    for (const auto& each : outcome.services)
        note_changes(each);
    if (note_waiting(outcome))
        report(outcome);
    for (const auto& name : scope) {
        busy_.erase(busy_.find(name));
        uninterrupted(name);
        tell(name);
    }
}

// What was cut short has no consequence any more.
void Project::uninterrupted(const std::string& service) {
    slots_.at(service).interrupted = false;
    const auto record = record_.services.find(service);
    if (record != record_.services.end() && std::exchange(record->second.underway, false))
        save(service);
}

Task<> Project::work(TransactionInput input, Plan plan, std::set<std::string> scope,
                     Request request) {
    const auto begin = std::chrono::steady_clock::now();
    const auto cancellation = input.cancellation, newer = input.newer;
    busy_.insert(scope.begin(), scope.end());
    for (const auto& name : scope)
        if (const auto slot = slots_.find(name); slot != slots_.end()) {
            slot->second.underway = input.cancellation;
            slot->second.hurry = input.hurry;
            slot->second.trigger = input.trigger;
            slot->second.caller = input.caller;
            slot->second.proving = input.newer;
            slot->second.loop.action_began(around_.clock.now());
        }
    auto outcome = co_await run_transaction(std::move(input), std::move(plan), means_of(around_),
                                            around_.actions, *this);
    for (const auto& each : outcome.services)
        if (each.result == "applied" && reads_files(each.action))
            doubt(each.service);
    outcome.duration =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
    for (const auto& name : scope)
        busy_.erase(busy_.find(name));
    const bool superseded = outcome.result == "superseded";
    rest(scope, superseded && !cancellation->requested() && !newer->requested());
    // Somebody still waits for what he asked for: it begins again, with what is wanted now.
    if (superseded && request.kind == Request::Kind::Reload) {
        report_what_is_done(std::move(outcome));
        submit(std::move(request));
        co_return;
    }
    outcome.files = std::move(request.files);
    note_waiting(outcome);
    if (request.options.start)
        note_wanted(outcome, request.service ? asked_for(request) : scope);
    for (const auto& each : outcome.services)
        note_changes(each);
    for (const auto& name : scope)
        if (const auto slot = slots_.find(name); slot != slots_.end()) {
            slot->second.underway.reset();
            slot->second.hurry.reset();
            slot->second.proving.reset();
            slot->second.loop.action_ended(around_.clock.now());
            slot->second.interrupted = slot->second.interrupted && outcome.result == "superseded";
            // The files may have moved on meanwhile: what is on disk now counts.
            slot->second.due = true;
            tell(name);
        }
    report(outcome);
    if (request.done)
        request.done(outcome);
    pump_soon();
}

// A file that is not what was looked at may be so for long, for somebody has it open: it is looked
// at again when it is whole, or after a while, each time after a longer one.
void Project::rest(const std::set<std::string>& scope, bool moved_on) {
    for (const auto& name : scope)
        if (const auto slot = slots_.find(name); slot != slots_.end()) {
            auto& own = slot->second.rest;
            own = moved_on ? std::clamp(2 * own, kShortestRest, kLongestRest) : Duration::zero();
            slot->second.rests_until = moved_on ? around_.clock.now() + own : Duration::zero();
        }
}

bool Project::rests(const std::string& service) const {
    const auto slot = slots_.find(service);
    return slot != slots_.end() && slot->second.rests_until > around_.clock.now();
}

// By itself: who asks does not wait for a file that was emptied.
Duration Project::held_for(const std::string& service) const {
    const auto slot = slots_.find(service);
    if (slot == slots_.end())
        return Duration::zero();
    const auto until = std::max(slot->second.rests_until, slot->second.emptied_until);
    return std::max(until - around_.clock.now(), Duration::zero());
}

void Project::go_on_after_rest() {
    auto next = kInfinity;
    for (const auto& [name, slot] : slots_)
        if (const auto held = held_for(name); held > Duration::zero())
            next = std::min(next, held);
    rested_->arm(next, [this] { pump(); });
}

// What held something when it was applied and holds nothing now may be about to be written anew, or
// never was meant so (an editor that crashed, a full disk): it is acted on when it has been so for
// as long as a burst may last.
bool Project::hold_emptied(const std::string& service) {
    auto& slot = slots_.at(service);
    const auto record = record_.services.find(service);
    const auto now = around_.clock.now();
    const auto before = std::exchange(slot.emptied, {});
    slot.emptied_until = Duration::zero();
    if (record == record_.services.end() || !slot.rules)
        return false;
    for (const auto& [path, id] : slot.snapshot.files) {
        const auto applied = record->second.files.find(path);
        if (id.size > 0 || applied == record->second.files.end() || applied->second.size == 0)
            continue;
        const auto known = before.find(path);
        const auto since = known == before.end() ? now : known->second;
        const auto* const watch = slot.rules->rules.watch(path);
        slot.emptied[path] = since;
        slot.emptied_until =
            std::max(slot.emptied_until,
                     since + (watch ? watch->debounce_max : WatchDefinition().debounce_max));
    }
    if (slot.emptied_until <= now)
        return false;
    slot.due = true;
    return true;
}

// A file that was written while the service was made to read it, or that has gone since, may have
// been something else then, though it may be again what it was before: it is not sure to be
// applied, and the next look that sees it finds it new. One that stays away is on record until
// then, for that it was deleted is a change, too.
void Project::doubt(const std::string& service) {
    const auto slot = slots_.find(service);
    const auto record = record_.services.find(service);
    if (slot == slots_.end() || record == record_.services.end() || !slot->second.files)
        return;
    auto& files = *slot->second.files;
    const auto look = files.look(Rescan::Dirty);
    const auto& now = look.content;
    auto& applied = record->second.files;
    const auto is_state = [&](const std::string& path) { // no change as long as it is
        return std::ranges::contains(now.missing, path) ||
               std::ranges::contains(now.writing, path) ||
               std::ranges::contains(now.unreadable, path, &Problem::path);
    };
    auto doubted = std::erase_if(applied, [&](const auto& each) {
        return !now.files.contains(each.first) && is_state(each.first);
    });
    for (const auto& path : files.written_since(slot->second.mark))
        if (now.files.contains(path))
            doubted += applied.erase(path);
    for (const auto& [path, id] : applied)
        if (!now.files.contains(path))
            slot->second.gone.insert(path);
    if (doubted > 0 || !slot->second.gone.empty())
        slot->second.changed_at = around_.clock.now();
    if (doubted > 0)
        save(service);
}

// What was gone when the service had been made to read its files, and is there again.
void Project::doubt_what_came_back(const std::string& service, const Snapshot& now) {
    const auto slot = slots_.find(service);
    const auto record = record_.services.find(service);
    if (slot == slots_.end() || record == record_.services.end())
        return;
    auto& applied = record->second.files;
    std::size_t doubted = 0;
    std::erase_if(slot->second.gone, [&](const std::string& path) {
        if (!now.files.contains(path))
            return !applied.contains(path); // that it is gone has been acted on
        doubted += applied.erase(path);
        return true;
    });
    if (doubted > 0)
        save(service);
}

// What was asked to start is wanted from now on, unless it could not be had.
void Project::note_wanted(const Outcome& outcome, const std::set<std::string>& asked) {
    for (const auto& each : outcome.services) {
        const auto record = record_.services.find(each.service);
        const bool had =
            each.result == "applied" || each.result == "recorded" || each.result == "unchanged";
        if (!had || each.problem || !asked.contains(each.service) ||
            record == record_.services.end() || std::exchange(record->second.wanted, true))
            continue;
        save(each.service);
    }
}

// There is a newer change.
void Project::hurry(const std::string& service) {
    if (const auto slot = slots_.find(service); slot != slots_.end())
        request_soon(slot->second.hurry);
}

void Project::supersede(const std::string& service) {
    if (const auto slot = slots_.find(service); slot != slots_.end())
        request_soon(slot->second.underway);
}

// For a transaction is not to be ended from within its own calls.
void Project::request_soon(std::shared_ptr<Cancellation> cancellation) {
    if (!cancellation)
        return;
    around_.clock.post([alive = alive_, cancellation = std::move(cancellation)] {
        if (*alive)
            cancellation->request();
    });
}

Task<> Project::stop_services(Request request, std::set<std::string> scope) {
    busy_.insert(scope.begin(), scope.end());
    Outcome outcome{.id = request.id,
                    .project = record_.name,
                    .result = "applied",
                    .trigger = "request",
                    .caller = request.caller};
    auto order = order_services(definition_.services);
    std::erase_if(order, [&](const auto& name) { return !scope.contains(name); });
    std::ranges::reverse(order);
    for (const auto& name : order) {
        const auto it = record_.services.find(name);
        if (it == record_.services.end())
            continue;
        const bool was_wanted = std::exchange(it->second.wanted, false);
        it->second.underway = true; // cut short, it is finished by the next run of ours
        save(name);
        fault::point("stop-recorded");
        const auto unit = it->second.unit;
        ServiceOutcome each{.service = name,
                            .action = Action::Stop,
                            .result = "stopped",
                            .generation = it->second.generation,
                            .unit = unit};
        Result<> stopped;
        if (!unit.empty())
            stopped = co_await around_.units.stop_unit(unit);
        fault::point("stopped");
        if (!stopped) {
            outcome.result = each.result = "failed";
            // It runs on, and so do its changes.
            it->second.wanted = was_wanted && around_.units.state(unit).running();
            each.problem = problem_at("services." + name, stopped.error().message);
            outcome.problems.push_back(*each.problem);
        }
        // A stopped service does not keep its clients waiting.
        if (stopped && !it->second.definition.ports.empty()) {
            (void)co_await around_.units.discard(unit);
            fault::point("discarded");
            around_.views.remove(unit);
            around_.sockets.keep_only(record_.name, name, {});
        }
        it->second.underway = false;
        save(name);
        outcome.services.push_back(std::move(each));
    }
    for (const auto& name : scope) {
        busy_.erase(busy_.find(name));
        tell(name);
    }
    report(outcome);
    if (request.done)
        request.done(outcome);
    pump_soon();
}

void Project::tell_files(const Plan& plan) {
    for (const auto& service : plan.services) {
        if (service.action == Action::Refused)
            continue;
        const auto& renamed = slots_.at(service.service).renamed;
        for (const auto& change : service.changes) {
            const auto from = renamed.find(change.subject);
            const bool gone = std::ranges::contains(std::views::values(renamed), change.subject);
            if (from != renamed.end() && change.kind == "created")
                around_.events.file_changed(record_.name, change.subject, "renamed", from->second);
            else if (change.kind != "definition" && change.kind != "rewritten" && !gone)
                around_.events.file_changed(record_.name, change.subject, change.kind, "");
        }
    }
}

void Project::started(std::uint64_t id, const Plan& plan) {
    around_.events.reload_started(id, plan);
}

void Project::acting(std::uint64_t id, const ServicePlan& plan) {
    around_.events.acting(record_.name, id, plan);
}

void Project::note_changes(const ServiceOutcome& outcome) {
    const auto slot = slots_.find(outcome.service);
    if (slot == slots_.end() || outcome.result == "unchanged" || outcome.result == "superseded")
        return;
    slot->second.last_result = outcome.result;
    if (outcome.gap > Duration::zero())
        slot->second.last_gap = outcome.gap;
    slot->second.last_changes = outcome.changes;
}

void Project::report(const Outcome& outcome) {
    for (const auto& service : outcome.services)
        tell_documents(outcome.id, service);
    for (const auto& service : outcome.services)
        if (service.result == "invalid")
            around_.events.validation_failed(outcome.id, record_.name, service.service,
                                             *service.problem);
    around_.events.reload_finished(outcome);
    note_events(outcome);
}

// Of a transaction that begins again: what another group of it has come to. By then, nothing of
// that is new any more, and nobody would hear of it.
void Project::report_what_is_done(Outcome outcome) {
    std::erase_if(outcome.services, [](const ServiceOutcome& each) {
        return each.result != "applied" && each.result != "recorded" && each.result != "stopped" &&
               each.result != "let-go";
    });
    if (outcome.services.empty())
        return;
    outcome.id = around_.next_id(); // the one that was given out goes on
    outcome.result = "applied";
    outcome.problems.clear();
    for (const auto& each : outcome.services) {
        note_changes(each);
        tell(each.service);
    }
    report(outcome);
}

// Whether something waits that did not before.
bool Project::note_waiting(const Outcome& outcome) {
    bool news = false;
    for (const auto& service : outcome.services) {
        const auto slot = slots_.find(service.service);
        if (slot == slots_.end())
            continue;
        std::vector<std::string> waiting;
        if (service.result == "waiting")
            for (const auto& change : service.changes)
                waiting.push_back(change.subject);
        news |= !waiting.empty() && waiting != slot->second.waiting;
        slot->second.waiting = std::move(waiting);
    }
    return news;
}

} // namespace hotreload::project
