// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/transaction.hpp"

#include "base/fault.hpp"
#include "base/signal.hpp"
#include "core/groups.hpp"
#include "core/last_words.hpp"
#include "core/names.hpp"
#include "core/pins.hpp"
#include "core/validation.hpp"
#include "core/watch_rules.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <format>
#include <memory>
#include <tuple>

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
        : id_(input.id),
          cancellation_(input.cancellation),
          hurry_(input.hurry),
          newer_(input.newer),
          actions_(actions),
          host_(host) {
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
            if (unproven_)
                hand_over(step);
            else
                outcomes_.push_back(commit(step));
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
        for (; applied_ < steps_.size(); ++applied_)
            if (auto done = co_await apply(steps_[applied_]);
                !done && !co_await gives_way(steps_[applied_]))
                co_return Failure{applied_, problem_of(steps_[applied_], done.error())};
        std::vector<Task<Result<>>> proofs;
        std::vector<std::size_t> proven;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const auto& step = steps_[i];
            if (!actions_(step.plan.action) || !step.view.wanted || step.given_way)
                continue;
            proofs.push_back(prove(step));
            proven.push_back(i);
        }
        auto all = when_all(std::move(proofs));
        const bool may_end = can_be_handed_over();
        unproven_ = may_end && newer_->requested();
        if (unproven_)
            co_return std::nullopt;
        std::optional<std::vector<Result<>>> results;
        if (may_end)
            results = co_await newer_->unless(std::move(all));
        else
            results = co_await std::move(all);
        unproven_ = !results;
        for (std::size_t i = 0; results && i < results->size(); ++i)
            if (!co_await gives_way(steps_[proven[i]]) && !(*results)[i])
                co_return Failure{proven[i], problem_of(steps_[proven[i]], (*results)[i].error())};
        co_return std::nullopt;
    }

    Task<Result<>> apply(ActionContext& step) {
        const auto* handler = actions_(step.plan.action);
        step.begun_usec = host_.realtime_usec();
        reserve(step);
        // It was stopped while the change was only checked: what it is shown is all that is done.
        const bool stopped = step.view.unit.running() && co_await gives_way(step);
        const bool acts = handler && !stopped;
        if (acts) {
            // An installed unit is only let go of: nothing is done to it.
            if (step.plan.action != Action::Stop || !step.view.record->definition.attached())
                host_.acting(id_, step.plan);
            fault::point("reserved");
        }
        if (auto shown = co_await show_wanted(step, kept()); !shown || !acts)
            co_return shown;
        if (auto done = co_await handler->apply(step); !done)
            co_return done;
        fault::point("applied");
        auto ready = co_await until_ready(step);
        fault::point("ready");
        co_return ready;
    }

    // The time that the service has to live through a reload is given for want of a better proof: a
    // newer change does not wait for it.
    Task<Result<>> prove(const ActionContext& step) {
        auto& units = step.means.units;
        const auto& asked = step.view.wanted->verify;
        const auto time = asked.value_or(actions_(step.plan.action)->default_verify(step));
        if (asked || step.plan.action != Action::Reload)
            co_return co_await units.stays_active(step.unit, time, step.well);
        if (hurry_->requested())
            co_return co_await units.stays_active(step.unit, Duration::zero(), step.well);
        auto proof = co_await hurry_->unless(units.stays_active(step.unit, time, step.well));
        if (proof)
            co_return *std::move(proof);
        co_return co_await units.stays_active(step.unit, Duration::zero(), step.well);
    }

    // Somebody else stopped the unit that serves. That is no failure of the change, and is not
    // undone: the change is recorded for its next start.
    Task<bool> gives_way(ActionContext& step) {
        const bool swaps = step.plan.action == Action::Swap;
        const auto serves = swaps ? step.view.record->unit : step.unit;
        if (step.given_way || step.plan.action == Action::Stop ||
            !step.means.units.state(serves).stopped_by_others())
            co_return step.given_way;
        if (swaps && step.unit != serves) {
            (void)co_await step.means.units.discard(step.unit);
            step.means.views.remove(step.unit);
            step.unit = serves;
        }
        co_return step.given_way = true;
    }

    // A restart for the sake of files alone, of a service by itself: what a newer change replaces
    // is the process, and what it would go back to is the same program as before.
    [[nodiscard]] bool can_be_handed_over() const {
        const auto& step = steps_.front();
        const auto& record = step.view.record;
        const auto& wanted = step.view.wanted;
        return steps_.size() == 1 && step.plan.action == Action::Restart && record && wanted &&
               record->generation > 0 && record->definition == *wanted && !wanted->attached() &&
               !wanted->pinned();
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
        return host_.problem_at("services." + step.plan.service, error.message + hint(step));
    }

    // What a person may have meant, where a clean end is the failure.
    static std::string hint(const ActionContext& step) {
        const auto& wanted = step.view.wanted;
        if (!wanted || wanted->attached())
            return "";
        const auto unit = step.means.units.state(step.unit);
        if (starts_generation(step.plan.action) && wanted->is_plain() && !unit.running() &&
            unit.exec_main_code == CLD_EXITED && unit.exec_main_status == 0)
            return "; a program that does its work and ends takes type = \"oneshot\"";
        const int signal = wanted->bare_reload_signal();
        if (step.plan.action == Action::Reload && signal != 0 &&
            unit.exec_main_code == CLD_KILLED && unit.exec_main_status == signal)
            return std::format("; it does not handle {}, its reload_signal: without one it is "
                               "restarted",
                               signal_name(signal));
        return "";
    }

    // A change that names a file which the service reads where it lies on disk.
    static const Change* change_on_disk(const ActionContext& step) {
        const auto& [wanted, record] = std::tie(step.view.wanted, step.view.record);
        if (!wanted || !reads_files(step.plan.action) || step.plan.action == Action::Swap)
            return nullptr;
        const WatchRules rules(*wanted, false);
        const auto found = std::ranges::find_if(step.plan.changes, [&](const Change& change) {
            const auto* watch = rules.watch(change.subject);
            return change.kind != "definition" && change.kind != "rewritten" &&
                   !(watch && watch->pin);
        });
        return found == step.plan.changes.end() ? nullptr : &*found;
    }

    // What a service that was in order came to, because another of its group was not. Only files
    // that are pinned, and definitions, can be taken back.
    static std::string put_back_text(const ActionContext& step, const std::string& culprit) {
        const auto* change = change_on_disk(step);
        if (!change)
            return std::format("put back, because {} failed", culprit);
        const bool keeps =
            step.plan.action == Action::Reload || step.view.wanted->attached() || step.left_down;
        if (!keeps)
            return std::format("put back, because {} failed; it reads {} as it is on disk", culprit,
                               change->subject);
        return std::format("it holds the new content of {} and goes on with it, for only pinned "
                           "files can be taken back; {} failed",
                           change->subject, culprit);
    }

    // A program that has done its work has done it: there is nothing to put back.
    bool has_done_its_work(std::size_t i, const Failure& failure) const {
        const auto& step = steps_[i];
        return i != failure.step && i < applied_ && starts_generation(step.plan.action) &&
               step.view.wanted && !step.view.wanted->attached() &&
               step.view.wanted->type == ServiceType::Oneshot;
    }

    struct Ending {
        std::string result;
        Problem problem;
        bool attempted = false;
        bool unproved = false; // what was put back is a process that nobody has seen live
    };

    Task<Ending> undo(std::size_t i, const Failure& failure) {
        auto& step = steps_[i];
        const auto* handler = actions_(step.plan.action);
        const auto& culprit = steps_[failure.step].plan.service;
        const auto about = [&](std::string message) {
            return host_.problem_at("services." + step.plan.service, std::move(message))
                .for_everybody();
        };
        const bool begun = i <= std::min(applied_, steps_.size() - 1);
        Ending ending{.result = "unchanged",
                      .problem = i == failure.step
                                     ? failure.problem
                                     : about("untouched, because " + culprit + " failed"),
                      .attempted = handler && begun};
        Result<> undone;
        if (begun)
            undone = co_await show_applied(step, kept());
        if (!ending.attempted)
            co_return ending; // it reads nothing now
        step.at_fault = i == failure.step;
        const auto& units = step.means.units;
        const auto before = units.state(step.unit).main_pid;
        if (undone && !step.given_way)
            undone = co_await handler->undo(step);
        ending.unproved =
            units.state(step.unit).running() && units.state(step.unit).main_pid != before;
        if (co_await gives_way(step)) {
            ending.result = "stopped-meanwhile";
            ending.problem = about(given_way_text(step));
            co_return ending;
        }
        if (i != failure.step)
            ending.problem.message = put_back_text(step, culprit);
        const auto generation = step.view.record ? step.view.record->generation : 0;
        if (!undone) {
            ending.result = "needs-attention";
            ending.problem.message += std::format("; and putting generation {} back failed: {}",
                                                  generation, undone.error().message);
            ending.problem.audience = Audience::Inspectors;
            co_return ending;
        }
        if (step.left_down) {
            ending.result = "needs-attention";
            ending.problem.message +=
                "; it is down, and waits for the next change: started again it would read the same";
            co_return ending;
        }
        if (step.started_again)
            ending.problem.message += std::format("; generation {} was started again", generation);
        const bool kept_content =
            i != failure.step && change_on_disk(step) && step.view.wanted->attached();
        const bool back = generation > 0 && step.plan.action != Action::Reload && !kept_content;
        ending.result = back ? "rolled-back" : "failed";
        co_return ending;
    }

    // A process that was started to put things back lives as long as one that a change starts has
    // to; a newer change does not wait for it.
    Task<bool> prove_put_back(ActionContext& step, Ending& ending) {
        if (!ending.unproved)
            co_return true;
        auto& units = step.means.units;
        const auto& applied = step.view.record ? step.view.record->definition : *step.view.wanted;
        const auto time = applied.verify.value_or(actions_(step.plan.action)->default_verify(step));
        auto lives = co_await hurry_->unless(units.stays_active(step.unit, time, std::nullopt));
        if (!lives)
            lives = co_await units.stays_active(step.unit, Duration::zero(), std::nullopt);
        if (*lives)
            co_return true;
        if (co_await gives_way(step)) {
            ending.result = "stopped-meanwhile";
            co_return false;
        }
        ending.result = "needs-attention";
        ending.problem.message += "; and what was put back failed: " + lives->error().message;
        ending.problem.audience = Audience::Inspectors;
        co_return false;
    }

    // Of the process that failed, which what puts things back may replace.
    Task<> add_last_words(const ActionContext& step, const std::string& invocation,
                          Problem& problem) const {
        if (invocation.empty())
            co_return;
        const auto written = co_await read_last_words(step, invocation, step.begun_usec);
        problem = in_its_own_words(
            std::move(problem), written, [&](std::string_view name) -> std::optional<std::string> {
                const auto& wanted = step.view.wanted;
                if (!wanted || !step.view.files)
                    return std::nullopt;
                auto path = std::filesystem::path(wanted->working_dir) / name;
                path = path.lexically_normal();
                return step.view.files->files.contains(path) ? std::optional(path.string())
                                                             : std::nullopt;
            });
    }

    Task<> roll_back(const Failure& failure) {
        const auto& failed = steps_[failure.step];
        const auto invocation = failed.means.units.state(failed.unit).invocation;
        std::vector<Ending> endings(steps_.size());
        std::vector<bool> stays(steps_.size());
        for (auto i = steps_.size(); i-- > 0;) {
            stays[i] = has_done_its_work(i, failure);
            if (!stays[i])
                endings[i] = co_await undo(i, failure);
        }
        std::vector<Task<bool>> proofs;
        for (std::size_t i = 0; i < steps_.size(); ++i)
            proofs.push_back(prove_put_back(steps_[i], endings[i]));
        (void)co_await when_all(std::move(proofs));
        if (!failed.given_way)
            co_await add_last_words(failed, invocation, endings[failure.step].problem);
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            auto& step = steps_[i];
            if (stays[i]) {
                outcomes_.push_back(commit(step));
                co_await actions_(step.plan.action)->finish(step);
                continue;
            }
            const auto& ending = endings[i];
            refuse_step(step, ending.result == "unchanged" ? "held-back" : ending.result,
                        ending.problem, ending.attempted,
                        i == failure.step ? "" : steps_[failure.step].plan.service);
            outcomes_.push_back(outcome(step, ending.result, ending.problem));
        }
    }

    void refuse(const Failure& failure, const std::string& result) {
        const auto& culprit = steps_[failure.step].plan.service;
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const bool at_fault = i == failure.step;
            const auto problem =
                at_fault ? failure.problem
                         : host_
                               .problem_at("services." + steps_[i].plan.service,
                                           "untouched, because " + culprit + " is invalid")
                               .for_everybody();
            refuse_step(steps_[i], at_fault ? result : "held-back", problem, false,
                        at_fault ? "" : culprit);
            outcomes_.push_back(outcome(steps_[i], at_fault ? result : "unchanged", problem));
        }
    }

    // The wanted state is not tried again until it changes or somebody asks; that of a service in
    // order, also when `culprit` is. What an earlier attempt may have left in the service is not
    // gone by a state that was only checked.
    void refuse_step(const ActionContext& step, const std::string& result, const Problem& problem,
                     bool attempted, const std::string& culprit) {
        auto record = step.view.record.value_or(ServiceRecord{});
        if (starts_generation(step.plan.action))
            record.last_used = step.generation;
        record.underway = false;
        if (step.view.wanted)
            record.refusal = Refusal{*step.view.wanted,
                                     step.view.files->files,
                                     result,
                                     problem,
                                     attempted || (record.refusal && record.refusal->attempted),
                                     culprit};
        else if (!step.view.goes_down)
            record.refusal = Refusal{{}, {}, result, problem, false, culprit};
        host_.commit(step.plan.service, std::move(record));
    }

    // To the newer change. The service holds what is not proved, as after a death of ours.
    void hand_over(const ActionContext& step) {
        auto record = *step.view.record;
        record.last_used = step.generation;
        record.unit = step.unit;
        record.underway = false;
        record.refusal =
            Refusal{*step.view.wanted, files_read(*step.view.files), "interrupted", {}, true};
        host_.commit(step.plan.service, std::move(record));
        outcomes_.push_back(outcome(step, "superseded", std::nullopt));
    }

    static std::string given_way_text(const ActionContext& step) {
        return std::format("somebody else stopped {} meanwhile, and it stays stopped: what changed "
                           "is recorded for its next start",
                           step.unit);
    }

    ServiceOutcome commit(const ActionContext& step) {
        if (step.plan.action == Action::Stop) {
            const bool attached = step.view.record->definition.attached();
            host_.commit(step.plan.service, std::nullopt);
            return outcome(step, attached ? "let-go" : "stopped", std::nullopt);
        }
        const bool acted = actions_(step.plan.action) != nullptr && !step.given_way;
        auto record = step.view.record.value_or(ServiceRecord{});
        if (step.plan.action == Action::Swap && acted)
            record.draining.push_back({record.generation, record.unit,
                                       step.view.drain.value_or(step.view.wanted->drain)});
        record.files = reads_files(step.plan.action) && acted
                           ? files_read(*step.view.files)
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
        auto committed = outcome(step, acted ? "applied" : "recorded", std::nullopt);
        if (step.given_way) {
            committed.result = "stopped-meanwhile";
            committed.problem =
                host_.problem_at("services." + step.plan.service, given_way_text(step))
                    .for_everybody();
        }
        return committed;
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
    std::shared_ptr<Cancellation> hurry_;
    std::shared_ptr<Cancellation> newer_;
    std::vector<ActionContext> steps_;
    ActionTable actions_;
    TransactionHost& host_;
    bool moved_on_ = false;                    // a file is not what was looked at
    bool unproven_ = false;                    // a newer change is there
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
    if (plan.action == Action::Refused && view.barred) {
        outcome.result = "invalid";
        outcome.problem = view.barred;
        return outcome;
    }
    const bool held_back = plan.action == Action::Refused && !view.record->refusal->because.empty();
    outcome.result = plan.action == Action::Wait                    ? "waiting"
                     : plan.action == Action::Refused && !held_back ? "refused"
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
    constexpr std::array worst_first{"needs-attention",   "failed",     "rolled-back", "invalid",
                                     "stopped-meanwhile", "superseded", "waiting"};
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
    take_up_held_back(plan, input.views, input.options);
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
