// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/service_step.hpp"

#include "base/fault.hpp"
#include "base/signal.hpp"
#include "core/names.hpp"
#include "core/watch_rules.hpp"
#include "service/last_words.hpp"
#include "service/pins.hpp"
#include "service/table.hpp"
#include "service/validation.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <format>
#include <tuple>
#include <utility>

namespace hotreload::service {

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

// The files that a service has read which was made to read them: not those that were missing, or
// half written. They are new to it when they are whole.
std::map<std::string, ContentId> files_read(const Snapshot& now) {
    auto files = now.files;
    for (const auto& path : now.writing)
        files.erase(path);
    return files;
}

} // namespace

ServiceStep::ServiceStep(ActionContext context, ServiceHost& host)
    : own_(std::move(context)), host_(host), handler_(handler_for(own_.plan.action)) {
    const auto& view = own_.view;
    const auto used = view.record ? std::max(view.record->generation, view.record->last_used) : 0;
    own_.generation = used + 1;
    own_.unit = view.record ? view.record->unit : "";
    own_.shown = view.record ? view.record->view : "";
    if (view.wanted && view.wanted->attached() &&
        std::exchange(own_.unit, view.wanted->unit) != view.wanted->unit)
        own_.shown.clear();
}

bool ServiceStep::acts() const {
    return is_acted_on(own_.plan.action);
}

Links ServiceStep::links() const {
    const auto& view = own_.view;
    return (view.wanted ? *view.wanted : view.record->definition).links();
}

bool ServiceStep::may_be_handed_over() const {
    const auto& [wanted, record] = std::tie(own_.view.wanted, own_.view.record);
    return own_.plan.action == Action::Restart && record && wanted && record->generation > 0 &&
           record->definition == *wanted && !wanted->attached() && !wanted->pinned();
}

Views::Kept ServiceStep::kept() const {
    return [this](const ContentId& id) { return host_.content(id); };
}

Problem ServiceStep::at(std::string message) const {
    return host_.problem_at("services." + name(), std::move(message));
}

// When what was refused is gone, so is its error.
ServiceOutcome ServiceStep::leave() {
    const auto& [plan, view] = std::tie(own_.plan, own_.view);
    ServiceOutcome outcome{.service = name(), .action = plan.action, .changes = plan.changes};
    if (view.record) {
        outcome.generation = view.record->generation;
        outcome.unit = view.record->unit;
    }
    if (plan.action == Action::Refused && view.barred) {
        outcome.result = ReloadResult::Invalid;
        outcome.problem = view.barred;
        return outcome;
    }
    const bool held_back = plan.action == Action::Refused && !view.record->refusal->because.empty();
    outcome.result = plan.action == Action::Wait                    ? ReloadResult::Waiting
                     : plan.action == Action::Refused && !held_back ? ReloadResult::Refused
                                                                    : ReloadResult::Unchanged;
    if (plan.action == Action::Refused)
        outcome.problem = view.record->refusal->problem;
    // Documents that mean the same are what is applied from now on, in their new words.
    const bool rewritten = !plan.changes.empty() && all_rewritten(plan.changes);
    const bool waits = plan.action == Action::Wait && view.record && view.record->refusal;
    const bool takes_note =
        view.record && plan.action == Action::None && (view.record->refusal || rewritten);
    if (!waits && !takes_note)
        return outcome;
    auto record = *view.record;
    record.refusal.reset();
    if (takes_note)
        record.files = applied_files(*view.files, record);
    host_.commit(name(), std::move(record));
    return outcome;
}

Task<Verdict> ServiceStep::check() {
    auto verdict = co_await validate_service(own_, host_);
    note_ = verdict.note;
    co_return verdict;
}

Verdict ServiceStep::prepare() {
    const auto key = "services." + name();
    if (auto prepared = prepare_pins(own_, kept()); !prepared)
        return {.problem = host_.problem_at(key + ".watch", prepared.error().message),
                .moved_on = prepared.error().code == ErrorCode::Busy,
                .note = {}};
    if (!starts_generation(own_.plan.action) || own_.view.wanted->attached())
        return {};
    const auto& wanted = *own_.view.wanted;
    auto ports = wanted.ports;
    if (own_.view.record) {
        const auto later = ports_in_place_of(own_.view.record->definition, wanted);
        own_.sockets_later = !later.empty();
        std::erase_if(ports, [&](const PortDefinition& port) {
            return std::ranges::contains(later, port.address);
        });
    }
    auto sockets = own_.means.sockets.open(own_.project, wanted.name, ports);
    if (!sockets)
        return {.problem = host_.problem_at(key + ".ports", sockets.error().message), .note = {}};
    own_.sockets = std::move(*sockets);
    return {};
}

// The number is on record before a unit can carry it, so that no later one meets its remains; that
// a service was stopped by us, before it is; and what a unit that stays is to be given, before it
// may hold it.
void ServiceStep::reserve() {
    const auto action = own_.plan.action;
    own_.begun_usec = host_.realtime_usec();
    if (!handler_ && own_.binds.empty())
        return; // nothing is done to it
    const bool stays = action != Action::Stop && !starts_generation(action);
    const bool attached = own_.view.wanted && own_.view.wanted->attached();
    auto record = own_.view.record.value_or(ServiceRecord{});
    if (!own_.view.record && attached) {
        record.definition = *own_.view.wanted; // what it is shown has to be undone, too
        record.unit = own_.unit;
    }
    if (starts_generation(action) || !own_.binds.empty())
        record.last_used = own_.generation;
    if (!stays)
        record.underway = true;
    if (stays || attached)
        record.refusal =
            Refusal{*own_.view.wanted, own_.view.files->files, ReloadResult::Interrupted, {}, true};
    host_.commit(name(), std::move(record));
}

Task<std::optional<Problem>> ServiceStep::apply() {
    const auto done = co_await act();
    if (done)
        co_return std::nullopt;
    co_return at(done.error().message + hint());
}

Task<Result<>> ServiceStep::act() {
    // It was stopped while the change was only checked: what it is shown is all that is done.
    const bool stopped = own_.view.unit.running() && co_await gives_way();
    const bool is_done = handler_ && !stopped;
    if (is_done) {
        // An installed unit is only let go of: nothing is done to it.
        if (own_.plan.action != Action::Stop || !own_.view.record->definition.attached())
            host_.acting(own_.transaction, own_.plan);
        fault::point("reserved");
    }
    if (auto shown = co_await show_wanted(own_, kept()); !shown || !is_done)
        co_return shown;
    if (auto done = co_await handler_->apply(own_); !done)
        co_return done;
    fault::point("applied");
    auto ready = co_await until_ready();
    fault::point("ready");
    co_return ready;
}

// Where the type of the service does not tell when it is ready, its probe does.
Task<Result<>> ServiceStep::until_ready() {
    const auto& wanted = own_.view.wanted;
    if (!wanted || !wanted->ready || !reads_files(own_.plan.action))
        co_return Result<>{};
    const auto before = own_.means.now();
    auto ready = co_await own_.means.probes.until_ready(
        *wanted->ready, {.unit = wanted->attached() ? wanted->unit : own_.unit,
                         .project = own_.project,
                         .service = wanted->name,
                         .slice = project_slice(own_.project),
                         .env = wanted->env,
                         .working_dir = wanted->working_dir,
                         .user = wanted->user});
    if (own_.gap > Duration::zero()) // until then, nobody could be served
        own_.gap += own_.means.now() - before;
    co_return ready;
}

// Somebody else stopped the unit that serves: the change is recorded for its next start.
Task<bool> ServiceStep::gives_way() {
    const bool swaps = own_.plan.action == Action::Swap;
    const auto serves = swaps ? own_.view.record->unit : own_.unit;
    if (own_.given_way || own_.plan.action == Action::Stop ||
        !own_.means.units.state(serves).stopped_by_others())
        co_return own_.given_way;
    if (swaps && own_.unit != serves) {
        (void)co_await own_.means.units.discard(own_.unit);
        own_.means.views.remove(own_.unit);
        own_.unit = serves;
    }
    co_return own_.given_way = true;
}

// What a person may have meant, where a clean end is the failure.
std::string ServiceStep::hint() const {
    const auto& wanted = own_.view.wanted;
    if (!wanted || wanted->attached())
        return "";
    const auto unit = own_.means.units.state(own_.unit);
    if (starts_generation(own_.plan.action) && wanted->is_plain() && !unit.running() &&
        unit.exec_main_code == CLD_EXITED && unit.exec_main_status == 0)
        return "; a program that does its work and ends takes type = \"oneshot\"";
    const int signal = wanted->bare_reload_signal();
    if (own_.plan.action == Action::Reload && signal != 0 && unit.exec_main_code == CLD_KILLED &&
        unit.exec_main_status == signal)
        return std::format("; it does not handle {}, its reload_signal: without one it is "
                           "restarted",
                           signal_name(signal));
    return "";
}

bool ServiceStep::has_proof() const {
    return handler_ && own_.view.wanted && !own_.given_way;
}

// The time that the service has to live through a reload is given for want of a better proof: a
// newer change does not wait for it.
Task<std::optional<Problem>> ServiceStep::prove(Cancellation& hurry) {
    auto& units = own_.means.units;
    const auto& asked = own_.view.wanted->verify;
    const auto time = asked.value_or(handler_->default_verify(own_));
    const bool may_hurry = !asked && own_.plan.action == Action::Reload;
    std::optional<Result<>> proof;
    if (!may_hurry)
        proof = co_await units.stays_active(own_.unit, time, own_.well);
    else if (!hurry.requested())
        proof = co_await hurry.unless(units.stays_active(own_.unit, time, own_.well));
    if (!proof)
        proof = co_await units.stays_active(own_.unit, Duration::zero(), own_.well);
    if (*proof)
        co_return std::nullopt;
    co_return at(proof->error().message + hint());
}

ServiceOutcome ServiceStep::commit() {
    if (own_.plan.action == Action::Stop) {
        const bool attached = own_.view.record->definition.attached();
        host_.commit(name(), std::nullopt);
        return outcome(attached ? ReloadResult::LetGo : ReloadResult::Stopped, std::nullopt);
    }
    const bool acted = handler_ && !own_.given_way;
    auto record = own_.view.record.value_or(ServiceRecord{});
    if (own_.plan.action == Action::Swap && acted)
        record.draining.push_back(
            {record.generation, record.unit, own_.view.drain.value_or(own_.view.wanted->drain)});
    record.files = reads_files(own_.plan.action) && acted ? files_read(*own_.view.files)
                                                          : applied_files(*own_.view.files, record);
    record.generation = own_.generation;
    record.last_used = own_.generation;
    record.definition = *own_.view.wanted;
    record.unit = record.definition.attached() ? record.definition.unit : own_.unit;
    record.view = own_.shown;
    record.wanted = acted || record.wanted;
    record.applied_usec = host_.realtime_usec();
    record.strategy = acted ? std::string(to_string(own_.plan.action)) : "none";
    record.underway = false;
    record.refusal = own_.view.held;
    host_.commit(name(), std::move(record));
    auto committed = outcome(acted ? ReloadResult::Applied : ReloadResult::Recorded, std::nullopt);
    if (own_.given_way) {
        committed.result = ReloadResult::StoppedMeanwhile;
        committed.problem = at(given_way_text()).for_everybody();
    }
    return committed;
}

Task<> ServiceStep::finish() {
    if (handler_)
        co_await handler_->finish(own_);
}

// A program that has done its work has done it: there is nothing to put back.
bool ServiceStep::is_done_for_good() const {
    return starts_generation(own_.plan.action) && own_.view.wanted &&
           !own_.view.wanted->attached() && own_.view.wanted->type == ServiceType::Oneshot;
}

void ServiceStep::remember_failure() {
    failed_invocation_ = own_.means.units.state(own_.unit).invocation;
}

Task<Ending> ServiceStep::undo(const Failed& failed, bool begun) {
    const bool at_fault = failed.step == this;
    const auto& culprit = failed.step->name();
    const auto about = [&](std::string message) { return at(std::move(message)).for_everybody(); };
    Ending ending{.result = ReloadResult::Unchanged,
                  .problem = at_fault ? failed.problem
                                      : about("untouched, because " + culprit + " failed"),
                  .attempted = handler_ && begun};
    Result<> undone;
    if (begun)
        undone = co_await show_applied(own_, kept());
    if (!ending.attempted)
        co_return ending; // it reads nothing now
    own_.at_fault = at_fault;
    const auto& units = own_.means.units;
    const auto before = units.state(own_.unit).main_pid;
    if (undone && !own_.given_way)
        undone = co_await handler_->undo(own_);
    ending.unproved = units.state(own_.unit).running() && units.state(own_.unit).main_pid != before;
    if (co_await gives_way()) {
        ending.result = ReloadResult::StoppedMeanwhile;
        ending.problem = about(given_way_text());
        co_return ending;
    }
    if (!at_fault)
        ending.problem.message = put_back_text(culprit);
    const auto generation = own_.view.record ? own_.view.record->generation : 0;
    if (!undone) {
        ending.result = ReloadResult::NeedsAttention;
        ending.problem.message += std::format("; and putting generation {} back failed: {}",
                                              generation, undone.error().message);
        ending.problem.audience = Audience::Inspectors;
        co_return ending;
    }
    if (own_.left_down) {
        ending.result = ReloadResult::NeedsAttention;
        ending.problem.message +=
            "; it is down, and waits for the next change: started again it would read the same";
        co_return ending;
    }
    if (own_.started_again)
        ending.problem.message += std::format("; generation {} was started again", generation);
    const bool kept_content = !at_fault && change_on_disk() && own_.view.wanted->attached();
    const bool back = generation > 0 && own_.plan.action != Action::Reload && !kept_content;
    ending.result = back ? ReloadResult::RolledBack : ReloadResult::Failed;
    co_return ending;
}

// A process that was started to put things back lives as long as one that a change starts has to; a
// newer change does not wait for it.
Task<Ending> ServiceStep::prove_undone(Ending ending, Cancellation& hurry) {
    if (!ending.unproved)
        co_return ending;
    auto& units = own_.means.units;
    const auto& applied = own_.view.record ? own_.view.record->definition : *own_.view.wanted;
    const auto time = applied.verify.value_or(handler_->default_verify(own_));
    auto lives = co_await hurry.unless(units.stays_active(own_.unit, time, std::nullopt));
    if (!lives)
        lives = co_await units.stays_active(own_.unit, Duration::zero(), std::nullopt);
    if (*lives)
        co_return ending;
    if (co_await gives_way()) {
        ending.result = ReloadResult::StoppedMeanwhile;
        co_return ending;
    }
    ending.result = ReloadResult::NeedsAttention;
    ending.problem.message += "; and what was put back failed: " + lives->error().message;
    ending.problem.audience = Audience::Inspectors;
    co_return ending;
}

// The words of the process that failed, which what puts things back may have replaced.
Task<Problem> ServiceStep::explain_failure(Problem problem) {
    if (own_.given_way || failed_invocation_.empty())
        co_return problem;
    const auto written = co_await read_last_words(own_, failed_invocation_, own_.begun_usec);
    co_return in_its_own_words(
        std::move(problem), written, [&](std::string_view named) -> std::optional<std::string> {
            const auto& wanted = own_.view.wanted;
            if (!wanted || !own_.view.files)
                return std::nullopt;
            auto path = std::filesystem::path(wanted->working_dir) / named;
            path = path.lexically_normal();
            return own_.view.files->files.contains(path) ? std::optional(path.string())
                                                         : std::nullopt;
        });
}

// A change that names a file which the service reads where it lies on disk.
const Change* ServiceStep::change_on_disk() const {
    const auto& [wanted, record] = std::tie(own_.view.wanted, own_.view.record);
    if (!wanted || !reads_files(own_.plan.action) || own_.plan.action == Action::Swap)
        return nullptr;
    const WatchRules rules(*wanted, false);
    const auto found = std::ranges::find_if(own_.plan.changes, [&](const Change& change) {
        const auto* watch = rules.watch(change.subject);
        return is_of_a_file(change) && !(watch && watch->pin);
    });
    return found == own_.plan.changes.end() ? nullptr : &*found;
}

// What a service that was in order came to, because another of its group was not. Only files that
// are pinned, and definitions, can be taken back.
std::string ServiceStep::put_back_text(const std::string& culprit) const {
    const auto* change = change_on_disk();
    if (!change)
        return std::format("put back, because {} failed", culprit);
    const bool keeps =
        own_.plan.action == Action::Reload || own_.view.wanted->attached() || own_.left_down;
    if (!keeps)
        return std::format("put back, because {} failed; it reads {} as it is on disk", culprit,
                           change->subject);
    return std::format("it holds the new content of {} and goes on with it, for only pinned "
                       "files can be taken back; {} failed",
                       change->subject, culprit);
}

std::string ServiceStep::given_way_text() const {
    return std::format("somebody else stopped {} meanwhile, and it stays stopped: what changed "
                       "is recorded for its next start",
                       own_.unit);
}

// What an earlier attempt may have left in the service is not gone by a state that was only
// checked.
void ServiceStep::refuse(ReloadResult result, const Ending& ending, const std::string& because) {
    auto record = own_.view.record.value_or(ServiceRecord{});
    if (starts_generation(own_.plan.action))
        record.last_used = own_.generation;
    record.underway = false;
    if (own_.view.wanted)
        record.refusal = Refusal{*own_.view.wanted,
                                 own_.view.files->files,
                                 result,
                                 ending.problem,
                                 ending.attempted || (record.refusal && record.refusal->attempted),
                                 because};
    else if (!own_.view.goes_down)
        record.refusal = Refusal{{}, {}, result, ending.problem, false, because};
    host_.commit(name(), std::move(record));
}

// The service holds what is not proved, as after a death of the daemon.
void ServiceStep::hand_over() {
    auto record = *own_.view.record;
    record.last_used = own_.generation;
    record.unit = own_.unit;
    record.underway = false;
    record.refusal = Refusal{
        *own_.view.wanted, files_read(*own_.view.files), ReloadResult::Interrupted, {}, true};
    host_.commit(name(), std::move(record));
}

ServiceOutcome ServiceStep::outcome(ReloadResult result, std::optional<Problem> problem) const {
    const bool done = result == ReloadResult::Applied || result == ReloadResult::Recorded;
    const auto& record = own_.view.record;
    return {.service = name(),
            .action = own_.plan.action,
            .result = result,
            .generation = done     ? own_.generation
                          : record ? record->generation
                                   : 0,
            .unit = done || !record ? own_.unit : record->unit,
            .changes = own_.plan.changes,
            .problem = std::move(problem),
            .gap = own_.gap,
            .note = note_};
}

// Closes the sockets, and takes down the private views, of the state that did not become the
// applied one, or is it no longer.
void ServiceStep::release(Keep keep) {
    const auto& view = own_.view;
    auto& [units, sockets, probes, views, now] = own_.means;
    if (keep == Keep::Applied)
        views.remove(generation_unit(own_.project, name(), own_.generation));
    else if (view.record && view.record->view != own_.shown)
        views.remove(view.record->view);
    if (!starts_generation(own_.plan.action) && own_.plan.action != Action::Stop)
        return;
    static const std::vector<PortDefinition> none;
    const auto& ports = keep == Keep::Wanted ? view.wanted ? view.wanted->ports : none
                        : view.record        ? view.record->definition.ports
                                             : none;
    sockets.keep_only(own_.project, name(), ports);
    // A swapped one drains, and is looked after from the record.
    const bool gone = keep == Keep::Wanted && own_.plan.action != Action::Swap;
    const bool stays = view.wanted && view.record && view.record->unit == own_.unit;
    if (gone && view.record && !stays)
        views.remove(view.record->unit);
    if (own_.plan.action == Action::Stop && view.record)
        for (const auto& each : view.record->draining)
            views.remove(each.unit);
}

} // namespace hotreload::service
