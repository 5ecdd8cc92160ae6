// SPDX-License-Identifier: LGPL-2.1-or-later
// How a project gets from "something may have changed" to transactions and their reports.
#include "base/completion.hpp"
#include "config/project_file.hpp"
#include "core/groups.hpp"
#include "core/schedule.hpp"
#include "daemon/project.hpp"
#include "strategy/table.hpp"

#include <algorithm>
#include <chrono>
#include <format>
#include <stdexcept>

namespace hotreload::daemon {

namespace {

TransactionInput part_of(const TransactionInput& whole, const std::set<std::string>& services) {
    TransactionInput part{whole.id, whole.project, whole.trigger, {}, {}, whole.options};
    for (const auto& name : whole.order)
        if (services.contains(name)) {
            part.order.push_back(name);
            part.views.emplace(name, whole.views.at(name));
        }
    return part;
}

} // namespace

void Project::submit(Request request) {
    requests_.push_back(std::move(request));
    pump_soon();
}

Task<Outcome> Project::perform(Request request) {
    Completion<Outcome> ended(around_.loop);
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
    around_.loop.post([this, alive = alive_] {
        if (!*alive)
            return;
        pump_posted_ = false;
        pump();
    });
}

void Project::pump() {
    if (!opened_)
        return;
    const auto reserved = start_requests();
    if (definition_.enabled)
        look(reserved);
    trigger_ = "file";
}

// In the order in which they came. Answers what those that have to wait are waiting for: files do
// not get in before them.
std::set<std::string> Project::start_requests() {
    std::set<std::string> reserved;
    std::deque<Request> waiting;
    while (!requests_.empty()) {
        auto request = std::move(requests_.front());
        requests_.pop_front();
        if (request.kind == Request::Kind::Reload && !read_project_file()) {
            Outcome refused{.id = request.id,
                            .project = record_.name,
                            .result = "invalid",
                            .trigger = "request",
                            .problems = problems_};
            around_.events.reload_finished(refused);
            if (request.done)
                request.done(refused);
            continue;
        }
        auto scope = scope_of(request.service);
        auto taken = busy_;
        taken.insert(reserved.begin(), reserved.end());
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
    requests_ = std::move(waiting);
    return reserved;
}

std::set<std::string> Project::scope_of(const std::optional<std::string>& service) const {
    if (service)
        return {*service};
    std::set<std::string> all;
    for (const auto& [name, unused] : slots_)
        all.insert(name);
    return all;
}

void Project::begin(Request request, std::set<std::string> scope) {
    if (request.kind == Request::Kind::Stop) {
        tasks_.spawn(stop_services(std::move(request), std::move(scope)));
        return;
    }
    if (request.options.start)
        for (const auto& name : scope)
            if (const auto it = record_.services.find(name); it != record_.services.end())
                it->second.wanted = true;
    TransactionInput input;
    if (request.kind == Request::Kind::Remove) {
        input.project = record_.name;
        for (const auto& [name, service] : record_.services) {
            input.views[name].record = service;
            input.views[name].unit = around_.units.state(service.unit);
            input.order.push_back(name);
        }
        // Between its end and ours, a look would find the services missing and start them again.
        request.done = [this, done = std::move(request.done)](const Outcome& outcome) mutable {
            opened_ = !outcome.problems.empty();
            if (done)
                done(outcome);
        };
    } else {
        input = gather(scope, request.options, watch::Rescan::All);
    }
    input.id = request.id;
    input.trigger = "request";
    tasks_.spawn(work(std::move(input), std::move(scope), std::move(request)));
}

void Project::look(const std::set<std::string>& reserved) {
    std::set<std::string> due;
    for (const auto& [name, slot] : slots_)
        if (slot.due && !reserved.contains(name))
            due.insert(name);
    due = free_to_go(definition_.services, due, busy_);
    if (due.empty())
        return;
    for (const auto& name : due)
        slots_.at(name).due = false;
    auto input = gather(due, {}, watch::Rescan::Dirty);
    input.trigger = trigger_;
    const auto plan = make_plan(input);
    tell_files(plan);
    for (const auto& group : group_by_dependency(plan, input.views)) {
        std::set<std::string> names;
        for (const auto& each : group)
            names.insert(each.service);
        for (const auto& name : names)
            due.erase(name);
        auto part = part_of(input, names);
        part.id = around_.next_id();
        tasks_.spawn(work(std::move(part), std::move(names), {.kind = Request::Kind::Look}));
    }
    if (!due.empty())
        settle_quietly(part_of(input, due));
}

// Services that a look found nothing to do for: an old error may be gone, something may wait.
void Project::settle_quietly(TransactionInput input) {
    input.id = around_.next_id();
    auto services = input.order;
    auto task = run_transaction(std::move(input), around_.units, strategy::handler_for, *this);
    task.start();
    const auto outcome = task.take();
    if (note_waiting(outcome))
        report(outcome);
    for (const auto& name : services)
        tell(name);
}

Task<> Project::work(TransactionInput input, std::set<std::string> scope, Request request) {
    const auto begin = std::chrono::steady_clock::now();
    busy_.insert(scope.begin(), scope.end());
    for (const auto& name : scope)
        if (const auto slot = slots_.find(name); slot != slots_.end())
            slot->second.underway = input.cancellation;
    auto outcome =
        co_await run_transaction(std::move(input), around_.units, strategy::handler_for, *this);
    outcome.duration =
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
    for (const auto& name : scope)
        busy_.erase(name);
    // Somebody still waits for what he asked for: it begins again, with what is wanted now.
    if (outcome.result == "superseded" && request.kind == Request::Kind::Reload &&
        requests_.empty()) {
        submit(std::move(request));
        co_return;
    }
    note_waiting(outcome);
    for (const auto& name : scope)
        if (const auto slot = slots_.find(name); slot != slots_.end()) {
            slot->second.underway.reset();
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

// Soon, for a transaction is not to be ended from within its own calls.
void Project::supersede(const std::string& service) {
    const auto slot = slots_.find(service);
    if (slot == slots_.end() || !slot->second.underway)
        return;
    around_.loop.post([alive = alive_, cancellation = slot->second.underway] {
        if (*alive)
            cancellation->request();
    });
}

Task<> Project::stop_services(Request request, std::set<std::string> scope) {
    busy_.insert(scope.begin(), scope.end());
    Outcome outcome{
        .id = request.id, .project = record_.name, .result = "applied", .trigger = "request"};
    auto order = order_services(definition_.services);
    std::erase_if(order, [&](const auto& name) { return !scope.contains(name); });
    std::ranges::reverse(order);
    for (const auto& name : order) {
        const auto it = record_.services.find(name);
        if (it == record_.services.end())
            continue;
        it->second.wanted = false;
        const auto unit = it->second.unit;
        ServiceOutcome each{.service = name,
                            .action = Action::Stop,
                            .result = "stopped",
                            .generation = it->second.generation,
                            .unit = unit};
        Result<> stopped;
        if (!unit.empty())
            stopped = co_await around_.units.stop_unit(unit);
        if (!stopped) {
            outcome.result = each.result = "failed";
            each.problem = problem_at("services." + name, stopped.error().message);
            outcome.problems.push_back(*each.problem);
        }
        outcome.services.push_back(std::move(each));
    }
    save();
    for (const auto& name : scope) {
        busy_.erase(name);
        tell(name);
    }
    report(outcome);
    if (request.done)
        request.done(outcome);
    pump_soon();
}

TransactionInput Project::gather(const std::set<std::string>& services, PlanOptions options,
                                 watch::Rescan rescan) {
    TransactionInput input{.project = record_.name, .options = options};
    for (const auto& name : order_services(definition_.services))
        if (services.contains(name))
            input.order.push_back(name);
    for (const auto& name : services) {
        if (!wanted(name))
            input.order.push_back(name); // removed
        input.views.emplace(name, view(name, wanted(name) ? read_files(name, rescan) : Snapshot{}));
    }
    return input;
}

ServiceView Project::view(const std::string& service, Snapshot files) const {
    ServiceView view;
    if (const auto* definition = wanted(service))
        view.wanted = *definition;
    view.files = std::move(files);
    if (const auto it = record_.services.find(service); it != record_.services.end()) {
        view.record = it->second;
        if (!it->second.unit.empty())
            view.unit = around_.units.state(it->second.unit);
    }
    const auto slot = slots_.find(service);
    view.interrupted = slot != slots_.end() && slot->second.interrupted;
    return view;
}

std::unique_ptr<watch::WatchedSet> Project::watch_files(const std::vector<WatchDefinition>& watches,
                                                        watch::WatchedSet::OnSettled settled) {
    auto set = watch::WatchedSet::make(around_.watcher, watches, std::move(settled));
    if (!set) // definitions come from config/, which has checked their patterns
        throw std::logic_error(set.error().message);
    return std::move(*set);
}

const Snapshot& Project::read_files(const std::string& service, watch::Rescan rescan) {
    auto& slot = slots_.at(service);
    auto before = std::move(slot.snapshot.missing);
    if (slot.files) {
        slot.snapshot = slot.files->look(slot.fresh ? watch::Rescan::All : rescan).content;
    } else {
        // Not enabled: looked at because somebody asked, and not watched after that.
        const auto once = watch_files(definition_.services.at(service).watches, [] {});
        slot.snapshot = once->look(watch::Rescan::All).content;
    }
    slot.fresh = false;
    for (const auto& path : slot.snapshot.missing)
        if (!std::ranges::contains(before, path))
            around_.events.file_changed(record_.name, path, "deleted");
    return slot.snapshot;
}

void Project::tell_files(const Plan& plan) {
    for (const auto& service : plan.services)
        if (service.action != Action::Refused)
            for (const auto& change : service.changes)
                if (change.kind != "definition")
                    around_.events.file_changed(record_.name, change.subject, change.kind);
}

void Project::started(std::uint64_t id, const Plan& plan) {
    around_.events.reload_started(id, plan);
}

void Project::acting(std::uint64_t id, const ServicePlan& plan) {
    around_.events.acting(record_.name, id, plan);
}

void Project::report(const Outcome& outcome) {
    for (const auto& service : outcome.services)
        if (service.result == "invalid")
            around_.events.validation_failed(record_.name, service.service, *service.problem);
    around_.events.reload_finished(outcome);
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

Result<Plan> Project::plan(std::optional<std::string> service, PlanOptions options) {
    // A read-only look at the disk: neither the definition in force nor the watches move.
    auto loaded = load_project(record_.path);
    if (!loaded) {
        std::string text;
        for (const auto& problem : loaded.error())
            text += (text.empty() ? "" : "\n") + to_string(problem);
        return fail(ErrorCode::Invalid, text);
    }
    TransactionInput input{.project = record_.name, .options = options};
    auto names = order_services(loaded->services);
    for (const auto& [name, unused] : record_.services)
        if (!loaded->services.contains(name))
            names.push_back(name);
    for (const auto& name : names) {
        if (service && *service != name)
            continue;
        Snapshot files;
        const auto it = loaded->services.find(name);
        if (it != loaded->services.end()) {
            const auto once = watch_files(it->second.watches, [] {});
            files = once->look(watch::Rescan::All).content;
        }
        auto seen = view(name, std::move(files));
        seen.wanted.reset();
        if (it != loaded->services.end())
            seen.wanted = it->second;
        input.order.push_back(name);
        input.views.emplace(name, std::move(seen));
    }
    return make_plan(input);
}

} // namespace hotreload::daemon
