// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// From what is applied and what is wanted to what has to be done: pure. A plan lists every service
// that was looked at, in the order in which they are acted on (core/links.hpp).

#include "base/words.hpp"
#include "core/change.hpp"
#include "core/record.hpp"
#include "core/unit_state.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hotreload {

enum class Action {
    None,    // nothing differs
    Record,  // it differs, and only the record has to follow (strategy none, or not running)
    Live,    // SetUnitProperties
    Reload,  // ReloadUnit, or the reload signal
    Swap,    // next generation beside the old one
    Restart, // next generation
    Start,   // first generation, or one that is wanted and does not run
    Run,     // of a kind that does something at each change, and of which nothing stays
    Stop,    // asked for, or no longer in the project file
    Wait,    // manual: left for --force
    Refused, // the same state was refused before and has not changed since
};

template <>
inline constexpr auto kWordsOf<Action> = words<Action>({
    {Action::None, "none"},
    {Action::Record, "record"},
    {Action::Live, "live"},
    {Action::Reload, "reload"},
    {Action::Swap, "swap"},
    {Action::Restart, "restart"},
    {Action::Start, "start"},
    {Action::Run, "run"},
    {Action::Stop, "stop"},
    {Action::Wait, "wait"},
    {Action::Refused, "refused"},
});

// Something is done to the unit or to the record of such a service.
bool is_acted_on(Action action);

// The service gets a new process by it.
bool starts_generation(Action action);

// The service reads its files for it.
bool reads_files(Action action);

struct MemberPlan {
    std::string service;
    Action action = Action::None;
    std::vector<Change> changes;    // what differs, each with strategy and reason
    std::string reason;             // for an action without changes: "not running", "asked for"
    std::optional<Problem> refusal; // of a plan that was rehearsed: why it would not be done
    bool takes_as_it_is = false;    // an installed unit: nothing changes that could be checked
    bool barred = false;            // refused for its unit's sake, as `reason` says: no attempt of
                                    // it was made before

    bool operator==(const MemberPlan&) const = default;
};

struct Plan {
    std::string project;
    std::vector<MemberPlan> services;

    [[nodiscard]] bool acts() const;  // something is done to a unit or to a record
    [[nodiscard]] bool waits() const; // something waits for --force
};

struct PlanOptions {
    bool force = false;               // do what waits
    bool retry = false;               // try again what was refused: somebody asks
    bool restart = false;             // restart, changed or not
    bool start = false;               // start what does not run
    bool stop = false;                // until somebody starts it; what is wanted does not count
    bool up = false;                  // with start: installed units are their administrator's
    std::optional<Strategy> at_least; // for services of the target
};

class Kind;

// All that is known of one member when a plan is made.
struct MemberView {
    const Kind* kind = nullptr;                     // of what is wanted; else of what is on record
    std::optional<MemberDefinition> wanted;         // nothing: removed from the project
    std::shared_ptr<const WatchPatterns> patterns;  // of its watches; nullptr: not parsed yet
    std::optional<Snapshot> files;                  // of the wanted definition's watches
    std::map<std::string, DocumentState> documents; // whose content is not the applied one
    std::optional<MemberRecord> record;             // nothing: never applied
    UnitState unit;                                 // of record->unit
    std::optional<Duration> drain; // of this time only, in place of the definition's
    std::optional<Refusal> held;   // what the project file wants instead: not taken up by itself
    std::optional<PlanOptions> options; // of this service, in place of the plan's
    std::optional<Problem> barred;      // why its unit cannot be acted on: nothing is done
    // Contents among `files` that were handed over for this transaction: the disk has them once all
    // is checked, and what it had before is there again when the transaction fails.
    std::set<ContentId> handed = {};
    bool goes_down = false;   // with its project, whose file wants it still
    bool interrupted = false; // it does not run, and nobody wished so: a reboot, a new login, our
                              // own death between two generations
};

// PlanInput is what a plan is made of.
struct PlanInput {
    std::string project;
    std::map<std::string, MemberView> views;
    std::vector<std::string> order; // of the services in `views`
    PlanOptions options;
};

Plan make_plan(const PlanInput& input);

// Plans what is the same for members of every kind; the rest is for the member's kind to say.
MemberPlan plan_member(const std::string& name, const MemberView& view, const PlanOptions& options);

// The same was tried or checked before, and did not do. `view` has a record and what is wanted.
bool same_as_refused(const MemberView& view);

// The first problem of documents that cannot be parsed, or do not meet their schema.
std::optional<Problem> document_problem(const MemberView& view);

// The files of a state that is refused, without those that cannot be read: when they can, the state
// is another one, and is tried again.
std::map<std::string, ContentId> files_to_refuse(const Snapshot& now);

// Plans a service anew that was held back because of another one, when that one is looked at and
// not refused any more.
void take_up_held_back(Plan& plan, const std::map<std::string, MemberView>& views,
                       const PlanOptions& options);

// Plans the restart of what follows a service (core/links.hpp) that is restarted, or is started
// because we died in the middle of that; of one that was left alone then, as it was refused, paused
// or waited, with what is done to it next. A swap interrupts nobody: it is no reason to.
void restart_followers(Plan& plan, const std::map<std::string, MemberView>& views);

} // namespace hotreload
