// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/statuses.hpp"

#include "core/watch_rules.hpp"

#include <format>
#include <optional>

namespace hotreload::project {

namespace {

using ServiceState = ServiceStatus::State;

// The state of a service of which what is wanted was refused.
ServiceState state_after(ReloadResult refused) {
    switch (refused) {
    case ReloadResult::Invalid:
        return ServiceState::Invalid;
    case ReloadResult::RolledBack:
        return ServiceState::RolledBack;
    case ReloadResult::HeldBack:
        return ServiceState::HeldBack;
    case ReloadResult::NeedsAttention:
        return ServiceState::NeedsAttention;
    case ReloadResult::StoppedMeanwhile:
        return ServiceState::StoppedMeanwhile;
    default:
        return ServiceState::Failed;
    }
}

} // namespace

ProjectStatus Statuses::project(const std::optional<Problem>& set_aside,
                                const std::vector<Problem>& broken) const {
    const auto& file = sees_.file;
    ProjectStatus status{.name = sees_.ledger.name(),
                         .path = sees_.ledger.record().path,
                         .enabled = file.definition().enabled,
                         .state = set_aside                 ? ProjectStatus::State::Failed
                                  : file.missing()          ? ProjectStatus::State::Missing
                                  : file.problems().empty() ? ProjectStatus::State::Running
                                                            : ProjectStatus::State::Invalid,
                         .problems = file.problems()};
    if (set_aside)
        status.problems.insert(status.problems.begin(), *set_aside);
    status.problems.insert(status.problems.end(), broken.begin(), broken.end());
    const auto add = [&](const std::string& problem, std::string text) {
        if (!problem.empty())
            status.problems.push_back({"", 0, 0, text + problem, Audience::Everybody});
    };
    add(sees_.contents.problem(), "copies of files cannot be kept: ");
    add(sees_.ledger.problem(), "what is applied cannot be recorded, and would be forgotten with "
                                "the daemon: ");
    return status;
}

WatchState Statuses::watching(const std::string& service) const {
    if (!sees_.file.definition().enabled)
        return {WatchState::Kind::Off, ""};
    if (const auto path = sees_.loops.suspended(service); !path.empty())
        return {WatchState::Kind::Suspended,
                std::format("the service itself, or another one in its turn, writes {} whenever it "
                            "is acted on; exclude that file, or run \"hotreloadctl resume {}\"",
                            path, sees_.ledger.name())};
    const auto* const member = sees_.looks.find(service);
    return member && member->files() ? member->files()->state() : WatchState();
}

void Statuses::add_record(ServiceStatus& status) const {
    const auto* const record = sees_.ledger.find(status.name);
    const auto* definition = sees_.file.wanted(status.name);
    if (!definition && record)
        definition = &record->definition;
    if (definition) {
        status.attached = definition->attached();
        status.unit = definition->unit;
    }
    if (!record)
        return;
    status.unit = record->unit.empty() ? status.unit : record->unit;
    status.generation = record->generation;
    status.last_strategy = record->strategy;
    status.last_applied_usec = record->applied_usec;
    if (record->refusal && !record->refusal->interrupted())
        status.problems.push_back(record->refusal->problem);
    for (const auto& each : record->draining)
        status.draining.push_back(each.generation);
}

void Statuses::add_files(ServiceStatus& status) const {
    status.watching = watching(status.name);
    const auto* const member = sees_.looks.find(status.name);
    if (!member)
        return;
    if (!member->unwatchable().empty())
        status.problems.push_back(
            sees_.file
                .problem_at(sees_.file.key_of(status.name) + ".watch",
                            member->unwatchable() +
                                "; nothing is done for it until the project file is valid")
                .for_everybody());
    const auto& seen = member->seen();
    status.missing = seen.missing;
    status.writing = seen.writing;
    for (const auto* const problems : {&seen.unreadable, &seen.unseen})
        status.problems.insert(status.problems.end(), problems->begin(), problems->end());
}

void Statuses::add_pause(ServiceStatus& status) const {
    status.paused = sees_.pauses.paused(status.name);
    if (!status.paused)
        return;
    const auto pause = sees_.pauses.pause_of(status.name);
    status.paused_until_usec = pause.until_usec;
    status.pause_reason = pause.reason;
    status.held = sees_.tally.of(status.name).held;
}

// The state of a service that matters most, of all that is true of it.
ServiceState Statuses::state(const ServiceStatus& status, const UnitState& unit, ServiceState well,
                             bool barred) const {
    const auto* const record = sees_.ledger.find(status.name);
    const auto* const member = sees_.looks.find(status.name);
    if ((member && !member->unwatchable().empty()) || barred)
        return ServiceState::Invalid;
    if (sees_.agenda.busy(status.name))
        return ServiceState::Applying;
    if (record && record->refusal && record->refusal->result == ReloadResult::NeedsAttention)
        return ServiceState::NeedsAttention;
    if (unit.failed())
        return ServiceState::Failed;
    if (record && waits_for_rest_of_set(*record))
        return ServiceState::Incomplete;
    if (record && record->refusal && !record->refusal->interrupted())
        return state_after(record->refusal->result);
    if (!status.waiting.empty())
        return ServiceState::Waiting;
    if (status.paused)
        return ServiceState::Paused;
    return well;
}

ServiceStatus Statuses::service(const std::string& name) const {
    ServiceStatus status{.name = name, .project = sees_.ledger.name()};
    add_record(status);
    const auto unit = status.unit.empty() ? UnitState() : sees_.units.state(status.unit);
    if (!unit.id.empty()) // which it may be attached to by another name
        status.unit = unit.id;
    status.active_state = unit.active_state;
    status.main_pid = unit.main_pid;
    if (unit.failed())
        status.problems.push_back({status.unit, 0, 0, describe_failure(unit), Audience::Everybody});
    add_files(status);
    add_pause(status);
    if (const auto* const waits = sees_.candidates.of(name); waits && !waits->under_way()) {
        status.confirm_until_usec = waits->until_usec;
        status.confirm_id = to_string(waits->id);
        if (!waits->left.empty())
            status.problems.push_back(
                {"", 0, 0,
                 std::format("what was there before cannot be put back: {}; it is tried again, and "
                             "\"hotreloadctl confirm {}/{}\" keeps what is there",
                             waits->left, status.project, name),
                 Audience::Everybody});
    }
    const auto& told = sees_.tally.of(name);
    status.waiting = told.waiting;
    status.last_result = told.last_result;
    status.last_trigger = told.last_trigger;
    status.last_changes = told.last_changes;
    status.last_gap_usec = static_cast<std::uint64_t>(told.last_gap.count());
    auto barred = sees_.attached.barred(name);
    const auto& kind = sees_.file.kind_of(name);
    status.kind = kind.word();
    const auto well = kind.state(status.project, name, sees_.ledger.find(name), unit);
    status.state = state(status, unit, well.state, barred.has_value());
    if (status.state == well.state && well.problem)
        status.problems.push_back(*well.problem);
    if (barred)
        status.problems.push_back(*std::move(barred));
    return status;
}

} // namespace hotreload::project
