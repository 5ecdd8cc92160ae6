// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/service_step.hpp"

#include "base/fault.hpp"
#include "base/signal.hpp"
#include "core/instances.hpp"
#include "core/names.hpp"
#include "core/watch_rules.hpp"
#include "kinds/service/changes.hpp"
#include "kinds/service/kind.hpp"
#include "kinds/service/last_words.hpp"
#include "kinds/service/pins.hpp"
#include "kinds/service/table.hpp"
#include "kinds/service/validation.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <format>
#include <tuple>
#include <utility>

namespace hotreload::service {

ServiceStep::ServiceStep(StepInput input, StepHost& host, const KindPorts& ports)
    : RecordStep(std::move(input), kind, host),
      own_{.means = ports,
           .transaction = RecordStep::input().transaction,
           .project = RecordStep::input().project,
           .plan = plan(),
           .view = view(),
           .generation = generation(),
           .unit = record().unit,
           .sockets = {},
           .binds = {},
           .shown = record().view},
      handler_(handler_for(plan().action)) {
    const auto& wanted = view().wanted;
    if (wanted && wanted->attached() && std::exchange(own_.unit, wanted->unit) != wanted->unit)
        own_.shown.clear();
}

bool ServiceStep::may_be_handed_over() const {
    const auto& [wanted, record] = std::tie(own_.view.wanted, own_.view.record);
    return own_.plan.action == Action::Restart && record && wanted && record->generation > 0 &&
           record->definition == *wanted && !wanted->attached() && !wanted->pinned();
}

Views::Kept ServiceStep::kept() const {
    return [this](const ContentId& id) { return host().content(id); };
}

Task<Verdict> ServiceStep::check() {
    auto verdict = co_await validate_service(own_, host());
    note_ = verdict.note;
    co_return verdict;
}

// A validator takes its time. Files that were saved meanwhile were not checked, and the service
// would read them, or could not be shown any more what was.
Task<Verdict> ServiceStep::prepare() {
    if (reads_files(own_.plan.action) && !own_.view.wanted->validate.empty()) {
        const bool moved_on = co_await host().moved_on(name());
        if (moved_on)
            co_return Verdict{
                .problem = problem("its files have changed while they were checked", "validate"),
                .moved_on = true,
                .note = {}};
    }
    if (auto prepared = co_await prepare_pins(own_, kept()); !prepared)
        co_return Verdict{.problem = problem(prepared.error().message, "watch"),
                          .moved_on = prepared.error().code == ErrorCode::Busy,
                          .note = {}};
    if (!starts_generation(own_.plan.action) || own_.view.wanted->attached())
        co_return Verdict{};
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
        co_return Verdict{.problem = problem(sockets.error().message, "ports"), .note = {}};
    own_.sockets = std::move(*sockets);
    co_return Verdict{};
}

// The number is on record before a unit can carry it, so that no later one meets its remains; that
// a service was stopped by us, before it is; and what a unit that stays is to be given, before it
// may hold it.
void ServiceStep::reserve() {
    const auto action = own_.plan.action;
    own_.begun_usec = host().realtime_usec();
    if (!handler_ && own_.binds.empty())
        return; // nothing is done to it
    const bool stays = action != Action::Stop && !starts_generation(action);
    const bool attached = own_.view.wanted && own_.view.wanted->attached();
    auto now = record();
    if (!own_.view.record && attached) {
        now.definition = *own_.view.wanted; // what it is shown has to be undone, too
        now.unit = own_.unit;
    }
    if (starts_generation(action) || !own_.binds.empty())
        now.last_used = own_.generation;
    if (!stays)
        now.underway = true;
    if (starts_generation(action)) // else a start that our death cuts short is taken for a stop
        now.wanted = true;
    if (action != Action::Stop && (stays || attached))
        now.refusal = interrupted(own_.view.files->files);
    host().commit(name(), std::move(now));
}

Task<std::optional<Problem>> ServiceStep::apply() {
    const auto done = co_await act();
    if (done)
        co_return std::nullopt;
    co_return problem(done.error().message + hint());
}

Task<Result<>> ServiceStep::act() {
    // The service may have been stopped while the change was only checked: it is shown its files,
    // and that is all.
    const bool stopped = own_.view.unit.running() && co_await gives_way();
    const bool is_done = handler_ && !stopped;
    if (is_done) {
        // An installed unit is only let go of: nothing is done to it.
        if (own_.plan.action != Action::Stop || !own_.view.record->definition.attached())
            host().acting(own_.transaction, own_.plan);
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

// The probe of a service tells when it is ready, where its type does not.
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

// The hint at what a person may have meant, where a clean end is the failure.
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
    co_return problem(proof->error().message + hint());
}

MemberOutcome ServiceStep::commit() {
    if (own_.plan.action == Action::Stop) {
        const bool attached = own_.view.record->definition.attached();
        host().commit(name(), std::nullopt);
        return outcome(attached ? ReloadResult::LetGo : ReloadResult::Stopped, std::nullopt);
    }
    const bool acted = handler_ && !own_.given_way;
    auto now = applied(reads_files(own_.plan.action) && acted,
                       acted ? std::string(to_string(own_.plan.action)) : "none");
    if (own_.plan.action == Action::Swap && acted)
        now.draining.push_back(
            {record().generation, now.unit, own_.view.drain.value_or(own_.view.wanted->drain)});
    now.unit = now.definition.attached() ? now.definition.unit : own_.unit;
    now.view = own_.shown;
    now.wanted = acted || now.wanted;
    host().commit(name(), std::move(now));
    auto committed = outcome(acted ? ReloadResult::Applied : ReloadResult::Recorded, std::nullopt);
    if (own_.given_way) {
        committed.result = ReloadResult::StoppedMeanwhile;
        committed.problem = problem(given_way_text()).for_everybody();
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

// The state of a template is that of an instance that runs, whose words are not of the failure.
// A unit that is not let go of has said nothing about it.
void ServiceStep::remember_failure() {
    if (names_instances(own_.unit) || own_.plan.action == Action::Stop)
        return;
    failed_invocation_ = own_.means.units.state(own_.unit).invocation;
    failed_usec_ = host().realtime_usec();
}

Task<Ending> ServiceStep::undo(const Failed& failed, bool begun) {
    const bool at_fault = failed.step == this;
    const auto& culprit = failed.step->name();
    const auto about = [&](std::string message) {
        return problem(std::move(message)).for_everybody();
    };
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
    // Of many instances, the others hold the new content, too.
    const bool holds_it = !at_fault || names_instances(own_.unit);
    const bool kept_content = holds_it && change_on_disk() && own_.view.wanted->attached();
    const bool reread = own_.plan.action != Action::Reload || files_go_back(own_);
    const bool back = generation > 0 && reread && !kept_content && !stays_down();
    ending.result = back ? ReloadResult::RolledBack : ReloadResult::Failed;
    // A generation that went on beside the one that is gone has read nothing of what was refused.
    if (own_.plan.action == Action::Swap &&
        units.state(own_.unit).main_pid == own_.view.unit.main_pid)
        ending.attempted = false;
    co_return ending;
}

// A service that did not run when it was started, and does not when that is undone.
bool ServiceStep::stays_down() const {
    const auto& record = own_.view.record;
    return own_.plan.action == Action::Start && !own_.view.interrupted &&
           !(record && !record->definition.attached() &&
             own_.means.units.state(record->unit).running());
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
    if (*lives) {
        // It is shown what was applied, and nothing of what was refused.
        if (std::ranges::all_of(applied.watches, &WatchDefinition::pin))
            ending.attempted = false;
        co_return ending;
    }
    if (co_await gives_way()) {
        ending.result = ReloadResult::StoppedMeanwhile;
        co_return ending;
    }
    ending.result = ReloadResult::NeedsAttention;
    ending.problem.message += "; and what was put back failed: " + lives->error().message;
    ending.problem.audience = Audience::Inspectors;
    co_return ending;
}

// The words of the process that failed, which what puts things back may have replaced. One that
// lives on may have said more since, of its old configuration.
Task<Problem> ServiceStep::explain_failure(Problem problem) {
    if (own_.given_way || failed_invocation_.empty())
        co_return problem;
    const auto unit = own_.means.units.state(own_.unit);
    const bool lives = unit.running() && unit.invocation == failed_invocation_;
    const auto written = co_await read_last_words(own_, failed_invocation_, own_.begun_usec,
                                                  lives ? failed_usec_ : 0);
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
    const WatchRules rules(*wanted);
    const auto is_handed = [&](const std::string& path) {
        const auto file = own_.view.files->files.find(path);
        return file != own_.view.files->files.end() && own_.view.handed.contains(file->second);
    };
    const auto found = std::ranges::find_if(own_.plan.changes, [&](const Change& change) {
        const auto* watch = rules.watch(change.subject);
        return is_of_a_file(change) && !(watch && watch->pin) && !is_handed(change.subject);
    });
    return found == own_.plan.changes.end() ? nullptr : &*found;
}

// The text about a service that was in order and is put back because another of its group was not.
// Only files that are pinned, and definitions, can be taken back.
std::string ServiceStep::put_back_text(const std::string& culprit) const {
    if (stays_down())
        return std::format("not started, because {} failed", culprit);
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

// The service holds what is not proved, as after a death of the daemon.
void ServiceStep::hand_over() {
    auto record = *own_.view.record;
    record.last_used = own_.generation;
    record.unit = own_.unit;
    record.underway = false;
    record.refusal = interrupted(files_read());
    host().commit(name(), std::move(record));
}

MemberOutcome ServiceStep::outcome(ReloadResult result, std::optional<Problem> problem) const {
    const bool done = result == ReloadResult::Applied || result == ReloadResult::Recorded;
    auto told = RecordStep::outcome(result, std::move(problem));
    if (done || !own_.view.record)
        told.unit = own_.unit;
    told.gap = own_.gap;
    told.note = note_;
    return told;
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
