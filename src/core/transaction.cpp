// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/transaction.hpp"

#include "core/groups.hpp"
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
    Group(const TransactionInput& input, std::vector<ServicePlan> plans, Units& units,
          ActionTable actions, TransactionHost& host)
        : id_(input.id), cancellation_(input.cancellation), actions_(actions), host_(host) {
        for (auto& plan : plans) {
            auto view = input.views.at(plan.service);
            const auto used =
                view.record ? std::max(view.record->generation, view.record->last_used) : 0;
            auto unit = view.record ? view.record->unit : "";
            steps_.push_back({units, input.id, input.project, std::move(plan), std::move(view),
                              used + 1, std::move(unit)});
        }
    }

    Task<std::vector<ServiceOutcome>> run() {
        const auto checked = co_await cancellation_->unless(validate());
        if (!checked) {
            for (const auto& step : steps_)
                outcomes_.push_back(outcome(step, "superseded", std::nullopt));
            co_return std::move(outcomes_);
        }
        if (*checked) {
            refuse(**checked, "invalid");
            co_return std::move(outcomes_);
        }
        const auto failure = co_await apply();
        if (failure) {
            co_await roll_back(*failure);
            co_return std::move(outcomes_);
        }
        for (auto& step : steps_)
            commit(step);
        for (auto& step : steps_)
            if (const auto* handler = actions_(step.plan.action))
                co_await handler->finish(step);
        co_return std::move(outcomes_);
    }

private:
    struct Failure {
        std::size_t step;
        Problem problem;
    };

    Task<std::optional<Failure>> validate() {
        std::vector<Task<std::optional<Problem>>> checks;
        for (const auto& step : steps_)
            checks.push_back(validate_service(step, host_));
        const auto problems = co_await when_all(std::move(checks));
        for (std::size_t i = 0; i < problems.size(); ++i)
            if (problems[i])
                co_return Failure{i, *problems[i]};
        co_return std::nullopt;
    }

    // A dependent starts only after what it depends on has, so one after another; they prove
    // themselves all at the same time.
    Task<std::optional<Failure>> apply() {
        for (; applied_ < steps_.size(); ++applied_) {
            auto& step = steps_[applied_];
            const auto* handler = actions_(step.plan.action);
            if (!handler)
                continue;
            reserve(step);
            host_.acting(id_, step.plan);
            if (auto done = co_await handler->apply(step); !done)
                co_return Failure{applied_, problem_of(step, done.error())};
        }
        std::vector<Task<Result<>>> proofs;
        std::vector<std::size_t> proven;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const auto& step = steps_[i];
            const auto* handler = actions_(step.plan.action);
            if (!handler || !step.view.wanted)
                continue;
            proofs.push_back(step.units.stays_active(
                step.unit, step.view.wanted->verify.value_or(handler->default_verify())));
            proven.push_back(i);
        }
        auto results = co_await when_all(std::move(proofs));
        for (std::size_t i = 0; i < results.size(); ++i)
            if (!results[i])
                co_return Failure{proven[i], problem_of(steps_[proven[i]], results[i].error())};
        co_return std::nullopt;
    }

    // The number is on record before a unit can carry it, so that no later one meets its remains.
    void reserve(const ActionContext& step) {
        if (step.plan.action != Action::Restart && step.plan.action != Action::Start)
            return;
        auto record = step.view.record.value_or(ServiceRecord{});
        record.last_used = step.generation;
        record.underway = true;
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
                               : host_.problem_at("services." + step.plan.service,
                                                  std::format("untouched, because {} failed",
                                                              steps_[failure.step].plan.service));
            std::string result = "unchanged";
            if (handler && i <= last) {
                const auto undone = co_await handler->undo(step);
                const bool had_one = step.view.record && step.view.record->generation > 0;
                const bool back = undone && had_one && step.plan.action != Action::Reload;
                result = back ? "rolled-back" : "failed";
                if (i != failure.step)
                    problem.message = std::format("put back, because {} failed",
                                                  steps_[failure.step].plan.service);
                if (!undone)
                    problem.message +=
                        std::format("; and putting generation {} back failed: {}",
                                    step.view.record ? step.view.record->generation : 0,
                                    undone.error().message);
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
                problem = host_.problem_at("services." + steps_[i].plan.service,
                                           std::format("untouched, because {} is invalid",
                                                       steps_[failure.step].plan.service));
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
        if (step.plan.action == Action::Restart || step.plan.action == Action::Start)
            record.last_used = step.generation;
        record.underway = false;
        if (step.view.wanted)
            record.refusal = Refusal{*step.view.wanted, step.view.files->files, result, problem,
                                     attempted || (record.refusal && record.refusal->attempted)};
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
        record.files = reads_files(step.plan.action) ? files_read(*step.view.files)
                                                     : applied_files(*step.view.files, record);
        record.generation = step.generation;
        record.last_used = step.generation;
        record.definition = *step.view.wanted;
        record.unit = record.definition.attached() ? record.definition.unit : step.unit;
        record.wanted = acted || record.wanted;
        record.applied_usec = host_.realtime_usec();
        record.strategy = acted ? std::string(to_string(step.plan.action)) : "none";
        record.underway = false;
        record.refusal.reset();
        host_.commit(step.plan.service, std::move(record));
        outcomes_.push_back(outcome(step, acted ? "applied" : "recorded", std::nullopt));
    }

    static ServiceOutcome outcome(const ActionContext& step, std::string result,
                                  std::optional<Problem> problem) {
        const bool done = result == "applied" || result == "recorded";
        const auto generation = done               ? step.generation
                                : step.view.record ? step.view.record->generation
                                                   : 0;
        const auto& unit = done || !step.view.record ? step.unit : step.view.record->unit;
        return {step.plan.service, step.plan.action,   std::move(result), generation, unit,
                step.plan.changes, std::move(problem), Duration::zero()};
    }

    std::uint64_t id_;
    std::shared_ptr<Cancellation> cancellation_;
    std::vector<ActionContext> steps_;
    ActionTable actions_;
    TransactionHost& host_;
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
    constexpr std::array worst_first{"failed", "rolled-back", "invalid", "superseded", "waiting"};
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
    return plan;
}

Task<Outcome> run_transaction(TransactionInput input, Units& units, ActionTable actions,
                              TransactionHost& host) {
    auto plan = make_plan(input);
    Outcome outcome{.id = input.id, .project = input.project, .trigger = input.trigger};
    if (plan.acts())
        host.started(input.id, plan);

    std::map<std::string, ServiceOutcome> ended;
    for (const auto& each : plan.services)
        if (!is_acted_on(each.action))
            ended[each.service] = leave(each, input.views.at(each.service), host);

    std::vector<std::unique_ptr<Group>> groups;
    std::vector<Task<std::vector<ServiceOutcome>>> running;
    for (auto& plans : group_by_dependency(plan, input.views)) {
        groups.push_back(std::make_unique<Group>(input, std::move(plans), units, actions, host));
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
