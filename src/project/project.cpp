// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/project.hpp"

#include "base/completion.hpp"
#include "project/explain.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <format>
#include <iterator>
#include <map>
#include <ranges>
#include <utility>

namespace hotreload::project {

namespace {

// A project file that is refused may be valid without being saved: what it names has come, a
// program that was installed or a directory that was mounted, and nothing tells of that.
constexpr Duration kReadAgain = std::chrono::seconds(30);

// The members that are wanted otherwise than before, with what they were: nullptr for one that was
// not wanted. Both maps are gone over once, side by side.
using Changed = std::map<std::string, const MemberDefinition*>;

Changed changed_members(const ProjectDefinition& before, const ProjectDefinition& now) {
    Changed changed;
    auto old = before.services.begin();
    for (const auto& [name, service] : now.services) {
        while (old != before.services.end() && old->first < name)
            ++old;
        if (old == before.services.end() || old->first != name)
            changed.emplace(name, nullptr);
        else if (old->second != service)
            changed.emplace(name, &*old->second);
    }
    return changed;
}

bool have_same_links(const ProjectDefinition& before, const ProjectDefinition& now,
                     const Changed& changed) {
    return before.services.size() == now.services.size() &&
           std::ranges::all_of(changed, [&](const auto& change) {
               const auto& [name, old] = change;
               const MemberDefinition& service = now.services.at(name);
               return old && old->after == service.after && old->required == service.required &&
                      old->part_of == service.part_of;
           });
}

} // namespace

Project::Project(Ports ports, ProjectRecord record, std::vector<Problem> broken)
    : ports_(std::move(ports)),
      ledger_(ports_.store, ports_.clock, std::move(record)),
      file_(ports_.files, ports_.reader, ports_.kinds, ledger_),
      contents_(ports_.make_documents(ledger_.name()), ports_.contents, ledger_, ports_.clock),
      attached_(ports_.units, ports_.attachments, ledger_, file_, ports_.of_a_user),
      loops_(ledger_.name(), ports_.writers, ports_.units),
      looks_(
          {ports_.files, ports_.units, ledger_, file_, attached_, loops_, contents_, ports_.kinds}),
      pauses_(ledger_, ports_.clock),
      histories_(ledger_, file_, looks_, contents_, ports_.clock),
      rollback_(ports_.files, ledger_, file_, looks_, contents_, ports_.background,
                ports_.make_restoration),
      candidates_(ledger_, ports_.clock),
      configs_(ports_.clock, ports_.files, contents_, ledger_, file_, ports_.published,
               ports_.events, ports_.new_id),
      statuses_({ledger_, file_, looks_, agenda_, pauses_, candidates_, loops_, attached_,
                 contents_, tally_, ports_.units}),
      adoption_({ledger_, looks_, attached_, ports_.units, ports_.sockets, ports_.views}),
      broken_(std::move(broken)),
      rested_(ports_.clock.make_alarm()),
      read_again_(ports_.clock.make_alarm()),
      drains_(ledger_, ports_.units, ports_.views),
      conductor_({ports_.clock, ports_.reader, ports_.events, ports_.new_id, ports_.kind_ports,
                  ports_.units, agenda_, ledger_, file_, looks_, loops_, contents_, histories_,
                  rollback_, candidates_,
                  Delivery::Sees{candidates_, contents_, ledger_, looks_, ports_.background,
                                 ports_.make_restoration},
                  tally_, ports_.deaths},
                 {[this](const std::string& service) { committed(service); },
                  [this](const std::string& service) { tell(service); }, [this] { pump_soon(); },
                  [this] {
                      gone_ = true;
                      ledger_.close();
                      configs_.withdraw();
                  },
                  [this] {
                      configs_.look_at_all();
                      return configs_.known();
                  },
                  [this](const Names& services) { return publish_for(services); }}) {
    for (const auto& [name, unused] : ledger_.services())
        agenda_.add(name);
    ledger_.on_problem = contents_.on_problem = [this] { tell_project(); };
    configs_.on_due = [this] { pump_soon(); };
    pauses_.on_time = [this] { end_pauses(); };
    candidates_.on_time = [this] { put_back_overdue(); };
    drains_.on_end = [this](const std::string& service) {
        tell(service);
        pump_soon();
    };
}

Project::~Project() {
    *alive_ = false;
    for (const auto& [name, service] : ledger_.services())
        if (!service.unit.empty() && !service.definition.attached())
            ports_.units.unfollow(service.unit);
}

Task<> Project::open() {
    tell_project();
    Problem why{.path = path()};
    try {
        if (ports_.deaths.set_aside(all_work()))
            why = {path(), 0, 0, "the work for it has ended hotreloadd twice", Audience::Everybody};
        else
            co_await take_up();
    } catch (const std::exception& error) { // one project's trouble is none of the others'
        why.message = error.what();
    }
    if (!why.message.empty())
        co_await set_aside(std::move(why));
}

Task<> Project::take_up() {
    auto left = co_await adoption_.run();
    for (const auto& service : left.stopping)
        submit({.kind = Request::Kind::Stop, .id = ports_.new_id(), .service = service});
    for (auto& [service, units] : left.orphans)
        tasks_.spawn(remove_orphans(service, std::move(units)));
    for (const auto& [name, unused] : ledger_.services())
        agenda_.add(name);
    resume_candidates();
    begin_work();
    co_await conductor_.seen(); // whoever asks from now on is told of documents as they are
    co_await configs_.known();
}

// A service waits for its orphans' end, for they may have what its next start needs; nobody else
// does, the daemon's end least of all: its next start finds what is left of them.
Task<> Project::remove_orphans(std::string service, std::vector<std::string> units) {
    agenda_.began({service});
    (void)co_await removal_.unless(adoption_.remove(std::move(units)));
    agenda_.ended({service}, Agenda::End::Aside, ports_.clock.now());
    pump_soon();
}

void Project::begin_work() {
    const Deaths::Scope at_it(ports_.deaths, all_work());
    if (!read_project_file().value_or(false)) {
        configs_.publish();
        for (const auto& [name, unused] : file_.definition().services)
            arm(name);
    }
    for (const auto& name : service_names())
        tell(name);
    opened_ = true;
    pauses_.arm();
    for (const auto& name : service_names())
        drains_.follow(name);
    pump();
}

// A project that is set aside is told of with its units, its file is watched, and it can go down.
Task<> Project::set_aside(Problem why) {
    opened_ = false;
    why.message += std::format(": its services run on, and nothing is done for it until its file "
                               "changes, or for \"hotreloadctl reload {}\"",
                               name());
    set_aside_ = std::move(why);
    looks_.unwatch_all();
    file_.watch_alone([this] {
        file_settled_ = true;
        pump_soon();
    });
    tell_project();
    co_await adoption_.follow_all();
    for (const auto& service : service_names())
        tell(service);
    pump_soon(); // somebody may wait for it
}

void Project::retry() {
    if (!set_aside_ || gone_)
        return;
    set_aside_.reset();
    file_.unwatch();
    ports_.deaths.forgive(name(), path());
    tasks_.spawn(open());
}

Work Project::all_work() const {
    return {name(), "", file_.stamp()};
}

// The turn.

void Project::pump_soon() {
    if (std::exchange(pump_posted_, true))
        return;
    ports_.clock.post([this, alive = alive_] {
        if (!*alive)
            return;
        pump_posted_ = false;
        pump();
    });
}

void Project::pump() {
    if (winding_up_) {
        close();
        if (!agenda_.any_busy())
            for (const auto& resolve : std::exchange(ending_, {}))
                resolve();
        return;
    }
    if (!opened_ && !set_aside_)
        return;
    if (gone_) {
        close();
        return;
    }
    const Deaths::Scope at_it(ports_.deaths, all_work());
    const auto valid = take_up_what_settled();
    if (!opened_ && !set_aside_) // it is opened anew: that ends with a turn
        return;
    forget_services();
    ledger_.save_again();
    contents_.try_again();
    begin_requests(situation(), valid);
    if (gone_) {
        close();
        return;
    }
    if (opened_ && file_.definition().enabled) {
        look(situation());
        note_held();
    }
    trigger_ = Trigger::File;
    rest_until_next_turn();
    if (!file_waits_ && configs_.all_known() &&
        agenda_.idle([this](const auto& service) { return counts(service); }, ports_.clock.now()))
        tell_settled();
}

// Answers as read_project_file() where that was read.
std::optional<bool> Project::take_up_what_settled() {
    const bool file_settled = std::exchange(file_settled_, false);
    if (file_settled && set_aside_) {
        retry();
        return std::nullopt;
    }
    std::optional<bool> valid;
    if (file_settled) {
        file_.seen();
        valid = read_project_file();
    }
    configs_.look_at_due();
    for (const auto& service : std::exchange(settled_services_, {})) {
        const auto* const member = looks_.find(service);
        if (!member || !member->rules())
            continue;
        agenda_.settled(service);
        if (!pauses_.paused(service)) // else nothing follows what is under way
            conductor_.hurry(service);
    }
    return valid;
}

// The project file is read once for all of them; `valid`: it was read in this turn already, and
// whether it is.
void Project::begin_requests(const Agenda::Situation& situation, std::optional<bool> valid) {
    bool put_off = false; // one waits for what the file depends on, and so do all after it
    auto turn = agenda_.take_requests(situation, [&](Request& request) -> std::optional<Names> {
        put_off = put_off || waits_for_file(request, valid);
        if (!put_off)
            return admit(request, valid);
        agenda_.submit(std::move(request));
        return std::nullopt;
    });
    for (auto& [request, scope] : turn.begin) {
        const bool is_of_some = request.service || !request.services.empty();
        auto asked = is_of_some ? asked_for(request) : scope;
        conductor_.perform(std::move(request), std::move(scope), std::move(asked));
    }
    // A stop does not wait for what is only being checked, also when that began in this turn.
    for (const auto& service : turn.in_the_way)
        conductor_.supersede(service);
}

void Project::look(const Agenda::Situation& situation) {
    for (auto& batch : agenda_.take_due(situation))
        conductor_.look(std::move(batch), trigger_);
}

// Members that are due and paused: finds out what would be done if it were not for that.
void Project::note_held() {
    for (const auto& service : Names(agenda_.due_members())) {
        if (!pauses_.paused(service) || agenda_.busy(service) || !file_.wanted(service))
            continue;
        agenda_.not_due(service);
        agenda_.began({service});
        conductor_.look_what_is_held(service);
    }
}

void Project::rest_until_next_turn() {
    rested_->arm(agenda_.next_wake(ports_.clock.now()), [this] { pump_soon(); });
}

bool Project::counts(const std::string& service) const {
    const auto* const member = looks_.find(service);
    return opened_ && file_.definition().enabled && (!member || member->unwatchable().empty()) &&
           !pauses_.paused(service);
}

Agenda::Situation Project::situation() const {
    return {.links = [this]() -> const LinkGraph& { return looks_.links(); },
            .now = ports_.clock.now(),
            .paused = [this](const std::string& service) { return pauses_.paused(service); },
            .watchable =
                [this](const std::string& service) {
                    const auto* const member = looks_.find(service);
                    return !member || member->unwatchable().empty();
                },
            .unsettled =
                [this](const std::string& service) {
                    const auto* const member = looks_.find(service);
                    return member && member->unsettled();
                },
            .patience =
                [this](const std::string& service) {
                    const auto* const member = looks_.find(service);
                    return member ? member->debounce_max() : Duration::zero();
                },
            .full = drains_.full(),
            .held_back = ledger_.index().held_back()};
}

// Requests that still wait get an answer.
void Project::close() {
    for (auto& request : agenda_.close())
        turn_away(std::move(request));
    tell_settled();
}

void Project::tell_settled() {
    for (const auto& resolve : std::exchange(waiting_, {}))
        resolve();
}

Task<> Project::wind_up() {
    winding_up_ = true;
    conductor_.wind_up();
    removal_.request();
    Completion<bool> ended(ports_.clock);
    ending_.push_back([resolve = ended.resolver()] { resolve(true); });
    pump_soon();
    co_await ended;
}

Task<> Project::settled() {
    if (gone_ || winding_up_)
        co_return;
    Completion<bool> settled(ports_.clock);
    waiting_.push_back([resolve = settled.resolver()] { resolve(true); });
    pump_soon();
    co_await settled;
}

// Requests.

void Project::submit(Request request) {
    if (gone_ || winding_up_) {
        turn_away(std::move(request));
        return;
    }
    const bool goes_on =
        request.trigger != Trigger::Request || (request.apply && candidates_.find(request.id));
    // Somebody asks: nothing is left alone any more.
    if (request.kind == Request::Kind::Reload && !goes_on) {
        ports_.deaths.forgive(name(), path());
        contents_.documents().forgive();
        if (!std::exchange(broken_, {}).empty())
            tell_project();
        for (const auto& service : service_names())
            for (const auto& unit : attached_.not_there(service))
                tasks_.spawn(get_to_know(service, unit, false));
    }
    const bool goes_down = request.kind == Request::Kind::Remove;
    agenda_.submit(std::move(request));
    if (!goes_down)
        retry();
    pump_soon();
}

Task<Outcome> Project::perform(Request request) {
    Completion<Outcome> ended(ports_.clock);
    request.done = [resolve = ended.resolver()](const Outcome& outcome) { resolve(outcome); };
    submit(std::move(request));
    co_return co_await ended;
}

void Project::turn_away(Request request) {
    if (winding_up_) {
        const bool goes_on = candidates_.find(request.id) || candidates_.find(request.unconfirmed);
        auto problem = goes_on ? is_gone_on_with(path()) : is_ending(path());
        return conductor_.refuse(std::move(request), std::move(problem));
    }
    conductor_.refuse(
        std::move(request),
        {path(), 0, 0,
         std::format("project \"{}\" went down meanwhile: \"hotreloadctl up\" registers it again",
                     name()),
         Audience::Everybody});
}

// Reads the project file for a request, once for all of a turn: `valid` is whether it is. True: it
// cannot be told yet.
bool Project::waits_for_file(const Request& request, std::optional<bool>& valid) {
    if (request.kind != Request::Kind::Reload || gone_ || set_aside_)
        return false;
    if (!valid && !file_waits_)
        valid = read_project_file();
    return !valid;
}

// The members that the request is about; nullopt: it was answered, for it cannot be begun. `valid`:
// whether the project file is, where it was read for the request.
std::optional<Names> Project::admit(Request& request, std::optional<bool> valid) {
    const bool reads_files = request.kind == Request::Kind::Reload;
    if (gone_) {
        turn_away(std::move(request));
        return std::nullopt;
    }
    // What a death of ours has cut short, and cannot be gone on with.
    const bool begun = request.apply && candidates_.find(request.id);
    if (begun && !set_aside_ && !valid.value_or(true)) {
        auto problem = file_.problems().front();
        conductor_.take_back(std::move(request), std::move(problem));
        return std::nullopt;
    }
    if (reads_files && set_aside_) { // again: it was tried for this
        conductor_.refuse(std::move(request), *set_aside_);
        return std::nullopt;
    }
    // What nobody has confirmed goes back to what is on record, whatever the file says now.
    const bool is_unconfirmed = request.unconfirmed != ReloadId();
    if (reads_files && !is_unconfirmed && !valid.value_or(true)) {
        Outcome invalid{.id = request.id,
                        .project = name(),
                        .result = ReloadResult::Invalid,
                        .trigger = Trigger::Request,
                        .caller = request.caller,
                        .problems = file_.problems()};
        conductor_.answer(std::move(request), std::move(invalid));
        return std::nullopt;
    }
    if (request.service && !has_service(*request.service)) {
        auto problem =
            file_
                .problem_at("services",
                            std::format("service \"{}\" has left the project", *request.service))
                .for_everybody();
        conductor_.refuse(std::move(request), std::move(problem));
        return std::nullopt;
    }
    if (request.apply && !begun) {
        if (const auto can = can_apply(request.service, request.apply->files); !can) {
            conductor_.refuse(std::move(request),
                              file_.problem_at("services", can.error().message).for_everybody());
            return std::nullopt;
        }
        request.services.clear();
        for (const auto& [path, unused] : request.apply->files)
            request.services.merge(watchers_of(path));
    }
    return scope_of(request);
}

// The members that the request is about, and those that systemd's rules draw in: a start starts
// what is required, a stop or a restart does the same to what follows.
Names Project::scope_of(const Request& request) const {
    if (!request.service && request.services.empty())
        return agenda_.members();
    const auto asked = asked_for(request);
    auto scope = looks_.links().with_followers(asked);
    if (request.kind != Request::Kind::Reload)
        return scope;
    // A member that is drawn in is left alone while it is paused, and its changes are held on; what
    // is required and does not run is started.
    std::erase_if(scope, [&](const auto& service) {
        if (service == request.service || request.services.contains(service) ||
            !pauses_.paused(service))
            return false;
        const auto* const record = ledger_.find(service);
        const bool runs = record && ports_.units.state(record->unit).running();
        return runs || !asked.contains(service);
    });
    return scope;
}

Names Project::asked_for(const Request& request) const {
    if (!request.services.empty()) {
        auto still = request.services;
        std::erase_if(still, [this](const auto& service) { return !has_service(service); });
        return still;
    }
    Names asked{*request.service};
    if (request.kind == Request::Kind::Stop)
        return looks_.links().with_followers(asked);
    return request.options.start ? looks_.links().with_required(asked) : asked;
}

// What is handed over.

Names Project::watchers_of(const std::string& path) const {
    Names watchers;
    for (const auto& service : agenda_.members()) {
        const auto* const member = looks_.find(service);
        if (file_.wanted(service) && member && member->rules() &&
            member->rules()->rules.watch(path))
            watchers.insert(service);
    }
    return watchers;
}

Result<> Project::can_apply(const std::optional<std::string>& service,
                            const HandedFiles& files) const {
    Names concerned;
    for (const auto& [path, unused] : files) {
        const auto watchers = watchers_of(path);
        if (service ? !watchers.contains(*service) : watchers.empty())
            return fail(ErrorCode::Invalid,
                        std::format("{} is not among the files that {} watches: \"hotreloadctl "
                                    "explain {}\" says why",
                                    path, service ? name() + "/" + *service : name(), path));
        if (path == this->path() || std::ranges::contains(file_.sources(), path))
            return fail(ErrorCode::Invalid, path + " is what the project itself is made of: it is "
                                                   "saved, and not handed over");
        concerned.insert(watchers.begin(), watchers.end());
    }
    for (const auto& each : concerned) {
        const auto* const other = candidates_.of(each);
        if (other && other->under_way())
            return fail(ErrorCode::Busy, std::format("something is being applied to {}/{}: ask "
                                                     "again when that has ended",
                                                     name(), each));
        if (other && !other->left.empty())
            return fail(ErrorCode::Busy,
                        std::format("what was before in {0}/{1} is to be put back first, and "
                                    "cannot be: {2}; \"hotreloadctl confirm {0}/{1}\" keeps what "
                                    "is there",
                                    name(), each, other->left));
        if (other)
            return fail(ErrorCode::Busy,
                        std::format("{0}/{1} waits to be confirmed: \"hotreloadctl confirm "
                                    "{0}/{1}\" keeps what it has, and without that what was "
                                    "before is put back when the time is over",
                                    name(), each));
    }
    return {};
}

// A death of ours has cut them short, or their time goes on.
void Project::resume_candidates() {
    for (const auto& candidate : candidates_.under_way())
        submit(request_of(candidate));
    candidates_.arm();
}

// What the candidate began with, again, as far as it is to be had.
Request Project::request_of(const Candidate& candidate) const {
    Request request{.id = candidate.id,
                    .options = {.force = candidate.force, .retry = true},
                    .apply = Request::Apply{.files = {}, .confirm = candidate.confirm},
                    .caller = candidate.caller,
                    .services = {candidate.services.begin(), candidate.services.end()},
                    .left = candidate.left};
    for (const auto& [path, file] : candidate.files)
        if (auto bytes = contents_.content(file.content))
            request.apply->files.emplace(path,
                                         HandedFile{file.content, SharedBytes(*std::move(bytes))});
    return request;
}

// Nobody has confirmed them in time, or they could not be put back.
void Project::put_back_overdue() {
    if (!opened_ || gone_ || winding_up_)
        return;
    for (const auto& candidate : candidates_.take_overdue()) {
        if (candidate.until_usec == 0) { // it was never in force: its files alone go back
            auto request = request_of(candidate);
            request.done = [this, id = candidate.id](const Outcome&) {
                if (!winding_up_)
                    candidates_.try_again(id);
            };
            submit(std::move(request));
            continue;
        }
        if (candidate.left.empty()) // the first time
            ports_.events.candidate_changed(name(), candidate, Events::CandidateNews::Unconfirmed,
                                            {});
        submit({.id = ports_.new_id(),
                .options = {.force = true, .retry = true},
                .rollback = Request::Rollback{.restore_files = true, .goals = candidate.goals},
                .services = {candidate.services.begin(), candidate.services.end()},
                .trigger = Trigger::Unconfirmed,
                .unconfirmed = candidate.id,
                .left = candidate.left,
                .done = [this, id = candidate.id](const Outcome& outcome) {
                    const bool begun = !outcome.services.empty() || outcome.problems.empty();
                    if (begun)
                        candidates_.forget(id);
                    else if (!winding_up_ && !gone_)
                        not_put_back(id, outcome.problems.front().message);
                    for (const auto& service : service_names())
                        tell(service);
                }});
    }
}

void Project::not_put_back(const ReloadId& id, const std::string& why) {
    if (candidates_.could_not_put_back(id, why))
        ports_.events.candidate_changed(name(), *candidates_.find(id),
                                        Events::CandidateNews::NotPutBack, {});
}

Result<> Project::tell_confirmed(Result<std::vector<Candidate>> confirmed, AskedBy caller) {
    if (!confirmed)
        return std::unexpected(std::move(confirmed.error()));
    for (const auto& candidate : *confirmed) {
        ports_.events.candidate_changed(name(), candidate, Events::CandidateNews::Confirmed,
                                        caller);
        for (const auto& service : candidate.services)
            tell(service);
    }
    return {};
}

Result<> Project::confirm(const std::optional<std::string>& service, AskedBy caller) {
    return tell_confirmed(candidates_.confirm(service), caller);
}

Result<> Project::confirm(const ReloadId& id, AskedBy caller) {
    return tell_confirmed(candidates_.confirm(id), caller);
}

// The project file.

void Project::look_again() {
    read_project_file();
    configs_.look_up_readers_again();
    for (const auto& service : service_names()) {
        agenda_.due(service);
        if (auto* const member = looks_.find(service))
            member->read_all_next();
    }
    pump_soon();
}

void Project::move_to(const std::string& path) {
    ledger_.update_project([&](ProjectRecord& record) { record.path = path; });
    read_project_file();
    tell_project();
    pump_soon();
}

bool Project::leads_to(const std::string& other) const {
    return path().empty() || !ports_.files.exists(path()) || ports_.files.are_one(path(), other);
}

// Answers whether the file is valid; nullopt: that is not known yet, and it is read again.
std::optional<bool> Project::read_project_file() {
    const auto readings = file_.read_and_watch([this] {
        file_settled_ = true;
        pump_soon();
    });
    const bool waits = readings.back().result == ProjectFile::Read::Waiting;
    if (waits && !std::exchange(file_waits_, true))
        tasks_.spawn(read_when_known());
    for (const auto& reading : readings) {
        if (reading.result == ProjectFile::Read::Accepted)
            accept(reading.before);
        if (reading.result != ProjectFile::Read::RefusedAnew)
            continue;
        for (const auto& problem : file_.problems())
            ports_.events.validation_failed(ports_.new_id(), name(), "", problem);
        tell_project();
    }
    if (waits)
        return std::nullopt;
    const bool valid = file_.problems().empty();
    read_again_->arm(valid ? kInfinity : kReadAgain, [this] {
        file_settled_ = !set_aside_;
        pump_soon();
    });
    return valid;
}

Task<> Project::read_when_known() {
    co_await file_.known();
    file_waits_ = false;
    file_settled_ = !set_aside_;
    pump_soon();
}

// A service that is wanted as it was before is left alone: a save of the project file concerns few
// services.
void Project::accept(const ProjectDefinition& before) {
    const auto& now = file_.definition();
    const bool all = !opened_ || before.enabled != now.enabled;
    const auto changed = changed_members(before, now);
    if (!have_same_links(before, now, changed))
        looks_.relink();
    contents_.documents().set_secrets(now.secrets);
    configs_.publish();
    const auto make_due = [&](const std::string& service) {
        const bool is_new = !agenda_.has(service);
        const auto change = changed.find(service);
        if (opened_ && change != changed.end() && change->second) {
            conductor_.supersede(service);
            ports_.events.definition_changed(ports_.new_id(), name(), *change->second,
                                             now.services.at(service));
        }
        agenda_.add(service);
        agenda_.due(service);
        arm(service);
        // A new one may not be looked at for long, and none is where the project is not enabled.
        if (opened_ && (is_new || before.enabled != now.enabled))
            tell(service);
    };
    if (all)
        std::ranges::for_each(std::views::keys(now.services), make_due);
    else
        std::ranges::for_each(std::views::keys(changed), make_due);
    leaving_.clear();
    std::ranges::set_difference(agenda_.members(), std::views::keys(now.services),
                                std::inserter(leaving_, leaving_.end()));
    for (const auto& service : leaving_) {
        agenda_.due(service);
        ledger_.update(service, [](MemberRecord& record) {
            if (!record.refusal || !record.refusal->of_removal())
                return false;
            record.refusal.reset(); // another word of the project file's: it is tried again
            return true;
        });
    }
    tell_project();
}

void Project::arm(const std::string& service) {
    hold_units(service);
    const bool anew =
        looks_.arm(service, {.settled =
                                 [this](const std::string& settled) {
                                     settled_services_.insert(settled);
                                     pump_soon();
                                 },
                             .quiet = [this](const std::string&) { pump_soon(); },
                             .state = [this](const std::string& each) { tell(each); }});
    if (anew)
        loops_.forget(service);
}

// What these services are about to be given is published before, where it is a document.
Task<> Project::publish_for(Names services) {
    return configs_.catch_up([this, services = std::move(services)](const std::string& path) {
        const ContentId* content = nullptr;
        for (const auto& service : services)
            if (const auto* const member = looks_.find(service); member && !content)
                if (const auto file = member->seen().files.find(path);
                    file != member->seen().files.end())
                    content = &file->second;
        return content;
    });
}

std::vector<std::string> Project::readers(const std::string& config) const {
    const auto& configs = file_.definition().configs;
    const auto found = configs.find(config);
    return found == configs.end() ? std::vector<std::string>()
                                  : found->second.readers.value_or(std::vector<std::string>());
}

std::vector<WatchExplanation> Project::explain(const std::string& path) const {
    return explain_path(path, {ports_.files, ledger_, file_, looks_, configs_, contents_});
}

// Services that come and go, and their units.

// Services that left the project file before anything was done to them, or while something was.
void Project::forget_services() {
    std::erase_if(leaving_, [this](const std::string& service) {
        const bool is_member = agenda_.has(service);
        if (is_member && (ledger_.find(service) || agenda_.busy(service)))
            return false;
        if (is_member)
            forget_service(service);
        return true;
    });
}

void Project::forget_service(const std::string& service) {
    attached_.release(service);
    agenda_.remove(service);
    looks_.forget(service);
    loops_.forget(service);
    tally_.forget(service);
    ports_.events.service_removed(name(), service);
}

void Project::committed(const std::string& service) {
    if (!file_.wanted(service))
        looks_.relink();
    if (!file_.wanted(service) && !ledger_.find(service)) {
        forget_service(service);
        return;
    }
    hold_units(service);
    drains_.follow(service);
}

void Project::hold_units(const std::string& service) {
    for (const auto& unit : attached_.hold(service))
        tasks_.spawn(get_to_know(service, unit, true));
}

// An installed unit: nothing is decided before its state is known, and whether it is there.
Task<> Project::get_to_know(std::string service, std::string unit, bool is_new) {
    agenda_.began({service});
    co_await attached_.get_to_know(service, unit, is_new);
    agenda_.ended({service}, Agenda::End::Aside, ports_.clock.now());
    if (!agenda_.has(service))
        co_return;
    look_who_is_barred(service);
    tell(service);
    pump_soon();
}

// The reason is told once, and the service is looked at again when it is over.
void Project::look_who_is_barred(const std::string& service) {
    const auto [news, problem] = attached_.look_who_is_barred(service);
    if (!news)
        return;
    agenda_.due(service);
    if (problem)
        ports_.events.validation_failed(ports_.new_id(), name(), "", *problem);
    pump_soon();
}

void Project::unit_changed(const std::string& unit) {
    auto concerned = ledger_.index().of_unit(unit);
    const auto& followers = attached_.followers(unit);
    concerned.insert(followers.begin(), followers.end());
    for (const auto& service : concerned) {
        if (!has_service(service))
            continue;
        if (!attached_.not_there(service).empty())
            tasks_.spawn(get_to_know(service, unit, false)); // it may be installed by now
        look_who_is_barred(service);
        look_at_what_was_started(service);
        tell(service);
    }
}

// A validator may need what is there only while the unit runs, such as its RuntimeDirectory=: what
// it refused meanwhile is looked at again. Not when the manager starts what has failed again and
// again.
void Project::look_at_what_was_started(const std::string& service) {
    if (!attached_.was_started(service, agenda_.busy(service)))
        return;
    const bool was_refused = ledger_.update(service, [](MemberRecord& record) {
        if (!record.refusal || record.refusal->result != ReloadResult::Invalid)
            return false;
        record.refusal.reset();
        return true;
    });
    if (!was_refused)
        return;
    agenda_.due(service);
    pump_soon();
}

void Project::units_released() {
    for (const auto& service : service_names()) {
        if (!attached_.holds_any(service))
            continue;
        look_who_is_barred(service);
        tell(service);
    }
}

// Pauses.

Names Project::paused_services() const {
    Names names;
    for (const auto& service : service_names())
        if (pauses_.paused(service))
            names.insert(service);
    return names;
}

void Project::pause(const std::optional<std::string>& service, const PauseRequest& request) {
    const auto pause = pauses_.pause(service, request);
    ports_.events.pause_changed(name(), service.value_or(""), pause, true, request.caller);
    for (const auto& each : service_names()) {
        if (service && *service != each)
            continue;
        conductor_.give_up_look(each); // nothing has begun yet, and nothing is to
        histories_.note_pause(each, EventRecord::What::Paused, request.reason, Trigger::Request,
                              request.caller);
        tell(each);
    }
    pump_soon(); // what has changed already waits from now on
}

void Project::resume(const std::optional<std::string>& service, AskedBy caller) {
    const auto before = paused_services();
    const auto names = service_names();
    pauses_.resume(service, {names.begin(), names.end()});
    go_on(before, service.value_or(""), caller);
    for (const auto& each : names) {
        if ((service && *service != each) || !loops_.resume(each))
            continue;
        agenda_.due(each);
        tell(each);
    }
    pump_soon();
}

// Nobody called when the time was over.
void Project::end_pauses() {
    const auto before = paused_services();
    const auto over = pauses_.end_those_that_are_over();
    if (!over.empty())
        go_on(before, over.size() == 1 ? *over.begin() : "", {});
    pump_soon();
}

// Services that are paused no more are looked at.
void Project::go_on(const Names& before, const std::string& what, AskedBy caller) {
    const auto still = paused_services();
    if (before != still)
        ports_.events.pause_changed(name(), what, {}, false, caller);
    for (const auto& service : before) {
        if (!still.contains(service)) {
            (void)tally_.note_held(service, {});
            agenda_.due(service);
            histories_.note_pause(service, EventRecord::What::Resumed, "",
                                  caller ? Trigger::Request : Trigger::Time, caller);
        }
        tell(service);
    }
}

void Project::tell(const std::string& service) {
    if (agenda_.has(service)) // not one that has left meanwhile
        ports_.events.service_changed(statuses_.service(service));
}

void Project::tell_project() {
    ports_.events.project_changed(status());
}

} // namespace hotreload::project
