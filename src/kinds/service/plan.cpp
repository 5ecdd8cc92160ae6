// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/plan.hpp"

#include "kinds/service/changes.hpp"

#include <algorithm>
#include <utility>

namespace hotreload::service {

namespace {

Action action_for(Strategy strategy) {
    switch (strategy) {
    case Strategy::None:
        return Action::Record;
    case Strategy::Live:
        return Action::Live;
    case Strategy::Reload:
        return Action::Reload;
    case Strategy::Swap:
        return Action::Swap;
    case Strategy::Restart:
        return Action::Restart;
    case Strategy::Manual:
    case Strategy::ManualRestart:
        return Action::Wait;
    }
    return Action::Restart;
}

// The process ended and nobody stopped it, whatever it ended with. One that somebody stopped may
// have failed in that.
bool ended_by_itself(const UnitState& unit) {
    return !unit.running() && unit.end != UnitEnd::Others &&
           (unit.failed() || unit.end == UnitEnd::ByItself);
}

// An action of ours ended with the service down: it is ours to bring back. What of an installed
// unit is down is so by its administrator's wish, unless it failed, or that end was ours.
bool fell_in_action(const MemberView& view) {
    const auto& refusal = view.record->refusal;
    if (!refusal || !refusal->attempted || view.unit.running())
        return false;
    if (view.record->definition.attached())
        return view.unit.end == UnitEnd::Ours || ended_by_itself(view.unit);
    // The record knows its end where we have not seen it.
    return view.unit.end == UnitEnd::Unknown
               ? view.unit.failed() || refusal->result == ReloadResult::NeedsAttention
               : view.unit.end != UnitEnd::Others;
}

// The service is meant to run. A change of one that is not is only recorded.
bool meant_to_run(const MemberView& view, const PlanOptions& options) {
    if (view.unit.running()) // whoever started it: that was stopped before
        return true;
    if (!view.record->wanted && !options.start)
        return false;
    if (view.record->definition.attached())
        return fell_in_action(view);
    // A oneshot is done whenever it has run once.
    return fell_in_action(view) || ended_by_itself(view.unit) ||
           view.record->definition.type == ServiceType::Oneshot;
}

// A service that an action failed on may have read what was refused, although the state before it
// is the one on record: its files count as changed from there, too.
void add_what_it_may_hold(std::vector<Change>& changes, const MemberView& view) {
    const auto& refusal = view.record->refusal;
    if (!refusal || !refusal->attempted || same_as_refused(view))
        return;
    auto held = *view.record;
    held.definition = refusal->definition;
    held.files = refusal->files;
    auto held_changes = file_changes(held, view, {});
    if (refusal->interrupted()) // else its properties were put back
        std::ranges::move(definition_changes(held.definition, *view.wanted),
                          std::back_inserter(held_changes));
    for (auto& change : held_changes) {
        const auto known = std::ranges::find(changes, change.subject, &Change::subject);
        if (known == changes.end()) {
            changes.push_back(std::move(change));
        } else if (known->kind == ChangeKind::Rewritten || known->strategy < change.strategy) {
            known->kind = change.kind;
            known->strategy = change.strategy;
            known->reason = "the service may hold what was refused";
        }
    }
}

// The least that makes the service read its files again.
Strategy least_to_read(const MemberView& view) {
    return can_reload(*view.wanted, view.unit.can_reload) ? Strategy::Reload
           : can_swap(*view.wanted)                       ? Strategy::Swap
                                                          : Strategy::Restart;
}

// Manual changes are done as what they would be without `manual`.
void force_manual(std::vector<Change>& changes, const MemberView& view) {
    const auto otherwise = least_to_read(view);
    const auto done_as = [&](Strategy strategy) {
        return strategy == Strategy::ManualRestart ? Strategy::Restart
               : strategy == Strategy::Manual      ? otherwise
                                                   : strategy;
    };
    for (auto& change : changes) {
        if (!is_manual(change.strategy))
            continue;
        change.strategy = done_as(change.strategy);
        change.reason += ", forced";
        for (auto& key : change.keys) {
            key.strategy = done_as(key.strategy);
            change.strategy = std::max(change.strategy, key.strategy); // which waited as well
        }
    }
}

// An installed unit is taken as it is, but for files that are to be pinned.
MemberPlan plan_attached(const std::string& name, const MemberView& view) {
    if (!view.wanted->pinned())
        return {.service = name,
                .action = Action::Record,
                .changes = {},
                .reason = "attached",
                .refusal = {},
                .takes_as_it_is = true};
    if (view.unit.running())
        return {name, Action::Restart, {}, "only a new process is shown what is pinned"};
    return {name, Action::Record, {}, "pinned from its next start on"};
}

MemberPlan plan_new(const std::string& name, const MemberView& view, const PlanOptions& options) {
    const bool attached = view.wanted->attached();
    if (attached && !view.wanted->pinned())
        return plan_attached(name, view);
    // Known only by an attempt that failed.
    if (view.record && !options.retry && same_as_refused(view))
        return {name, Action::Refused, {}, "the same was refused before"};
    if (view.record && !view.record->wanted && !options.start)
        return {name, Action::None, {}, "stopped"};
    if (attached)
        return plan_attached(name, view);
    return {name, Action::Start, {}, "new"};
}

// Why a service that is down is started whatever has changed; "": there is no such reason.
// `same`: what is wanted means the same as what is applied.
std::string_view why_start(const MemberView& view, const PlanOptions& options, bool same) {
    const auto& record = *view.record;
    const bool runs = view.unit.running();
    const bool may_start = options.start && !(options.up && record.definition.attached());
    // A oneshot that has done its work is done again, and what follows it is restarted as well.
    const bool again =
        options.restart && record.wanted && record.definition.type == ServiceType::Oneshot;
    if (may_start && !runs && !again)
        return "asked for";
    if (view.interrupted && record.wanted && !runs && !record.definition.attached())
        return "was running when it was interrupted";
    if (same && record.wanted && fell_in_action(view) && !same_as_refused(view))
        return "is down since an action that failed";
    return "";
}

// The action that gives the unit, as it is now, what the strategy is to give it.
Action action_on_unit(const MemberView& view, Strategy strategy) {
    auto action = action_for(strategy);
    const auto& applied = view.record->definition;
    // Two generations at a time take sockets that both are handed.
    if (action == Action::Swap && (!can_swap(*view.wanted) || applied.ports.empty() ||
                                   !ports_in_place_of(applied, *view.wanted).empty()))
        action = Action::Restart;
    // A dead process cannot be changed in place: any change is a reason to start it again.
    const bool dead = !view.unit.running() || view.unit.waits_for_restart();
    if (dead && action != Action::Wait && action != Action::Record)
        action = Action::Restart;
    return action;
}

} // namespace

MemberPlan plan_service(const std::string& name, const MemberView& view,
                        const PlanOptions& options) {
    if (!view.record || view.record->generation == 0)
        return plan_new(name, view, options);
    const auto& record = *view.record;
    // Another unit, or the other kind of service: nothing of the old one can be kept.
    if (record.definition.unit != view.wanted->unit)
        return view.wanted->attached()
                   ? plan_attached(name, view)
                   : MemberPlan{name, Action::Start, {}, "another unit carries it"};

    MemberPlan plan{name, Action::None, changes_of(view), ""};
    add_what_it_may_hold(plan.changes, view);
    if (options.force)
        force_manual(plan.changes, view);

    const bool same = all_rewritten(plan.changes);
    if (const auto why = why_start(view, options, same); !why.empty()) {
        plan.action = Action::Start;
        plan.reason = why;
        return plan;
    }
    if (options.restart) {
        plan.action = Action::Restart;
        plan.reason = "asked for";
        return plan;
    }
    auto strategy = Strategy::None;
    for (const auto& change : plan.changes)
        strategy = std::max(strategy, change.strategy);
    if (options.at_least && !is_manual(strategy) && *options.at_least > strategy) {
        strategy = *options.at_least == Strategy::Reload ? least_to_read(view) : *options.at_least;
        plan.reason = "asked for";
    } else if (same && record.definition == *view.wanted) {
        plan.reason = plan.changes.empty() ? "" : "means the same";
        return plan;
    }
    if (!options.retry && same_as_refused(view)) {
        plan.action = Action::Refused;
        plan.reason = "the same was refused before";
        return plan;
    }
    if (!meant_to_run(view, options)) {
        plan.action = Action::Record;
        plan.reason = "not running";
        return plan;
    }
    plan.action = action_on_unit(view, strategy);
    return plan;
}

} // namespace hotreload::service
