// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of a project and of its services.
#include "core/watch_rules.hpp"
#include "project/project.hpp"

#include <format>

namespace hotreload::project {

namespace {

// What a program of ours that does not run, or has nothing left to do, came to. Nothing where that
// is simply "running" or "stopped".
std::string end_word(const ServiceRecord& record, const UnitState& unit) {
    const auto& definition = record.definition;
    if (definition.attached() || !record.wanted || record.generation == 0)
        return "";
    if (definition.type == ServiceType::Oneshot)
        return !unit.running() || unit.sub_state == "exited" ? "done" : "";
    return !unit.running() && unit.end == UnitEnd::ByItself ? "ended" : "";
}

// Of all that is true of a service, the word that matters most.
std::string state_word(const ServiceRecord* record, const UnitState& unit, bool busy, bool waiting,
                       bool paused) {
    if (busy)
        return "applying";
    if (record && record->refusal && record->refusal->result == "needs-attention")
        return record->refusal->result;
    if (unit.failed())
        return "failed";
    if (record && waits_for_rest_of_set(*record))
        return "incomplete";
    if (record && record->refusal && !record->refusal->interrupted())
        return record->refusal->result;
    if (waiting)
        return "waiting";
    if (paused)
        return "paused";
    if (auto word = record ? end_word(*record, unit) : ""; !word.empty())
        return word;
    return unit.running() ? "running" : "stopped";
}

} // namespace

ProjectStatus Project::status() const {
    ProjectStatus status{.name = record_.name,
                         .path = record_.path,
                         .enabled = definition_.enabled,
                         .state = set_aside_          ? "failed"
                                  : missing_          ? "missing"
                                  : problems_.empty() ? "running"
                                                      : "invalid",
                         .problems = problems_};
    if (set_aside_)
        status.problems.insert(status.problems.begin(), *set_aside_);
    status.problems.insert(status.problems.end(), broken_.begin(), broken_.end());
    if (!documents_->problem().empty())
        status.problems.push_back(
            {"", 0, 0, std::format("copies of files cannot be kept: {}", documents_->problem()),
             Audience::Everybody});
    if (!store_problem_.empty())
        status.problems.push_back(
            {"", 0, 0,
             std::format("what is applied cannot be recorded, and would be forgotten with the "
                         "daemon: {}",
                         store_problem_),
             Audience::Everybody});
    return status;
}

std::string Project::watching_text(const Slot& slot) const {
    if (!definition_.enabled)
        return "off";
    if (!slot.suspended.empty())
        return std::format(
            "suspended: the service itself writes {} whenever it is acted on; exclude "
            "that file, or run \"hotreloadctl resume {}\"",
            slot.suspended, record_.name);
    if (!slot.files)
        return "watching";
    const auto state = slot.files->state();
    switch (state.kind) {
    case WatchState::Kind::Watching:
        break;
    case WatchState::Kind::Polling:
        return "polling: " + state.why;
    case WatchState::Kind::Incomplete:
        return "incomplete: " + state.why;
    }
    return "watching";
}

ServiceStatus Project::service_status(const std::string& service) const {
    ServiceStatus status{.name = service, .project = record_.name};
    const auto it = record_.services.find(service);
    const auto* record = it == record_.services.end() ? nullptr : &it->second;
    const auto* definition = wanted(service);
    if (!definition && record)
        definition = &record->definition;
    if (definition) {
        status.attached = definition->attached();
        status.unit = definition->unit;
    }
    UnitState unit;
    if (record) {
        status.unit = record->unit.empty() ? status.unit : record->unit;
        status.generation = record->generation;
        status.last_strategy = record->strategy;
        status.last_applied_usec = record->applied_usec;
        if (record->refusal && !record->refusal->interrupted())
            status.problems.push_back(record->refusal->problem);
    }
    if (!status.unit.empty())
        unit = around_.units.state(status.unit);
    if (!unit.id.empty()) // which it may be attached to by another name
        status.unit = unit.id;
    status.active_state = unit.active_state;
    status.main_pid = unit.main_pid;
    if (unit.failed())
        status.problems.push_back({status.unit, 0, 0, describe_failure(unit), Audience::Everybody});
    const auto& slot = slots_.at(service);
    if (!slot.unwatchable.empty())
        status.problems.push_back(
            definition_
                .problem_at(std::format("services.{}.watch", service),
                            slot.unwatchable +
                                "; nothing is done for it until the project file is valid")
                .for_everybody());
    status.waiting = slot.waiting;
    status.last_result = slot.last_result;
    status.last_changes = slot.last_changes;
    status.missing = slot.snapshot.missing;
    status.writing = slot.snapshot.writing;
    for (const auto& problem : slot.snapshot.unreadable)
        status.problems.push_back(problem);
    status.state =
        state_word(record, unit, busy_.contains(service), !slot.waiting.empty(), paused(service));
    if (!slot.unwatchable.empty())
        status.state = "invalid";
    if (status.state == "ended")
        status.problems.push_back(
            {status.unit, 0, 0,
             std::format("{}, and nobody stopped it; it is started at its next change, or by "
                         "\"hotreloadctl start {}/{}\"{}",
                         describe_failure(unit), record_.name, service,
                         record->definition.is_plain() && unit.exec_main_status == 0
                             ? "; a program that does its work and ends takes type = \"oneshot\""
                             : ""),
             Audience::Everybody});
    if (const auto barred = this->barred(service)) {
        status.problems.push_back(*barred);
        status.state = "invalid";
    }
    status.paused = paused(service);
    if (status.paused) {
        const auto pause = pause_of(service);
        status.paused_until_usec = pause.until_usec;
        status.pause_reason = pause.reason;
        status.held = slot.held;
    }
    status.last_gap_usec = static_cast<std::uint64_t>(slot.last_gap.count());
    if (record)
        for (const auto& each : record->draining)
            status.draining.push_back(each.generation);
    status.watching = watching_text(slot);
    return status;
}

} // namespace hotreload::project
