// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/reporter.hpp"

#include "base/duration.hpp"
#include "ipc/present/definition.hpp"
#include "ipc/present/json.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <ranges>
#include <utility>

namespace hotreload::daemon {

namespace {

// Words for an action, when it begins ("Restarting") and when it is done ("restarted").
struct Words {
    Action action;
    MessageId done_id;
    std::string_view doing;
    std::string_view done;
};

constexpr std::array kWords = std::to_array<Words>({
    {Action::Live, MessageId::AppliedLive, "Setting properties of", "properties set live"},
    {Action::Reload, MessageId::AppliedReload, "Reloading", "reloaded"},
    {Action::Swap, MessageId::AppliedSwap, "Swapping", "swapped"},
    {Action::Restart, MessageId::AppliedRestart, "Restarting", "restarted"},
    {Action::Start, MessageId::Started, "Starting", "started"},
    {Action::Run, MessageId::Ran, "Running", "run"},
    {Action::Stop, MessageId::Stopped, "Stopping", "stopped"},
});

const Words* words_for(Action action) {
    const auto it = std::ranges::find(kWords, action, &Words::action);
    return it == kWords.end() ? nullptr : &*it;
}

std::optional<std::uint32_t> uid_of(const AskedBy& caller) {
    return caller ? std::optional(caller->uid) : std::nullopt;
}

std::string comm_of(const AskedBy& caller) {
    return caller ? caller->comm : "";
}

std::string words_of(const Asker& asker) {
    return asker.comm.empty() ? std::to_string(asker.uid)
                              : std::format("{} ({})", asker.uid, asker.comm);
}

std::string short_name(const Change& change) {
    for (const std::string_view prefix : {"env.", "properties."})
        if (change.subject.starts_with(prefix))
            return change.subject.substr(prefix.size());
    const auto slash = change.subject.rfind('/');
    return slash == std::string::npos ? change.subject : change.subject.substr(slash + 1);
}

// How many names a change has: one for each key of a document.
std::size_t count_names(const Change& change) {
    return change.keys.empty() ? 1 : change.keys.size() + change.more_keys;
}

// "app.toml: log.level", "log.format" … of a document, the first `most` of them.
std::vector<std::string> names_of(const Change& change, std::size_t most) {
    if (change.keys.empty())
        return {short_name(change)};
    std::vector<std::string> names;
    for (const auto& key : change.keys | std::views::take(most))
        names.push_back(names.empty() ? short_name(change) + ": " + key.key : key.key);
    return names;
}

} // namespace

std::string describe_changes(const std::string& service, const std::vector<Change>& changes) {
    constexpr std::size_t shown = 3;
    std::string names;
    std::size_t named = 0, all = 0;
    for (const auto& change : changes) {
        all += count_names(change);
        if (named == shown)
            continue;
        for (const auto& name : names_of(change, shown - named)) {
            names += (named ? ", " : "") + name;
            ++named;
        }
    }
    if (all > named)
        names += std::format(" and {} more", all - named);
    return names.empty() ? service : std::format("{} ({})", service, names);
}

void Reporter::hold_back(std::move_only_function<void()> event) {
    held_->push_back(std::move(event));
    if (held_->size() == 1)
        release_next_turn();
}

void Reporter::release_next_turn() {
    executor_.post([this, held = std::weak_ptr(held_)] {
        if (!held.expired())
            release_some();
    });
}

void Reporter::release() {
    for (auto& event : std::exchange(*held_, {}))
        event();
}

// A tree of files that were changed at once is as many events.
void Reporter::release_some() {
    for (std::size_t told = 0; told < kMostInATurn && !held_->empty(); ++told) {
        auto event = std::move(held_->front());
        held_->pop_front();
        event();
    }
    if (!held_->empty())
        release_next_turn();
}

void Reporter::file_changed(const std::string& project, const std::string& path, ChangeKind kind,
                            const std::string& from) noexcept {
    hold_back([=, this] {
        to_all([&](Events& listener) { listener.file_changed(project, path, kind, from); });
    });
    log_.debug(std::format("{}: {} was {}", project, path, to_string(kind)));
}

void Reporter::files_settled(const std::string& project, const ReloadId& id,
                             const std::vector<SettledFile>& files, std::size_t more) noexcept {
    hold_back([=, this] {
        to_all([&](Events& listener) { listener.files_settled(project, id, files, more); });
    });
}

void Reporter::config_changed(const ReloadId& id, const ConfigChange& change) noexcept {
    release();
    recent_.add(id, change);
    to_all([&](Events& listener) { listener.config_changed(id, change); });
}

void Reporter::definition_changed(const ReloadId& id, const std::string& project,
                                  const MemberDefinition& before,
                                  const MemberDefinition& after) noexcept {
    config_changed(id, ipc::definition_change(project, before, after));
}

void Reporter::validation_failed(const ReloadId& id, const std::string& project,
                                 const std::string& target, const Problem& problem) noexcept {
    release();
    recent_.add(id, Announced{project, target, problem});
    to_all([&](Events& listener) { listener.validation_failed(id, project, target, problem); });
    if (target.empty())
        log_.write({.priority = Priority::Error,
                    .id = MessageId::ProjectInvalid,
                    .text = std::format("{}; what was valid last stays in force until it is "
                                        "mended (\"hotreloadctl check\" tries it)",
                                        to_string(problem)),
                    .project = project});
    else if (target.starts_with("configs."))
        log_.write({.priority = Priority::Error,
                    .id = MessageId::NotPublished,
                    .text = std::format("{}: {}; what was published last stays so until it is "
                                        "mended",
                                        target, to_string(problem)),
                    .project = project});
}

void Reporter::project_refused(const ReloadId& id, const std::string& project,
                               const Problem& problem) noexcept {
    release();
    recent_.add(id, Announced{project, "", problem});
    to_all([&](Events& listener) { listener.project_refused(id, project, problem); });
    log_.write({.priority = Priority::Error,
                .id = MessageId::ProjectInvalid,
                .text = std::format("{}; nothing of it is in force until it is mended "
                                    "(\"hotreloadctl check\" tries it)",
                                    to_string(problem)),
                .project = project});
}

void Reporter::reload_started(const ReloadId& id, const Plan& plan) noexcept {
    hold_back([this, id, plan = plan]() mutable {
        to_all([&](Events& listener) { listener.reload_started(id, plan); });
        recent_.add(id, std::move(plan));
    });
}

void Reporter::acting(const std::string& project, const ReloadId& id,
                      const MemberPlan& plan) noexcept {
    const auto* const words = words_for(plan.action);
    if (!words)
        return;
    hold_back([this, words,
               message = Message{.id = MessageId::Applying,
                                 .text = {},
                                 .project = project,
                                 .service = plan.service,
                                 .reload_id = id},
               changes = plan.changes]() mutable {
        message.text = std::format("{}{} {}…", changes.empty() ? "" : "Configuration changed. ",
                                   words->doing, describe_changes(message.service, changes));
        log_.write(message);
    });
}

void Reporter::watch_suspended(const std::string& project, const std::string& service,
                               const std::string& path) noexcept {
    log_.write({.priority = Priority::Warning,
                .id = MessageId::WatchSuspended,
                .text = std::format("{0}: writes {1} itself whenever it is acted on: that watch is "
                                    "suspended; exclude the file, or run \"hotreloadctl resume "
                                    "{2}/{0}\"",
                                    service, path, project),
                .project = project,
                .service = service});
}

void Reporter::pause_changed(const std::string& project, const std::string& service,
                             const Pause& pause, bool paused, AskedBy caller) noexcept {
    tell(
        [&](Events& listener) { listener.pause_changed(project, service, pause, paused, caller); });
    const auto& what = service.empty() ? project : service;
    const auto text =
        !paused ? std::format("{}: resumed{}", what, caller ? "" : ", its time is over")
        : pause.reason.empty() ? std::format("{}: paused, changes wait", what)
                               : std::format("{}: paused, changes wait: {}", what, pause.reason);
    log_.write({.priority = Priority::Notice,
                .id = paused ? MessageId::Paused : MessageId::Resumed,
                .text = text,
                .project = project,
                .service = service,
                .caller_uid = uid_of(caller),
                .caller_comm = comm_of(caller)});
}

void Reporter::candidate_changed(const std::string& project, const Candidate& candidate,
                                 CandidateNews news, AskedBy caller) noexcept {
    tell([&](Events& listener) { listener.candidate_changed(project, candidate, news, caller); });
    Message message{.project = project,
                    .reload_id = candidate.id,
                    .caller_uid = uid_of(caller),
                    .caller_comm = comm_of(caller)};
    const auto time = format_duration(candidate.confirm);
    for (const auto& service : candidate.services) {
        message.service = service;
        switch (news) {
        case CandidateNews::Waits:
            message.priority = Priority::Notice;
            message.id = MessageId::AwaitsConfirmation;
            message.text = std::format("{0}: put back in {1}, unless \"hotreloadctl confirm "
                                       "{2}/{0}\" keeps what was applied",
                                       service, time, project);
            break;
        case CandidateNews::Confirmed:
            message.id = MessageId::Confirmed;
            message.text = std::format("{}: confirmed", service);
            break;
        case CandidateNews::Unconfirmed:
            message.priority = Priority::Warning;
            message.id = MessageId::Unconfirmed;
            message.text = std::format("{}: nobody confirmed it within {}: what was there before "
                                       "is put back",
                                       service, time);
            break;
        case CandidateNews::NotPutBack:
            message.priority = Priority::Error;
            message.id = MessageId::NotPutBack;
            message.text = std::format("{0}: what was there before cannot be put back: {1}; it is "
                                       "tried again, and \"hotreloadctl confirm {2}/{0}\" keeps "
                                       "what is there",
                                       service, candidate.left, project);
            break;
        }
        log_.write(message);
    }
}

void Reporter::reload_finished(const Outcome& outcome) noexcept {
    release();
    recent_.add(outcome);
    to_all([&](Events& listener) { listener.reload_finished(outcome); });
    for (const auto& service : outcome.services)
        log_service(outcome, service);
}

void Reporter::log_service(const Outcome& outcome, const MemberOutcome& service) {
    Message message{.project = outcome.project,
                    .service = service.service,
                    .generation = service.generation,
                    .reload_id = outcome.id,
                    .caller_uid = uid_of(outcome.caller),
                    .caller_comm = comm_of(outcome.caller)};
    if (!service.changes.empty())
        message.changes = ipc::changes_json(service.changes, Audience::Inspectors);
    message.unit = service.unit;
    if (!service.unit.empty())
        message.object_pid = units_.state(service.unit).main_pid;
    const auto* words = words_for(service.action);
    const auto what = describe_changes(service.service, service.changes);
    const auto why = service.problem ? to_string(*service.problem) : std::string();
    const auto target = outcome.project + "/" + service.service;
    const std::string_view doing = words ? words->doing : "Recording";
    std::string way_out; // what to do about it
    switch (service.result) {
    case ReloadResult::Applied:
    case ReloadResult::Stopped:
        if (!words)
            return;
        message.id = words->done_id;
        message.text = std::format("{}: {}", what, words->done);
        if (service.generation > 0 && service.result == ReloadResult::Applied)
            message.text += std::format(", generation {}", service.generation);
        break;
    case ReloadResult::LetGo:
        message.id = MessageId::Stopped;
        message.text = std::format("{}: let go of; {} goes on as it is", what, service.unit);
        break;
    case ReloadResult::StoppedMeanwhile:
        message.priority = Priority::Warning;
        message.id = MessageId::Stopped;
        message.text = std::format("{}: {}", what, why);
        break;
    case ReloadResult::Invalid:
        message.priority = Priority::Error;
        message.id = MessageId::Refused;
        message.text = std::format("{}: refused, nothing was touched: {}", what, why);
        way_out =
            std::format("correct it, or try it again with \"hotreloadctl reload {}\"", target);
        break;
    case ReloadResult::RolledBack:
        message.priority = Priority::Error;
        message.id = MessageId::RolledBack;
        message.text =
            std::format("{}: rolled back to generation {}: {}", what, service.generation, why);
        way_out = std::format("\"hotreloadctl logs {}\" has what it said", target);
        break;
    case ReloadResult::NeedsAttention:
        message.priority = Priority::Error;
        message.id = MessageId::NeedsAttention;
        message.text = std::format("{}: {} failed: {}", what, doing, why);
        way_out = std::format("it is not tried again before it changes, or with \"hotreloadctl "
                              "reload --force {}\"",
                              target);
        break;
    case ReloadResult::Failed:
        message.priority = Priority::Error;
        message.id = MessageId::Failed;
        message.text = std::format("{}: {} failed: {}", what, doing, why);
        way_out = std::format("\"hotreloadctl status {}\" tells what runs", target);
        break;
    case ReloadResult::Waiting: {
        message.priority = Priority::Notice;
        message.id = MessageId::Waiting;
        const bool restarts =
            std::ranges::contains(service.changes, Strategy::ManualRestart, &Change::strategy);
        message.text = std::format("{}: waits", what);
        way_out = std::format("\"hotreloadctl {} {}\" applies it",
                              restarts ? "restart" : "reload --force", target);
        break;
    }
    case ReloadResult::Recorded:
    case ReloadResult::Unchanged:
    case ReloadResult::Superseded:
    case ReloadResult::Refused:
    case ReloadResult::HeldBack:
    case ReloadResult::Interrupted:
        return;
    }
    if (outcome.caller)
        message.text += std::format(", asked for by user {}", words_of(*outcome.caller));
    if (!way_out.empty())
        message.text += "; " + way_out;
    log_.write(message);
}

void Reporter::project_changed(const ProjectStatus& status) noexcept {
    tell([&](Events& listener) { listener.project_changed(status); });
}

void Reporter::project_removed(const std::string& project) noexcept {
    tell([&](Events& listener) { listener.project_removed(project); });
    log_.write({.id = MessageId::ProjectForgotten,
                .text = std::format("{}: forgotten", project),
                .project = project});
}

void Reporter::service_changed(const ServiceStatus& status) noexcept {
    tell([&](Events& listener) { listener.service_changed(status); });
}

void Reporter::service_removed(const std::string& project, const std::string& service) noexcept {
    tell([&](Events& listener) { listener.service_removed(project, service); });
}

void Reporter::config_status_changed(const ConfigStatus& status) noexcept {
    tell([&](Events& listener) { listener.config_status_changed(status); });
}

void Reporter::config_removed(const std::string& project, const std::string& config) noexcept {
    tell([&](Events& listener) { listener.config_removed(project, config); });
}

} // namespace hotreload::daemon
