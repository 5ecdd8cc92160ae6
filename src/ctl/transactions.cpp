// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/transactions.hpp"

#include "client/json.hpp"
#include "core/trigger.hpp"
#include "ctl/client.hpp"
#include "ctl/event_text.hpp"
#include "ctl/report.hpp"
#include "ctl/status_view.hpp"

#include <format>
#include <utility>

namespace hotreload::ctl {

namespace {

// A failure that concerns this target alone is reported and the others go on; one that concerns us
// ends all.
bool ends_all(const Failure& failure) {
    return failure.status == ExitStatus::NoDaemon || failure.status == ExitStatus::NotAuthorized;
}

void print_failure(Session& session, const Target& target, const Failure& failure) {
    if (session.out().wants_json()) {
        Json json;
        json["target"] = target.text();
        json["error"] = failure.message;
        session.out().json(json);
    } else {
        session.out().line({Mark::Failed, target.text() + ": " + failure.message});
    }
}

void print_id(Session& session, const Target& target, const std::string& id) {
    if (session.out().wants_json()) {
        Json json;
        json["id"] = id;
        json["project"] = target.project;
        session.out().json(json);
    } else {
        session.out().line({Mark::Plain, std::format("{}: reload {}", target.text(), id)});
    }
}

ExitStatus print_reload(Session& session, const ReloadFinished& reload,
                        const std::vector<ValidationFailed>& announced) {
    const auto report = report_reload(reload, announced, session.directory());
    if (session.out().wants_json())
        session.out().json(to_json(reload));
    session.out().lines(report.lines);
    return report.status;
}

bool is_any(const ReloadFinished& /*reload*/) {
    return true;
}

// A request that came to something for some service, and was not just turned away.
bool did_what_was_asked(const ReloadFinished& reload) {
    const auto detail = parse_json(reload.detail_json).value_or(Json());
    return word_of<Trigger>(detail, "trigger") == Trigger::Request &&
           !array_of(detail, "services").empty();
}

// Prints the reloads of the target's project that were told meanwhile, service by service; nullopt:
// there are none.
std::optional<ExitStatus> print_finished(Session& session, ReloadWait& waiting,
                                         const Target& target,
                                         bool (&counts)(const ReloadFinished&)) {
    const auto reloads = waiting.take_finished(target.project);
    const auto announced = waiting.take_announced();
    std::optional<ExitStatus> status;
    for (const auto& reload : reloads)
        if (counts(reload))
            status =
                worse(status.value_or(ExitStatus::Ok), print_reload(session, reload, announced));
    return status;
}

// Asks the daemon for something about each target; `follow` is given the answer, also one that is
// an error, and tells what came of it. A target that fails does not keep the others from being
// asked about.
template <class Ask, class Follow>
Answer<ExitStatus> with_targets(Session& session, const std::vector<std::string>& words,
                                const Ask& ask, const Follow& follow) {
    const auto targets = targets_of(session, words);
    if (!targets)
        return std::unexpected(targets.error());
    if (targets->empty())
        session.out().line({Mark::Unchanged, "no projects, nothing to do"});
    const auto waiting = ReloadWait::open(session);
    if (!waiting)
        return std::unexpected(waiting.error());

    auto status = ExitStatus::Ok;
    for (const auto& target : *targets) {
        const Answer<ExitStatus> came_to =
            follow(**waiting, target,
                   session.ask([&](Daemon& daemon) { return ask(daemon, target.text()); }));
        if (!came_to && (ends_all(came_to.error()) || targets->size() == 1))
            return came_to;
        if (!came_to) {
            print_failure(session, target, came_to.error());
            status = worse(status, ExitStatus::Failed);
            continue;
        }
        status = worse(status, *came_to);
    }
    return status;
}

} // namespace

Answer<std::vector<Target>> targets_of(Session& session, const std::vector<std::string>& words) {
    const auto projects = session.projects();
    if (!projects)
        return std::unexpected(projects.error());
    if (words.empty())
        if (auto known = check_registered(*projects, session.directory()); !known)
            return std::unexpected(std::move(known.error()));
    return resolve_targets(words, *projects, session.directory());
}

Answer<ExitStatus> run_transactions(Session& session, const std::vector<std::string>& words,
                                    bool wait, const Begin& begin) {
    return with_targets(
        session, words, begin,
        [&](ReloadWait& waiting, const Target& target, const auto& id) -> Answer<ExitStatus> {
            if (!id)
                return std::unexpected(id.error());
            if (!wait) {
                print_id(session, target, *id);
                return ExitStatus::Ok;
            }
            const auto reload = waiting.wait(*id);
            if (!reload)
                return std::unexpected(reload.error());
            return print_reload(session, *reload, waiting.take_announced());
        });
}

Answer<ExitStatus> run_actions(Session& session, const std::vector<std::string>& words,
                               const Act& act) {
    return with_targets(
        session, words, act,
        [&](ReloadWait& waiting, const Target& target, const auto& done) -> Answer<ExitStatus> {
            if (done)
                return print_outcome(session, waiting, target);
            if (const auto told = print_finished(session, waiting, target, did_what_was_asked))
                return worse(*told, ExitStatus::Failed);
            return std::unexpected(done.error());
        });
}

Answer<ExitStatus> print_outcome(Session& session, ReloadWait& waiting, const Target& target) {
    if (const auto told = print_finished(session, waiting, target, is_any))
        return *told;
    auto status = ExitStatus::Ok;
    const auto states = session.selected({target.text()});
    if (!states)
        return std::unexpected(states.error());
    for (const auto& project : *states) {
        const auto report = report_services(project, session.directory());
        if (session.out().wants_json())
            session.out().json(to_json(project));
        session.out().lines(report.lines);
        status = worse(status, report.status);
    }
    return status;
}

} // namespace hotreload::ctl
