// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/transaction.hpp"

#include "base/fault.hpp"
#include "core/groups.hpp"
#include "core/names.hpp"
#include "core/pins.hpp"
#include "core/validation.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <memory>
#include <ranges>

namespace hotreload {

namespace {

// A file that is gone for now, or cannot be read, is still the one that was applied.
std::map<std::string, ContentId> applied_files(const Snapshot& now, const ServiceRecord& record) {
    auto files = now.files;
    const auto keep = [&](const std::string& path) {
        if (const auto it = record.files.find(path); it != record.files.end())
            files.insert(*it);
    };
    std::ranges::for_each(now.missing, keep);
    for (const auto& problem : now.unreadable)
        keep(problem.path);
    return files;
}

// What a service has read that was made to read its files: not those that were missing, or half
// written. They are new to it when they are whole.
std::map<std::string, ContentId> files_read(const Snapshot& now) {
    auto files = now.files;
    for (const auto& path : now.writing)
        files.erase(path);
    return files;
}

// One group of services on its way through the transaction.
class Group {
public:
    // Takes the views of its services out of the input.
    Group(TransactionInput& input, std::vector<ServicePlan> plans, const Means& means,
          ActionTable actions, TransactionHost& host)
        : id_(input.id), cancellation_(input.cancellation), actions_(actions), host_(host) {
        for (auto& plan : plans) {
            auto view = std::move(input.views.at(plan.service));
            const auto used =
                view.record ? std::max(view.record->generation, view.record->last_used) : 0;
            auto unit = view.record ? view.record->unit : "";
            auto shown = view.record ? view.record->view : "";
            if (view.wanted && view.wanted->attached() &&
                std::exchange(unit, view.wanted->unit) != view.wanted->unit)
                shown.clear();
            steps_.push_back({.means = means,
                              .transaction = input.id,
                              .project = input.project,
                              .plan = std::move(plan),
                              .view = std::move(view),
                              .generation = used + 1,
                              .unit = std::move(unit),
                              .sockets = {},
                              .binds = {},
                              .shown = std::move(shown)});
        }
    }

    Task<std::vector<ServiceOutcome>> run() {
        const auto checked = co_await cancellation_->unless(validate());
        fault::point("validated");
        // Files that are not any more what was looked at: what is there now is looked at anew.
        if (!checked || moved_on_) {
            for (const auto& step : steps_)
                outcomes_.push_back(outcome(step, "superseded", std::nullopt));
            co_return std::move(outcomes_);
        }
        if (*checked) {
            refuse(**checked, "invalid");
            co_return std::move(outcomes_);
        }
        if (const auto failure = prepare()) {
            release(Keep::Applied);
            if (moved_on_)
                for (const auto& step : steps_)
                    outcomes_.push_back(outcome(step, "superseded", std::nullopt));
            else
                refuse(*failure, "invalid");
            co_return std::move(outcomes_);
        }
        const auto failure = co_await apply();
        if (failure) {
            fault::point("failed");
            co_await roll_back(*failure);
            fault::point("rolled-back");
            release(Keep::Applied);
            co_return std::move(outcomes_);
        }
        fault::point("proven");
        for (auto& step : steps_)
            commit(step);
        fault::point("committed");
        for (auto& step : steps_)
            if (const auto* handler = actions_(step.plan.action))
                co_await handler->finish(step);
        release(Keep::Wanted);
        fault::point("finished");
        co_return std::move(outcomes_);
    }

private:
    struct Failure {
        std::size_t step;
        Problem problem;
    };

    Task<std::optional<Failure>> validate() {
        std::vector<Task<Verdict>> checks;
        for (const auto& step : steps_)
            checks.push_back(validate_service(step, host_));
        const auto verdicts = co_await when_all(std::move(checks));
        for (std::size_t i = 0; i < verdicts.size(); ++i) {
            moved_on_ |= verdicts[i].moved_on;
            notes_[steps_[i].plan.service] = verdicts[i].note;
        }
        for (std::size_t i = 0; i < verdicts.size(); ++i)
            if (verdicts[i].problem)
                co_return Failure{i, *verdicts[i].problem};
        co_return std::nullopt;
    }

    // All that can fail, or takes time, and disturbs nobody: before anything is touched.
    std::optional<Failure> prepare() {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            auto& step = steps_[i];
            const auto key = "services." + step.plan.service;
            if (auto prepared = prepare_pins(step, kept()); !prepared) {
                moved_on_ = prepared.error().code == ErrorCode::Busy;
                return Failure{i, host_.problem_at(key + ".watch", prepared.error().message)};
            }
            if (!starts_generation(step.plan.action) || step.view.wanted->attached())
                continue;
            const auto& wanted = *step.view.wanted;
            auto ports = wanted.ports;
            if (step.view.record) {
                const auto later = ports_in_place_of(step.view.record->definition, wanted);
                step.sockets_later = !later.empty();
                std::erase_if(ports, [&](const PortDefinition& port) {
                    return std::ranges::contains(later, port.address);
                });
            }
            auto sockets = step.means.sockets.open(step.project, wanted.name, ports);
            if (!sockets)
                return Failure{i, host_.problem_at(key + ".ports", sockets.error().message)};
            step.sockets = std::move(*sockets);
        }
        fault::point("prepared");
        return std::nullopt;
    }

    // Closes the sockets, and takes down the private views, of the state that did not become the
    // applied one, or is it no longer.
    enum class Keep { Applied, Wanted };
    void release(Keep keep) {
        for (const auto& step : steps_) {
            const auto& view = step.view;
            if (keep == Keep::Applied)
                step.means.views.remove(
                    generation_unit(step.project, step.plan.service, step.generation));
            else if (view.record && view.record->view != step.shown)
                step.means.views.remove(view.record->view);
            if (!starts_generation(step.plan.action) && step.plan.action != Action::Stop)
                continue;
            static const std::vector<PortDefinition> none;
            const auto& ports = keep == Keep::Wanted ? view.wanted ? view.wanted->ports : none
                                : view.record        ? view.record->definition.ports
                                                     : none;
            step.means.sockets.keep_only(step.project, step.plan.service, ports);
            // A swapped one drains, and is looked after from the record.
            const bool gone = keep == Keep::Wanted && step.plan.action != Action::Swap;
            const bool stays = view.wanted && view.record && view.record->unit == step.unit;
            if (gone && view.record && !stays)
                step.means.views.remove(view.record->unit);
            if (step.plan.action == Action::Stop && view.record)
                for (const auto& each : view.record->draining)
                    step.means.views.remove(each.unit);
        }
    }

    // A dependent starts only after what it depends on has, so one after another; they prove
    // themselves all at the same time.
    Task<std::optional<Failure>> apply() {
        for (; applied_ < steps_.size(); ++applied_) {
            auto& step = steps_[applied_];
            const auto* handler = actions_(step.plan.action);
            reserve(step);
            if (handler) {
                host_.acting(id_, step.plan);
                fault::point("reserved");
            }
            if (auto shown = co_await show_wanted(step, kept()); !shown)
                co_return Failure{applied_, problem_of(step, shown.error())};
            if (!handler)
                continue;
            if (auto done = co_await handler->apply(step); !done)
                co_return Failure{applied_, problem_of(step, done.error())};
            fault::point("applied");
            if (auto ready = co_await until_ready(step); !ready)
                co_return Failure{applied_, problem_of(step, ready.error())};
            fault::point("ready");
        }
        std::vector<Task<Result<>>> proofs;
        std::vector<std::size_t> proven;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const auto& step = steps_[i];
            const auto* handler = actions_(step.plan.action);
            if (!handler || !step.view.wanted)
                continue;
            proofs.push_back(step.means.units.stays_active(
                step.unit, step.view.wanted->verify.value_or(handler->default_verify())));
            proven.push_back(i);
        }
        auto results = co_await when_all(std::move(proofs));
        for (std::size_t i = 0; i < results.size(); ++i)
            if (!results[i])
                co_return Failure{proven[i], problem_of(steps_[proven[i]], results[i].error())};
        co_return std::nullopt;
    }

    Views::Kept kept() const {
        return [this](const ContentId& id) { return host_.content(id); };
    }

    // Where the type of the service does not tell when it is ready, its probe does.
    static Task<Result<>> until_ready(ActionContext& step) {
        const auto& wanted = step.view.wanted;
        if (!wanted || !wanted->ready || !reads_files(step.plan.action))
            co_return Result<>{};
        const auto before = step.means.now();
        auto ready = co_await step.means.probes.until_ready(
            *wanted->ready, {.unit = wanted->attached() ? wanted->unit : step.unit,
                             .project = step.project,
                             .service = wanted->name,
                             .slice = project_slice(step.project),
                             .env = wanted->env,
                             .working_dir = wanted->working_dir,
                             .user = wanted->user});
        if (step.gap > Duration::zero()) // until then, nobody could be served
            step.gap += step.means.now() - before;
        co_return ready;
    }

    // The number is on record before a unit can carry it, so that no later one meets its remains;
    // that a service was stopped by us, before it is; and what a unit that stays is to be given,
    // before it may hold it.
    void reserve(const ActionContext& step) {
        const auto action = step.plan.action;
        if (!actions_(action) && step.binds.empty())
            return; // nothing is done to it
        const bool stays = action != Action::Stop && !starts_generation(action);
        const bool attached = step.view.wanted && step.view.wanted->attached();
        auto record = step.view.record.value_or(ServiceRecord{});
        if (!step.view.record && attached) {
            record.definition = *step.view.wanted; // what it is shown has to be undone, too
            record.unit = step.unit;
        }
        if (starts_generation(action) || !step.binds.empty())
            record.last_used = step.generation;
        if (!stays)
            record.underway = true;
        if (stays || attached)
            record.refusal =
                Refusal{*step.view.wanted, step.view.files->files, "interrupted", {}, true};
        host_.commit(step.plan.service, std::move(record));
    }

    Problem problem_of(const ActionContext& step, const Error& error) const {
        return host_.problem_at("services." + step.plan.service, error.message);
    }

    Task<> roll_back(const Failure& failure) {
        std::vector<ServiceOutcome> done;
        const auto last = std::min(applied_, steps_.size() - 1);
        for (auto i = steps_.size(); i-- > 0;) {
            auto& step = steps_[i];
            const auto* handler = actions_(step.plan.action);
            auto problem = i == failure.step
                               ? failure.problem
                               : host_
                                     .problem_at("services." + step.plan.service,
                                                 std::format("untouched, because {} failed",
                                                             steps_[failure.step].plan.service))
                                     .for_everybody();
            std::string result = "unchanged";
            if (!handler && i <= last)
                (void)co_await show_applied(step, kept()); // it reads nothing now
            if (handler && i <= last) {
                auto undone = co_await show_applied(step, kept());
                if (undone)
                    undone = co_await handler->undo(step);
                const bool had_one = step.view.record && step.view.record->generation > 0;
                const bool back = undone && had_one && step.plan.action != Action::Reload;
                result = !undone ? "needs-attention" : back ? "rolled-back" : "failed";
                if (i != failure.step)
                    problem.message = std::format("put back, because {} failed",
                                                  steps_[failure.step].plan.service);
                if (!undone) {
                    problem.message +=
                        std::format("; and putting generation {} back failed: {}",
                                    step.view.record ? step.view.record->generation : 0,
                                    undone.error().message);
                    problem.audience = Audience::Inspectors;
                }
            }
            refuse_step(step, result == "unchanged" ? "failed" : result, problem,
                        handler && i <= last);
            done.push_back(outcome(step, result, problem));
        }
        std::ranges::reverse(done);
        outcomes_ = std::move(done);
    }

    void refuse(const Failure& failure, const std::string& result) {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            auto problem = failure.problem;
            if (i != failure.step)
                problem = host_
                              .problem_at("services." + steps_[i].plan.service,
                                          std::format("untouched, because {} is invalid",
                                                      steps_[failure.step].plan.service))
                              .for_everybody();
            refuse_step(steps_[i], result, problem, false);
            outcomes_.push_back(
                outcome(steps_[i], i == failure.step ? result : "unchanged", problem));
        }
    }

    // The wanted state is not tried again until it changes or somebody asks. What an earlier
    // attempt may have left in the service is not gone by a state that was only checked.
    void refuse_step(const ActionContext& step, const std::string& result, const Problem& problem,
                     bool attempted) {
        auto record = step.view.record.value_or(ServiceRecord{});
        if (starts_generation(step.plan.action))
            record.last_used = step.generation;
        record.underway = false;
        if (step.view.wanted)
            record.refusal = Refusal{*step.view.wanted, step.view.files->files, result, problem,
                                     attempted || (record.refusal && record.refusal->attempted)};
        else
            record.refusal = Refusal{{}, {}, result, problem, false};
        host_.commit(step.plan.service, std::move(record));
    }

    void commit(const ActionContext& step) {
        if (step.plan.action == Action::Stop) {
            host_.commit(step.plan.service, std::nullopt);
            outcomes_.push_back(outcome(step, "stopped", std::nullopt));
            return;
        }
        const bool acted = actions_(step.plan.action) != nullptr;
        auto record = step.view.record.value_or(ServiceRecord{});
        if (step.plan.action == Action::Swap)
            record.draining.push_back({record.generation, record.unit,
                                       step.view.drain.value_or(step.view.wanted->drain)});
        record.files = reads_files(step.plan.action) ? files_read(*step.view.files)
                                                     : applied_files(*step.view.files, record);
        record.generation = step.generation;
        record.last_used = step.generation;
        record.definition = *step.view.wanted;
        record.unit = record.definition.attached() ? record.definition.unit : step.unit;
        record.view = step.shown;
        record.wanted = acted || record.wanted;
        record.applied_usec = host_.realtime_usec();
        record.strategy = acted ? std::string(to_string(step.plan.action)) : "none";
        record.underway = false;
        record.refusal = step.view.held;
        host_.commit(step.plan.service, std::move(record));
        outcomes_.push_back(outcome(step, acted ? "applied" : "recorded", std::nullopt));
    }

    ServiceOutcome outcome(const ActionContext& step, std::string result,
                           std::optional<Problem> problem) const {
        const bool done = result == "applied" || result == "recorded";
        const auto generation = done               ? step.generation
                                : step.view.record ? step.view.record->generation
                                                   : 0;
        const auto& unit = done || !step.view.record ? step.unit : step.view.record->unit;
        const auto note = notes_.find(step.plan.service);
        return {.service = step.plan.service,
                .action = step.plan.action,
                .result = std::move(result),
                .generation = generation,
                .unit = unit,
                .changes = step.plan.changes,
                .problem = std::move(problem),
                .gap = step.gap,
                .note = note == notes_.end() ? "" : note->second};
    }

    std::uint64_t id_;
    std::shared_ptr<Cancellation> cancellation_;
    std::vector<ActionContext> steps_;
    ActionTable actions_;
    TransactionHost& host_;
    bool moved_on_ = false;                    // a file is not what was looked at
    std::map<std::string, std::string> notes_; // of the validation, by service
    std::size_t applied_ = 0; // steps whose action was begun, the last one perhaps half-way
    std::vector<ServiceOutcome> outcomes_;
};

// A service that nothing is done to. When what was refused is gone, so is its error.
ServiceOutcome leave(const ServicePlan& plan, const ServiceView& view, TransactionHost& host) {
    ServiceOutcome outcome{.service = plan.service, .action = plan.action, .changes = plan.changes};
    if (view.record) {
        outcome.generation = view.record->generation;
        outcome.unit = view.record->unit;
    }
    outcome.result = plan.action == Action::Wait      ? "waiting"
                     : plan.action == Action::Refused ? "refused"
                                                      : "unchanged";
    if (plan.action == Action::Refused)
        outcome.problem = view.record->refusal->problem;
    // Documents that mean the same are what is applied from now on, in their new words.
    const bool rewritten = !plan.changes.empty() && all_rewritten(plan.changes);
    const bool waits = plan.action == Action::Wait && view.record && view.record->refusal;
    if (waits) {
        auto record = *view.record;
        record.refusal.reset();
        host.commit(plan.service, std::move(record));
    }
    if (view.record && plan.action == Action::None && (view.record->refusal || rewritten)) {
        auto record = *view.record;
        record.refusal.reset();
        record.files = applied_files(*view.files, record);
        host.commit(plan.service, std::move(record));
    }
    return outcome;
}

// The word for the whole: of what its services came to, the one that matters most.
std::string overall(const std::vector<ServiceOutcome>& services) {
    constexpr std::array worst_first{"needs-attention", "failed",     "rolled-back",
                                     "invalid",         "superseded", "waiting"};
    for (const std::string result : worst_first)
        if (std::ranges::contains(services, result, &ServiceOutcome::result))
            return result;
    const bool unchanged = std::ranges::all_of(services, [](const auto& each) {
        return each.result == "unchanged" || each.result == "refused";
    });
    return unchanged ? "unchanged" : "applied";
}

} // namespace

Plan make_plan(const TransactionInput& input) {
    Plan plan{input.project, {}};
    for (const auto& name : input.order)
        plan.services.push_back(plan_service(name, input.views.at(name), input.options));
    restart_followers(plan, input.views);
    return plan;
}

Task<Outcome> run_transaction(TransactionInput input, Plan plan, Means means, ActionTable actions,
                              TransactionHost& host) {
    Outcome outcome{
        .id = input.id, .project = input.project, .trigger = input.trigger, .caller = input.caller};
    if (plan.acts())
        host.started(input.id, plan);

    std::map<std::string, ServiceOutcome> ended;
    for (const auto& each : plan.services)
        if (!is_acted_on(each.action))
            ended[each.service] = leave(each, input.views.at(each.service), host);

    std::vector<std::unique_ptr<Group>> groups;
    std::vector<Task<std::vector<ServiceOutcome>>> running;
    for (auto& plans : group_by_dependency(plan, input.views)) {
        groups.push_back(std::make_unique<Group>(input, std::move(plans), means, actions, host));
        running.push_back(groups.back()->run());
    }
    auto results = co_await when_all(std::move(running));
    for (auto& outcomes : results)
        for (auto& each : outcomes)
            ended[each.service] = std::move(each);

    for (const auto& name : input.order) {
        auto& each = ended.at(name);
        if (each.problem && each.result != "unchanged" && each.result != "refused")
            outcome.problems.push_back(*each.problem);
        outcome.services.push_back(std::move(each));
    }
    outcome.result = overall(outcome.services);
    co_return outcome;
}

} // namespace hotreload
