// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/record_step.hpp"

#include <algorithm>
#include <format>
#include <tuple>
#include <utility>

namespace hotreload {

namespace {

// A file that is gone for now, or cannot be read, is still the one that was applied.
std::map<std::string, ContentId> applied_files(const Snapshot& now, const MemberRecord& record) {
    auto files = now.files;
    for (const auto& path : now.missing)
        if (const auto it = record.files.find(path); it != record.files.end())
            files.insert(*it);
    for (const auto& file : record.files)
        if (is_out_of_sight(now, file.first))
            files.insert(file);
    return files;
}

} // namespace

RecordStep::RecordStep(StepInput input, const Kind& kind, StepHost& host)
    : input_(std::move(input)),
      key_(std::format("{}.{}", kind.table(), input_.plan.service)),
      host_(host) {
    const auto now = record();
    generation_ = std::max(now.generation, now.last_used) + 1;
}

MemberRecord RecordStep::record() const {
    if (view().record)
        return *view().record;
    MemberRecord none;
    if (view().wanted)
        none.definition.kind = view().wanted->kind;
    return none;
}

bool RecordStep::acts() const {
    return is_acted_on(plan().action);
}

Links RecordStep::links() const {
    return (view().wanted ? *view().wanted : view().record->definition).links();
}

Problem RecordStep::problem(std::string message, std::string_view sub_key) const {
    return host_.problem_at(sub_key.empty() ? key_ : key_ + "." + std::string(sub_key),
                            std::move(message));
}

MemberOutcome RecordStep::leave() {
    const auto& [plan, view] = std::tie(input_.plan, input_.view);
    MemberOutcome outcome{.service = name(), .action = plan.action, .changes = plan.changes};
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

Task<Verdict> RecordStep::check() {
    co_return Verdict{.problem = document_problem(view()), .note = {}};
}

void RecordStep::reserve() {
    if (plan().action == Action::Record || ends())
        return;
    host_.acting(input_.transaction, plan());
    auto now = record();
    now.refusal = interrupted(view().files->files);
    host_.commit(name(), std::move(now));
}

Refusal RecordStep::interrupted(std::map<std::string, ContentId> files) const {
    return {*view().wanted, std::move(files), ReloadResult::Interrupted, {}, true};
}

std::map<std::string, ContentId> RecordStep::files_read() const {
    auto files = view().files->files;
    for (const auto& path : view().files->writing)
        files.erase(path);
    return files;
}

MemberRecord RecordStep::applied(bool read, std::string strategy) const {
    auto now = record();
    now.files = read ? files_read() : applied_files(*view().files, now);
    now.generation = generation_;
    now.last_used = generation_;
    now.definition = *view().wanted;
    now.applied_usec = host_.realtime_usec();
    now.strategy = std::move(strategy);
    now.underway = false;
    now.refusal = view().held;
    return now;
}

MemberOutcome RecordStep::commit() {
    if (ends() && view().wanted) { // asked for
        auto now = record();
        now.wanted = false;
        host_.commit(name(), std::move(now));
        return outcome(ReloadResult::Stopped, std::nullopt);
    }
    if (ends()) {
        host_.commit(name(), std::nullopt);
        return outcome(ReloadResult::Stopped, std::nullopt);
    }
    const bool recorded = plan().action == Action::Record;
    auto now = applied(!recorded, recorded ? "none" : std::string(to_string(plan().action)));
    now.wanted = !recorded || now.wanted;
    host_.commit(name(), std::move(now));
    return outcome(recorded ? ReloadResult::Recorded : ReloadResult::Applied, std::nullopt);
}

Task<Ending> RecordStep::undo(const Failed& failed, bool begun) {
    Ending ending{.result = begun ? ReloadResult::Failed : ReloadResult::Unchanged,
                  .problem = failed.problem,
                  .attempted = begun};
    if (failed.step != this)
        ending.problem = problem(std::format("{}, because {} failed",
                                             begun ? "done, and not put back" : "untouched",
                                             failed.step->name()))
                             .for_everybody();
    co_return ending;
}

void RecordStep::refuse(ReloadResult result, const Ending& ending, const std::string& because) {
    auto now = record();
    if (starts_generation(plan().action))
        now.last_used = generation_; // a unit may have had it
    now.underway = false;
    // What was handed over is on disk no more, and the state before it is back: nothing is left to
    // be refused.
    const bool is_gone = !view().handed.empty() && result != ReloadResult::NeedsAttention;
    if (is_gone && (result == ReloadResult::RolledBack || !ending.attempted)) {
        now.refusal = view().record ? view().record->refusal : std::nullopt;
        if (now.refusal && now.refusal->interrupted())
            now.refusal.reset();
    } else if (view().wanted) {
        now.refusal = Refusal{*view().wanted,
                              files_to_refuse(*view().files),
                              result,
                              ending.problem,
                              ending.attempted || (now.refusal && now.refusal->attempted),
                              because};
    } else if (!view().goes_down) {
        now.refusal = Refusal{{}, {}, result, ending.problem, false, because};
    }
    host_.commit(name(), std::move(now));
}

MemberOutcome RecordStep::outcome(ReloadResult result, std::optional<Problem> problem) const {
    const bool done = result == ReloadResult::Applied || result == ReloadResult::Recorded;
    const auto now = record();
    return {.service = name(),
            .action = plan().action,
            .result = result,
            .generation = done ? generation_ : now.generation,
            .unit = now.unit,
            .changes = plan().changes,
            .problem = std::move(problem)};
}

} // namespace hotreload
