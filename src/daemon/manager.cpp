// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/manager.hpp"

#include "base/completion.hpp"
#include "base/fault.hpp"
#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "config/project_file.hpp"
#include "core/installed_units.hpp"
#include "core/names.hpp"
#include "core/rehearsal.hpp"
#include "daemon/handed_contents.hpp"
#include "os/account_names.hpp"
#include "os/proc.hpp"
#include "watch/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <format>
#include <iterator>
#include <set>
#include <utility>

namespace hotreload::daemon {

namespace fs = std::filesystem;
using project::Project;
using project::Request;

namespace {

std::string lines_of(const std::vector<Problem>& problems) {
    std::string text;
    for (const auto& problem : problems)
        text += (text.empty() ? "" : "\n") + to_string(problem);
    return text;
}

// The error that says all of them, and has the place of the first. It is for everybody when each of
// them is.
std::unexpected<Error> refused(ErrorCode code, const std::vector<Problem>& problems,
                               std::string text) {
    auto first = problems.empty() ? std::nullopt : std::optional(problems.front());
    if (std::ranges::contains(problems, Audience::Inspectors, &Problem::audience))
        first->audience = Audience::Inspectors;
    return std::unexpected(Error{code, std::move(text), {}, std::move(first)});
}

std::unexpected<Error> refused(ErrorCode code, const std::vector<Problem>& problems) {
    return refused(code, problems, lines_of(problems));
}

// The hint for a word that nothing is called by.
template <class Names>
std::string did_you_mean(const std::string& word, const Names& names) {
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = nearest(word, known);
    return near ? std::format("did you mean \"{}\"?", *near) : "";
}

// A path without a project file is a wrong argument, and not a target that is missing.
auto project_file_at(const std::string& path) {
    auto file = find_project_file(path);
    if (!file && file.error().code == ErrorCode::NotFound)
        file.error().code = ErrorCode::Invalid;
    return file;
}

// The error for a caller who only waits for yes or no. Where there are several members, it names
// each that something went wrong with.
Result<> verdict(const Outcome& outcome) {
    if (outcome.problems.empty())
        return {};
    const bool invalid = outcome.result == ReloadResult::Invalid;
    const auto code = invalid ? ErrorCode::Invalid : ErrorCode::Failed;
    if (outcome.services.size() < 2)
        return refused(code, outcome.problems);
    std::string text;
    for (const auto& each : outcome.services)
        if (each.problem)
            text += std::format("{}: {}\n", each.service, to_string(*each.problem));
    const auto well = std::ranges::count_if(
        outcome.services, [](const MemberOutcome& each) { return !each.problem; });
    if (well > 0)
        text += std::format("the other {} did as asked", well);
    else
        text.pop_back();
    return refused(code, outcome.problems, std::move(text));
}

// The looks that one plan takes at most at files that change while they are checked.
constexpr int kMostLooks = 3;

// Each has its watches, its files and its place in everything that is told.
constexpr std::size_t kMostProjects = 1000;

// Rehearsal is the host of the steps of a plan that is only checked.
class Rehearsal final : public StepHost {
public:
    Rehearsal(ContentStore& contents, ProjectReader& reader, std::string project,
              ProjectDefinition definition)
        : contents_(contents),
          reader_(reader),
          project_(std::move(project)),
          definition_(std::move(definition)) {}

    [[nodiscard]] std::optional<std::string> content(const ContentId& id) const override {
        return contents_.content(project_, id);
    }
    [[nodiscard]] Problem problem_at(const std::string& key, std::string message) const override {
        return definition_.problem_at(key, std::move(message));
    }
    [[nodiscard]] Task<std::optional<Problem>> distrusted(const MemberDefinition& service,
                                                          bool starts) const override {
        return reader_.distrusted(definition_, service, starts);
    }
    // These are for what is done.
    [[nodiscard]] Task<bool> moved_on(std::string /*member*/) override { return finished(false); }
    void acting(const ReloadId& /*id*/, const MemberPlan& /*plan*/) override {}
    void commit(const std::string& /*service*/, std::optional<MemberRecord> /*record*/) override {}
    [[nodiscard]] std::uint64_t realtime_usec() const override { return 0; }

private:
    ContentStore& contents_;
    ProjectReader& reader_;
    std::string project_;
    ProjectDefinition definition_;
};

} // namespace

Manager::Manager(project::Ports ports, watch::TreeWatcher& watcher, const Reporter& told,
                 const Counters& counters)
    : ports_(std::move(ports)),
      watcher_(watcher),
      told_(told),
      counters_(counters),
      units_(ports_.units),
      store_(ports_.store),
      events_(ports_.events) {
    units_.on_change = [this](const std::string& unit, const UnitState&) {
        for (auto& [name, project] : projects_)
            project->unit_changed(unit);
    };
    // Later: whoever lets go of it is in the middle of something.
    ports_.attachments.on_release = [this] {
        ports_.clock.post([this] {
            for (auto& [name, project] : projects_)
                project->units_released();
        });
    };
}

// Units that projects let go of on their way out are told to nobody: the projects are not all there
// any more.
Manager::~Manager() {
    units_.on_change = nullptr;
    ports_.attachments.on_release = nullptr;
}

namespace {

// Leaves records of a kind that this version does not know as they are, on disk too.
void leave_unknown_kinds(LoadedProject& loaded, const Kinds& kinds) {
    for (auto each = loaded.record.services.begin(); each != loaded.record.services.end();) {
        const auto& [name, record] = *each;
        if (kinds.find(record.definition.kind)) {
            ++each;
            continue;
        }
        loaded.broken.push_back(
            {loaded.record.path, 0, 0,
             std::format("{} is on record as a {}, a kind that this version of hotreloadd does not "
                         "know: it is left alone",
                         name, record.definition.kind),
             Audience::Everybody});
        each = loaded.record.services.erase(each);
    }
}

} // namespace

Task<> Manager::open(std::vector<LoadedProject> loaded) {
    std::vector<Project*> opened;
    for (auto& each : loaded) {
        const auto name = each.record.name;
        if (projects_.contains(name))
            continue; // somebody had it registered before we were ready
        leave_unknown_kinds(each, ports_.kinds);
        auto& project = projects_[name];
        project = std::make_unique<Project>(ports_, std::move(each.record), std::move(each.broken));
        opened.push_back(project.get());
    }
    for (auto* project : opened)
        co_await project->open();
    // Sockets that an action which was cut short has opened for a service that nobody knows are
    // closed.
    for (const auto& [project, service] : ports_.sockets.services())
        if (!projects_.contains(project) || !projects_.at(project)->has_service(service))
            ports_.sockets.keep_only(project, service, {});
}

Task<> Manager::wind_up() {
    winding_up_ = true;
    std::vector<Task<>> ending;
    for (auto& [name, project] : projects_)
        ending.push_back(project->wind_up());
    for (auto& task : ending)
        task.start();
    for (auto& task : ending)
        co_await task.join();
    (void)co_await store_.flush(); // what the disk refuses has been told
}

Result<Project*> Manager::make_project(const ProjectDefinition& definition) {
    if (winding_up_)
        return fail(ErrorCode::Busy, project::is_ending(definition.path).message);
    const auto known = projects_.find(definition.name);
    if (known != projects_.end()) {
        if (known->second->gone())
            return fail(ErrorCode::Busy,
                        std::format("project \"{0}\" is going down: ask again when it is, or run "
                                    "\"hotreloadctl down {0}\" to see why it is not",
                                    definition.name));
        if (known->second->path() == definition.path)
            return known->second.get();
        if (known->second->leads_to(definition.path)) {
            known->second->move_to(definition.path);
            return known->second.get();
        }
        return fail(
            ErrorCode::Busy,
            std::format("a project named \"{0}\" is registered from {1}: give this one "
                        "another name ([project] name = …) or run \"hotreloadctl down {0}\"",
                        definition.name, known->second->path()));
    }
    for (const auto& [name, project] : projects_)
        if (project->path() == definition.path)
            return fail(ErrorCode::Busy,
                        std::format("{0} is registered as \"{1}\": run \"hotreloadctl down {1}\" "
                                    "before it gets another name",
                                    definition.path, name));
    if (projects_.size() >= kMostProjects)
        return fail(ErrorCode::Busy,
                    std::format("{} projects are registered, and there can be no more: "
                                "\"hotreloadctl down\" lets go of one",
                                projects_.size()));
    ProjectRecord record{
        .name = definition.name, .path = definition.path, .manager_id = units_.manager_id()};
    record.services = store_.left_services(definition.name);
    if (auto saved = store_.save(record); !saved)
        return std::unexpected(saved.error());
    auto project = std::make_unique<Project>(ports_, std::move(record));
    return (projects_[definition.name] = std::move(project)).get();
}

// `namesakes_first`: one that is not called as its project is left for later, in there; a copy of a
// file ("shop-old.toml") does not take its place.
Task<> Manager::take_up_file(std::string file, std::vector<std::string>* namesakes_first) {
    const auto is_registered = [&] {
        return std::ranges::any_of(projects_,
                                   [&](const auto& each) { return each.second->path() == file; });
    };
    if (is_registered()) {
        forget_refused(file);
        co_return;
    }
    const auto definition = co_await read_when_known(ports_.reader, file);
    if (is_registered()) { // by another look at its directory meanwhile
        forget_refused(file);
        co_return;
    }
    if (!definition) {
        refuse_file(file, definition.error());
        co_return;
    }
    if (namesakes_first && definition->name != fs::path(file).stem()) {
        namesakes_first->push_back(std::move(file));
        co_return;
    }
    // A file of the same name in a more important directory takes the place of one in force.
    const auto known = projects_.find(definition->name);
    const bool same_name = known != projects_.end() &&
                           fs::path(known->second->path()).filename() == fs::path(file).filename();
    if (known != projects_.end() && (same_name || known->second->path().empty())) {
        forget_refused(file);
        known->second->move_to(file);
        co_return;
    }
    auto project = make_project(*definition);
    if (!project) {
        refuse_file(file, {{file, 0, 0, project.error().message, Audience::Everybody}});
        co_return;
    }
    forget_refused(file);
    co_await (*project)->open();
}

void Manager::refuse_file(const std::string& file, std::vector<Problem> problems) {
    auto& status = refused_[file];
    if (status.problems == problems)
        return;
    if (status.name.empty()) {
        const auto stem = to_utf8(fs::path(file).stem().string());
        status = {.name =
                      projects_.contains(stem) ? to_utf8(fs::path(file).filename().string()) : stem,
                  .path = file,
                  .enabled = true,
                  .state = ProjectStatus::State::Invalid,
                  .problems = {}};
    }
    status.problems = std::move(problems);
    for (const auto& problem : status.problems)
        events_.project_refused(ports_.new_id(), status.name, problem);
    events_.project_changed(status);
}

void Manager::forget_refused(const std::string& file) {
    const auto refused = refused_.extract(file);
    if (refused && !projects_.contains(refused.mapped().name))
        events_.project_removed(refused.mapped().name);
}

void Manager::keep_refused(const std::vector<std::string>& files) {
    std::vector<std::string> gone;
    for (const auto& [file, unused] : refused_)
        if (!std::ranges::contains(files, file))
            gone.push_back(file);
    for (const auto& file : gone)
        forget_refused(file);
}

Task<> Manager::take_up(std::vector<std::string> files) {
    ++taking_up_;
    keep_refused(files);
    std::vector<std::string> others;
    for (auto& file : files)
        co_await take_up_file(std::move(file), &others);
    for (auto& file : others)
        co_await take_up_file(std::move(file), nullptr);
    if (--taking_up_ == 0)
        for (const auto& resolve : std::exchange(on_taken_up_, {}))
            resolve();
}

void Manager::look_again() {
    for (auto& [name, project] : projects_)
        project->look_again();
}

Task<Result<std::string>> Manager::up(std::string path, ipc::UpOptions options) {
    const auto file = project_file_at(path);
    if (!file)
        co_return std::unexpected(file.error());
    ports_.deaths.forgive("", *file);
    const auto definition = co_await read_when_known(ports_.reader, *file);
    if (!definition)
        co_return refused(ErrorCode::Invalid, definition.error());
    const bool is_new = !projects_.contains(definition->name);
    auto project = make_project(*definition);
    if (!project)
        co_return std::unexpected(project.error());

    Request request{.id = ports_.new_id(),
                    .options = {.retry = true, .start = true, .up = true},
                    .caller = options.caller};
    // Asked for before the first look, so that what is new is started by this request.
    if (!options.wait) {
        (*project)->submit(std::move(request));
        if (is_new)
            co_await (*project)->open();
        (void)co_await store_.flush(); // status tells what the disk refuses
        co_return definition->name;
    }
    auto performed = (*project)->perform(std::move(request));
    performed.start();
    if (is_new)
        co_await (*project)->open();
    // The outcome of each service is told by ReloadFinished; the project is registered anyhow,
    // unless it went down before.
    const auto outcome = co_await performed.join();
    if (outcome.services.empty())
        if (auto done = verdict(outcome); !done)
            co_return std::unexpected(std::move(done.error()));
    co_return definition->name;
}

Task<Result<>> Manager::down(std::string name) {
    if (name.contains('/'))
        co_return fail(ErrorCode::Invalid,
                       std::format("\"{}\" is a service: a whole project goes down, a service is "
                                   "stopped by \"hotreloadctl stop {}\"",
                                   name, name));
    const auto found = find(name);
    if (!found)
        co_return std::unexpected(found.error());
    if (name.empty())
        co_return fail(ErrorCode::Invalid, "name the project that is to go down");
    // Gone already when its record could not be removed the last time.
    if (auto& project = *found->front().project; !project.gone()) {
        Request request{.kind = Request::Kind::Remove, .id = ports_.new_id()};
        const auto outcome = co_await project.perform(std::move(request));
        if (auto done = verdict(outcome); !done)
            co_return done;
    }
    // Empty now, and a slice stays until somebody stops it.
    (void)co_await units_.stop_unit(project_slice(name));
    fault::point("emptied");
    if (const auto still = projects_.find(name); still == projects_.end() || !still->second->gone())
        co_return Result<>{}; // somebody else had it go down at the same time
    auto removed = store_.remove(name);
    if (removed)
        removed = ports_.contents.remove_contents(name);
    if (!removed) {
        removed.error().message +=
            std::format(": run \"hotreloadctl down {}\" again when that is mended", name);
        co_return removed;
    }
    fault::point("forgotten");
    // The project's own task is still on the stack of this call.
    ports_.clock.post([this, name] {
        if (projects_.erase(name) > 0)
            events_.project_removed(name);
    });
    if (auto flushed = co_await store_.flush(); !flushed)
        co_return std::unexpected(std::move(flushed.error())
                                      .in_context("it is down, and that may not outlive a cut of "
                                                  "the power"));
    co_return removed;
}

Result<std::vector<Manager::Found>> Manager::find(const std::string& target) const {
    std::vector<Found> found;
    if (target.empty()) {
        for (const auto& [name, project] : projects_)
            found.push_back({project.get(), std::nullopt});
        return found;
    }
    const auto slash = target.find('/');
    const auto name = target.substr(0, slash);
    const auto project = projects_.find(name);
    if (project == projects_.end()) {
        for (const auto& [file, status] : refused_)
            if (status.name == name)
                return refused(ErrorCode::Invalid, status.problems);
        std::vector<std::string> names;
        for (const auto& [each, unused] : projects_)
            names.push_back(each);
        const auto meant = did_you_mean(name, names);
        return std::unexpected(
            Error{ErrorCode::NotFound, std::format("there is no project \"{}\"", name),
                  meant + (meant.empty() ? "" : " ") +
                      "\"hotreloadctl list\" shows those that there are, \"hotreloadctl up DIR\" "
                      "registers one"});
    }
    if (slash == std::string::npos) {
        found.push_back({project->second.get(), std::nullopt});
        return found;
    }
    const auto service = target.substr(slash + 1);
    if (!project->second->has_service(service)) {
        if (std::ranges::contains(project->second->config_statuses(), service, &ConfigStatus::name))
            return fail(ErrorCode::NotFound,
                        std::format("{0} is a published document, not a service: \"hotreloadctl "
                                    "get {0}\" shows its value, \"hotreloadctl status {0}\" its "
                                    "state; it is read anew whenever its file changes",
                                    target));
        return std::unexpected(Error{
            ErrorCode::NotFound, std::format("project \"{}\" has no service \"{}\"", name, service),
            did_you_mean(service, project->second->service_names())});
    }
    found.push_back({project->second.get(), service});
    return found;
}

Task<Result<Plan>> Manager::plan(std::string target, ipc::PlanRequest options) {
    const auto found = find(target);
    if (!found)
        co_return std::unexpected(found.error());
    std::vector<Task<Result<Plan>>> running;
    for (const auto& each : *found)
        running.push_back(plan_project(each.project->name(), each.service, options));
    auto plans = co_await when_all(std::move(running));
    Plan whole;
    for (auto& plan : plans) {
        if (!plan || plans.size() == 1)
            co_return std::move(plan);
        for (auto& service : plan->services) {
            service.service = plan->project + "/" + service.service;
            whole.services.push_back(std::move(service));
        }
    }
    co_return whole;
}

// While it is rehearsed, the project may go down.
Task<Result<Plan>> Manager::plan_project(std::string project, std::optional<std::string> service,
                                         ipc::PlanRequest options) {
    const PlanOptions asked{.force = options.force, .retry = true, .at_least = options.strategy};
    for (int look = 0; look < kMostLooks; ++look) {
        const auto found = projects_.find(project);
        if (found == projects_.end())
            co_return fail(ErrorCode::NotFound,
                           std::format("project \"{}\" went down meanwhile", project));
        std::optional<project::Names> services;
        if (service)
            services = {*service};
        const auto file = found->second->path();
        auto draft = co_await found->second->draft(std::move(services), asked);
        if (!draft && draft.error().code == ErrorCode::TimedOut && look + 1 < kMostLooks) {
            co_await ports_.reader.known(file);
            continue;
        }
        if (!draft)
            co_return std::unexpected(std::move(draft.error()));
        auto plan = make_plan(draft->input);
        if (!options.validate)
            co_return plan;
        Rehearsal host(ports_.contents, ports_.reader, project, std::move(draft->definition));
        const auto id = ports_.new_id();
        Steps steps;
        for (const auto& each : plan.services) {
            auto& view = draft->input.views.at(each.service);
            const auto& kind = *view.kind;
            steps.push_back(
                kind.make_step({id, project, each, std::move(view)}, host, ports_.kind_ports));
        }
        if (auto rehearsed = co_await rehearse(std::move(plan), std::move(steps), host))
            co_return *std::move(rehearsed);
    }
    co_return fail(ErrorCode::Busy,
                   std::format("the files of \"{}\" change faster than they can be checked: ask "
                               "again when they are whole",
                               project));
}

// The request as one for each project that the target names, all with one id.
Task<Result<ReloadId>> Manager::carry_out(std::string target, Request request, bool wait) {
    const auto found = find(target);
    if (!found)
        co_return std::unexpected(found.error());
    if (request.rollback)
        for (const auto& each : *found)
            if (auto can = each.project->can_roll_back(each.service, *request.rollback); !can)
                co_return std::unexpected(std::move(can.error()));
    const auto id = ports_.new_id();
    std::vector<Task<Outcome>> running;
    for (const auto& each : *found) {
        Request one{.id = id,
                    .service = each.service,
                    .options = request.options,
                    .drain = request.drain,
                    .rollback = request.rollback,
                    .caller = request.caller};
        if (wait)
            running.push_back(each.project->perform(std::move(one)));
        else
            each.project->submit(std::move(one));
    }
    for (const auto& outcome : co_await when_all(std::move(running)))
        if (auto done = verdict(outcome); !done)
            co_return std::unexpected(std::move(done.error()));
    co_return id;
}

Task<Result<ReloadId>> Manager::reload(std::string target, ipc::ReloadOptions options) {
    Request request{
        .options = {.force = options.force, .retry = true, .at_least = options.strategy},
        .drain = options.drain,
        .caller = options.caller};
    return carry_out(std::move(target), std::move(request), options.wait);
}

Task<Result<ReloadId>> Manager::restart(std::string target, ipc::ReloadOptions options) {
    Request request{
        .options = {.force = options.force, .retry = true, .restart = true, .start = true},
        .drain = options.drain,
        .caller = options.caller};
    return carry_out(std::move(target), std::move(request), options.wait);
}

Task<Result<ReloadId>> Manager::rollback(std::string target, std::uint64_t generation,
                                         ipc::RollbackOptions options) {
    Request request{.options = {.force = true, .retry = true},
                    .drain = options.drain,
                    .rollback = Request::Rollback{generation, options.restore_files},
                    .caller = options.caller};
    return carry_out(std::move(target), std::move(request), options.wait);
}

// The target is looked up twice, for to read the contents takes time: a project that is not there
// takes none of it. Whether they can be taken is found out when they are read, and again when it is
// their turn.
Task<Result<ReloadId>> Manager::apply(std::string target, std::vector<ipc::HandedContent> files,
                                      ipc::ApplyOptions options) {
    const auto is_one = [](const auto& found) { return found && found->size() == 1; };
    auto found = find(target);
    if (found && !is_one(found))
        co_return fail(ErrorCode::Invalid, "name the project that the files are for");
    if (!found)
        co_return std::unexpected(std::move(found.error()));
    auto contents = co_await read_handed(ports_.background, std::move(files));
    if (!contents)
        co_return std::unexpected(std::move(contents.error()));
    found = find(target); // it may have gone meanwhile
    if (!is_one(found))
        co_return fail(ErrorCode::NotFound, "it went down meanwhile");
    auto& [project, service] = found->front();
    if (auto can = project->can_apply(service, *contents); !can)
        co_return std::unexpected(std::move(can.error()));
    const auto id = ports_.new_id();
    Request request{.id = id,
                    .service = service,
                    .options = {.force = options.force, .retry = true},
                    .apply = Request::Apply{*std::move(contents), options.confirm},
                    .caller = options.caller};
    if (!options.wait) {
        project->submit(std::move(request));
        co_return id;
    }
    const auto outcome = co_await project->perform(std::move(request));
    if (auto done = verdict(outcome); !done)
        co_return std::unexpected(std::move(done.error()));
    co_return id;
}

Task<Result<>> Manager::confirm(std::string target, AskedBy caller) {
    Result<> confirmed = fail(ErrorCode::NotFound,
                              target + " does not wait to be confirmed: \"hotreloadctl status\" "
                                       "shows what does");
    std::optional<Error> failed;
    const auto take = [&](Result<> each) {
        if (each)
            confirmed = {};
        else if (each.error().code != ErrorCode::NotFound)
            failed = std::move(each.error());
    };
    if (const auto id = parse_reload_id(target)) {
        for (const auto& [name, project] : projects_)
            take(project->confirm(*id, caller));
    } else {
        const auto found = find(target);
        if (!found)
            co_return std::unexpected(found.error());
        for (const auto& each : *found)
            take(each.project->confirm(each.service, caller));
    }
    if (!confirmed && failed)
        co_return std::unexpected(*std::move(failed));
    if (confirmed)
        co_return co_await store_.flush();
    co_return confirmed;
}

Task<Result<History>> Manager::history(std::string target, std::size_t limit) {
    const auto found = find(target);
    if (!found)
        co_return std::unexpected(found.error());
    History all;
    std::vector<Task<std::vector<KeptGeneration>>> kept;
    for (const auto& each : *found)
        for (const auto& service : each.project->service_names()) {
            if (each.service && *each.service != service)
                continue;
            auto& histories = each.project->histories();
            std::ranges::move(histories.events(service, limit), std::back_inserter(all.events));
            kept.push_back(histories.kept(service, limit));
        }
    // All begin while their projects are there; at the end, one may have gone down.
    for (auto& generations : co_await when_all(std::move(kept)))
        std::ranges::move(generations, std::back_inserter(all.generations));
    co_return all;
}

Task<Result<GenerationDifference>> Manager::diff(std::string target, std::uint64_t from,
                                                 std::uint64_t to) {
    const auto found = find(target);
    if (!found)
        co_return std::unexpected(found.error());
    if (found->size() != 1 || !found->front().service)
        co_return fail(ErrorCode::Invalid, "name a service, as PROJECT/SERVICE");
    co_return co_await found->front().project->histories().difference(*found->front().service, from,
                                                                      to);
}

Task<Result<>> Manager::perform(std::string target, Request::Kind kind, PlanOptions options,
                                AskedBy caller) {
    const auto found = find(target);
    if (!found)
        co_return std::unexpected(found.error());
    const auto id = ports_.new_id();
    std::vector<Task<Outcome>> running;
    for (const auto& each : *found)
        running.push_back(each.project->perform({.kind = kind,
                                                 .id = id,
                                                 .service = each.service,
                                                 .options = options,
                                                 .caller = caller}));
    const auto outcomes = co_await when_all(std::move(running));
    for (const auto& outcome : outcomes)
        if (auto done = verdict(outcome); !done)
            co_return done;
    co_return Result<>{};
}

Task<Result<>> Manager::start(std::string target, AskedBy caller) {
    return perform(std::move(target), Request::Kind::Reload, {.retry = true, .start = true},
                   caller);
}

Task<Result<>> Manager::stop(std::string target, AskedBy caller) {
    return perform(std::move(target), Request::Kind::Stop, {}, caller);
}

Task<Result<>> Manager::pause(std::string target, ipc::PauseOptions options) {
    const auto found = find(target);
    if (!found)
        co_return std::unexpected(found.error());
    for (const auto& each : *found)
        each.project->pause(each.service, {options.time, options.reason, options.caller});
    co_return co_await store_.flush();
}

Task<Result<>> Manager::resume(std::string target, AskedBy caller) {
    const auto found = find(target);
    if (!found)
        co_return std::unexpected(found.error());
    for (const auto& each : *found)
        each.project->resume(each.service, caller);
    co_return co_await store_.flush();
}

Task<Result<PathExplanation>> Manager::explain(std::string path) {
    if (!path.starts_with('/'))
        co_return fail(ErrorCode::Invalid,
                       std::format("\"{}\" is not absolute: give the whole path", path));
    PathExplanation explanation{.path = fs::path(path).lexically_normal(), .state = {}};
    std::error_code error;
    const auto status = fs::status(explanation.path, error);
    explanation.state = fs::is_regular_file(status)                 ? "a regular file"
                        : fs::is_directory(status)                  ? "a directory"
                        : status.type() == fs::file_type::not_found ? "missing"
                        : error                                     ? error.message()
                                                                    : "no regular file";
    if (const auto refused = refused_.find(explanation.path); refused != refused_.end()) {
        explanation.state += "; refused: " + lines_of(refused->second.problems);
        explanation.watches.push_back({.project = refused->second.name,
                                       .target = {},
                                       .watch = "project file",
                                       .pattern = explanation.path,
                                       .stopped = {},
                                       .format = "toml",
                                       .copies = {}});
    }
    std::vector<Task<Result<project::Looks::Draft>>> drafts;
    for (const auto& [name, project] : projects_) {
        auto watches = project->explain(explanation.path);
        std::set<std::string> services;
        for (const auto& each : watches)
            if (project->has_service(each.target) && each.stopped.empty())
                services.insert(each.target);
        std::ranges::move(watches, std::back_inserter(explanation.watches));
        if (!services.empty())
            drafts.push_back(project->draft(std::move(services), {.retry = true}));
    }
    for (auto& draft : co_await when_all(std::move(drafts))) {
        if (!draft)
            continue;
        for (const auto& name : draft->input.order) { // each by itself
            PlanInput one{.project = draft->input.project,
                          .views = {},
                          .order = {name},
                          .options = draft->input.options};
            one.views.insert(draft->input.views.extract(name));
            explanation.plans.push_back(make_plan(one));
        }
    }
    co_return explanation;
}

Task<Result<>> Manager::sync() {
    Completion<bool> seen(ports_.clock);
    watcher_.sync([resolve = seen.resolver()] { resolve(true); });
    co_await seen;
    if (taking_up_ > 0) { // a new project file is one that was written before, too
        Completion<bool> taken_up(ports_.clock);
        on_taken_up_.push_back([resolve = taken_up.resolver()] { resolve(true); });
        co_await taken_up;
    }
    std::vector<std::string> names;
    for (const auto& [name, project] : projects_)
        names.push_back(name);
    for (const auto& name : names)
        if (const auto project = projects_.find(name); project != projects_.end())
            co_await project->second->settled();
    if (winding_up_) // what was only being checked was given up, and nothing new begins
        co_return fail(ErrorCode::Busy, project::is_ending("").message);
    co_return Result<>{};
}

std::vector<WatcherEvent> Manager::watcher_events(std::size_t limit) const {
    std::vector<WatcherEvent> events;
    for (const auto& each : watcher_.recent_events())
        events.push_back(
            {each.realtime_usec, watch::join(each.directory, each.name), each.mask, each.fate});
    if (events.size() > limit)
        events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(limit));
    return events;
}

std::vector<ConfigStatus> Manager::configs(const std::string& name) const {
    const auto project = projects_.find(name);
    return project == projects_.end() ? std::vector<ConfigStatus>()
                                      : project->second->config_statuses();
}

// The problem of a unit that another service has, by whatever name, or that no change can be seen
// to reach.
Task<std::optional<Problem>> Manager::check_attached(const ProjectDefinition& project,
                                                     const MemberDefinition& service) {
    const auto& unit = service.unit;
    const auto state = co_await units_.follow(unit);
    std::optional<Problem> problem;
    const auto at = [&](std::string message) {
        return project.problem_at(ports_.kinds.key_of(service) + ".unit", std::move(message))
            .for_everybody();
    };
    if (state) { // what cannot be told is none of the file's faults
        if (const auto holder = ports_.attachments.holder(unit, project.name))
            problem = at(project::why_taken(unit, *holder));
        else if (auto why = project::why_meaningless(unit, *state); !why.empty())
            problem = at(std::move(why));
    }
    units_.unfollow(unit);
    co_return problem;
}

Task<Result<std::vector<Problem>>> Manager::check(std::string path) {
    const auto file = project_file_at(path);
    if (!file)
        co_return std::unexpected(file.error());
    ports_.deaths.forgive("", *file);
    const auto definition = co_await read_when_known(ports_.reader, *file);
    if (!definition)
        co_return definition.error();
    auto problems = co_await check_units(*definition);
    for (const auto& [name, member] : definition->services) {
        const MemberDefinition& service = *member;
        if (service.attached())
            if (auto problem = co_await check_attached(*definition, service))
                problems.push_back(std::move(*problem));
        if (service.properties.empty())
            continue;
        const auto refused = co_await units_.check_properties(service.properties);
        if (!refused)
            co_return std::unexpected(refused.error());
        for (const auto& each : *refused)
            problems.push_back(definition->problem_at(
                std::format("{}.properties.{}", ports_.kinds.key_of(service), each.path),
                std::format("systemd refuses {}: {}", each.path, each.message)));
    }
    co_return problems;
}

// Problems with units that are not installed. Where the manager cannot say what is, there are none.
Task<std::vector<Problem>> Manager::check_units(const ProjectDefinition& definition) {
    std::map<std::string, Result<std::vector<std::string>>> installed; // by the type of unit
    std::vector<Problem> problems;
    for (const auto& [name, member] : definition.services) {
        const MemberDefinition& service = *member;
        if (!service.attached())
            continue;
        const std::string suffix(unit_suffix(service.unit));
        if (!installed.contains(suffix))
            installed.emplace(suffix, co_await units_.installed(suffix));
        const auto& there = installed.at(suffix);
        if (there && !is_installed(service.unit, *there))
            problems.push_back(definition
                                   .problem_at(ports_.kinds.key_of(service) + ".unit",
                                               no_such_unit(service.unit, *there, ports_.of_a_user))
                                   .for_everybody());
    }
    co_return problems;
}

std::vector<ProjectStatus> Manager::projects() const {
    std::vector<ProjectStatus> all;
    for (const auto& [file, status] : refused_)
        all.push_back(status);
    for (const auto& [name, project] : projects_)
        all.push_back(project->status());
    return all;
}

Result<std::vector<ProjectOverview>> Manager::status(const std::string& target) const {
    std::vector<ProjectOverview> views;
    for (const auto& [file, status] : refused_)
        if (target.empty() || (target == status.name && !projects_.contains(target)))
            views.emplace_back(status);
    if (!target.empty() && !views.empty())
        return views;
    const auto found = find(target);
    if (!found)
        return std::unexpected(found.error());
    for (const auto& each : *found)
        views.push_back(overview(each));
    return views;
}

ProjectOverview Manager::overview(const Found& found) {
    const auto& [project, only] = found;
    ProjectOverview view{.project = project->status(), .services = {}, .configs = {}};
    for (const auto& service : project->service_names())
        if (!only || *only == service)
            view.services.push_back(project->service_status(service));
    if (!only)
        view.configs = project->config_statuses();
    return view;
}

Metrics Manager::metrics() const {
    std::vector<ProjectOverview> projects;
    for (const auto& [name, project] : projects_)
        projects.push_back(overview({project.get(), std::nullopt}));
    for (const auto& [file, status] : refused_)
        projects.emplace_back(status);
    const auto use = os::own_use();
    return {.projects = std::move(projects),
            .counters = counters_.projects(),
            .since_usec = counters_.since_usec(),
            .watches = watcher_.watches(),
            .overflows = watcher_.overflows(),
            .process = {use.resident_bytes, use.cpu}};
}

Result<std::shared_ptr<const Details>> Manager::details(const ReloadId& id) const {
    auto details = told_.recent().find(id);
    if (!details)
        return fail(ErrorCode::NotFound,
                    std::format("nothing is kept of {}: it is long ago, or of an earlier run of "
                                "hotreloadd; \"hotreloadctl history\" shows what was applied",
                                to_string(id)));
    return details;
}

Task<bool> Manager::operates(uid_t user, std::string project) {
    const auto found = projects_.find(project);
    if (found == projects_.end())
        co_return false;
    co_return co_await os::is_among(os::system_accounts(), user, found->second->operators());
}

Task<bool> Manager::reads(uid_t user, std::string project, std::string config) {
    const auto found = projects_.find(project);
    if (found == projects_.end())
        co_return false;
    co_return co_await os::is_among(os::system_accounts(), user, found->second->readers(config));
}

// A change of a published document has an id of its own.
Task<bool> Manager::reads(uid_t user, ReloadId id) {
    const auto kept = told_.recent().find(id);
    if (!kept || kept->changes.size() != 1 || !kept->changes.front().published ||
        !kept->plans.empty() || !kept->outcomes.empty() || !kept->problems.empty())
        co_return false;
    const auto& change = kept->changes.front();
    co_return co_await reads(user, change.project, change.name);
}

} // namespace hotreload::daemon
