// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/project.hpp"

#include "base/completion.hpp"
#include "core/glob.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <format>

namespace hotreload::project {

namespace {

constexpr auto kSaveAgain = std::chrono::seconds(5);

} // namespace

Project::Project(Ports around, ProjectRecord record, std::vector<Problem> broken)
    : around_(std::move(around)),
      record_(std::move(record)),
      broken_(std::move(broken)),
      again_(around_.clock.make_alarm()),
      rested_(around_.clock.make_alarm()),
      pauses_end_(around_.clock.make_alarm()),
      documents_(around_.make_documents(record_.name)) {
    definition_.name = record_.name;
    definition_.path = record_.path;
    // What was applied is what is wanted, until the project file says otherwise: it may be invalid.
    for (const auto& [name, service] : record_.services) {
        slots_.try_emplace(name);
        if (service.generation > 0)
            definition_.services[name] = service.definition;
        // What is applied goes before what others name, whoever is opened first.
        if (service.definition.attached())
            around_.attachments.keep_only({record_.name, name}, {service.unit});
    }
}

Project::~Project() {
    *alive_ = false;
    for (const auto& [name, service] : record_.services)
        if (!service.unit.empty() && !service.definition.attached())
            around_.units.unfollow(service.unit);
    for (const auto& [name, slot] : slots_) {
        for (const auto& unit : slot.following)
            around_.units.unfollow(unit);
        around_.attachments.keep_only({record_.name, name}, {});
    }
}

Task<> Project::open() {
    tell_project();
    stamp_ = around_.files.stamp(record_.path);
    Problem why{.path = record_.path};
    try {
        if (around_.deaths.set_aside(all_work()))
            why = {record_.path, 0, 0, "the work for it has ended hotreloadd twice",
                   Audience::Everybody};
        else
            co_await take_up();
    } catch (const std::exception& error) { // one project's trouble is none of the others'
        why.message = error.what();
    }
    if (!why.message.empty())
        co_await set_aside(std::move(why));
}

Task<> Project::take_up() {
    co_await adopt();
    co_await remove_orphans();
    const auto at_it = at_work();
    if (!read_project_file())
        for (const auto& [name, unused] : definition_.services)
            arm(name);
    for (const auto& name : service_names())
        tell(name);
    opened_ = true;
    arm_end_of_pauses();
    for (const auto& [name, unused] : record_.services)
        drain(name);
    pump();
}

// Its units are told of, its file is watched, and it can go down.
Task<> Project::set_aside(Problem why) {
    opened_ = false;
    why.message += std::format(": its services run on, and nothing is done for it until its file "
                               "changes, or for \"hotreloadctl reload {}\"",
                               record_.name);
    set_aside_ = std::move(why);
    for (auto& [name, slot] : slots_)
        slot.files.reset();
    auto sources = around_.files.watch({WatchDefinition{.files = {escape_glob(record_.path)}}},
                                       [this] {
                                           around_.clock.post([this, alive = alive_] {
                                               if (*alive)
                                                   retry();
                                           });
                                       },
                                       {});
    if (sources) {
        sources_ = std::move(*sources);
        (void)sources_->look(Rescan::All);
    }
    tell_project();
    co_await follow_all();
    for (const auto& name : service_names())
        tell(name);
    pump_soon(); // somebody may wait for it
}

void Project::retry() {
    if (!set_aside_ || gone_)
        return;
    set_aside_.reset();
    watched_sources_.clear();
    sources_.reset();
    around_.deaths.forgive(record_.name, record_.path);
    tasks_.spawn(open());
}

Work Project::all_work() const {
    return {record_.name, "", stamp_};
}

Deaths::Scope Project::at_work() {
    return {around_.deaths, all_work()};
}

// A source that is new is watched only now: it may have changed since it was read.
bool Project::read_project_file() {
    bool good = take_project_file();
    constexpr int enough = 3;
    for (int i = 0; i < enough && watch_sources(); ++i)
        good = take_project_file();
    return good;
}

bool Project::take_project_file() {
    stamp_ = around_.files.stamp(record_.path);
    auto loaded = load();
    missing_ = !loaded && !record_.path.empty() && !around_.files.exists(record_.path);
    if (loaded) {
        accept(std::move(*loaded));
        return true;
    }
    if (missing_)
        for (auto& problem : loaded.error())
            problem.message += std::format(
                "; what runs goes on: when it is gone for good, run: hotreloadctl down {}",
                record_.name);
    if (problems_ != loaded.error()) {
        problems_ = std::move(loaded.error());
        for (const auto& problem : problems_)
            around_.events.validation_failed(around_.next_id(), record_.name, "", problem);
        tell_project();
    }
    return false;
}

// What may be in force of the file as it is on disk.
Checked<ProjectDefinition> Project::load() {
    const auto refuse = [](Problem problem) {
        return std::unexpected(std::vector{std::move(problem).for_everybody()});
    };
    if (record_.path.empty())
        return refuse({"", 0, 0,
                       "the record of where its project file is was lost: \"hotreloadctl up DIR\" "
                       "tells it anew"});
    // Where nothing was read (a syntax error), what was read last is what may matter.
    auto loaded = around_.reader.read(record_.path, &read_sources_);
    if (!loaded)
        return loaded;
    if (loaded->name != record_.name)
        return refuse(loaded->problem_at(
            "project.name",
            std::format("the project runs as \"{0}\": run \"hotreloadctl down {0}\" before it gets "
                        "another name",
                        record_.name)));
    if (loaded->services.empty() && !record_.services.empty())
        return refuse({record_.path, 0, 0,
                       std::format("all of its services are gone from it at once, and they run on: "
                                   "\"hotreloadctl down {}\" takes a project down",
                                   record_.name)});
    return loaded;
}

void Project::accept(ProjectDefinition definition) {
    const bool was_valid = std::exchange(problems_, {}).empty();
    if (opened_ && was_valid && definition == definition_) {
        definition_.source_map = std::move(definition.source_map);
        return;
    }
    for (const auto& [name, service] : definition.services) {
        const auto old = definition_.services.find(name);
        const bool differs = old != definition_.services.end() && old->second != service;
        if (opened_ && differs) {
            supersede(name);
            around_.events.definition_changed(around_.next_id(), record_.name, old->second,
                                              service);
        }
    }
    definition_ = std::move(definition);
    for (auto& [name, record] : record_.services)
        if (!definition_.services.contains(name) && record.refusal &&
            record.refusal->of_removal()) {
            record.refusal.reset(); // another word of the project file's: it is tried again
            save(name);
        }
    documents_->set_secrets(definition_.secrets);
    publish_configs();
    for (const auto& [name, unused] : definition_.services) {
        const bool is_new = !slots_.contains(name);
        arm(name);
        if (opened_ && is_new)
            tell(name); // it may not be looked at for long
    }
    for (auto& [name, slot] : slots_)
        slot.due = true;
    tell_project();
}

// True when what is watched is not what was watched before.
bool Project::watch_sources() {
    auto sources = read_sources_;
    if (!record_.path.empty())
        sources.push_back(record_.path);
    for (auto& path : sources)
        path = escape_glob(path);
    const auto debounce = std::pair(definition_.debounce, definition_.debounce_max);
    if (sources_ && sources == watched_sources_ && debounce == sources_debounce_)
        return false;
    watched_sources_ = sources;
    sources_debounce_ = debounce;
    WatchDefinition watch{.files = std::move(sources)};
    watch.debounce = definition_.debounce;
    watch.debounce_max = definition_.debounce_max;
    auto watched = around_.files.watch({std::move(watch)},
                                       [this] {
                                           const auto at_it = at_work();
                                           (void)sources_->look(Rescan::Dirty);
                                           read_project_file();
                                           pump();
                                       },
                                       {});
    if (!watched)
        return false;
    sources_ = std::move(*watched);
    (void)sources_->look(Rescan::All);
    return true;
}

void Project::arm(const std::string& service) {
    auto& slot = slots_[service];
    hold_units(service);
    const auto& definition = definition_.services.at(service);
    const bool same = slot.rules && slot.rules->definition.watches == definition.watches;
    if (!same)
        slot.rules = std::make_shared<const ServiceRules>(definition);
    if (!definition_.enabled) {
        slot.files.reset();
        return;
    }
    if (slot.files && same)
        return;
    slot.fresh = true;
    slot.suspended.clear();
    slot.loop.reset();
    auto watched = watch_service(slot.rules, [this, service] {
        auto& settled = slots_.at(service);
        settled.due = true;
        Duration debounce{};
        for (const auto& watch : settled.rules->definition.watches)
            debounce = std::max(debounce, watch.debounce);
        settled.changed_at = around_.clock.now() - debounce;
        settled.rest = settled.rests_until = Duration::zero();
        settled.emptied_until = Duration::zero(); // what was emptied may be whole again
        if (!paused(service)) {                   // else nothing follows what is under way
            hurry(service);
            if (settled.proving && moved_on(settled))
                request_soon(settled.proving);
        }
        pump();
    });
    slot.unwatchable = watched ? "" : watched.error().message;
    slot.files = watched ? std::move(*watched) : nullptr;
    if (slot.files)
        slot.files->on_state = [this, service] { tell(service); };
}

// Something else is there than is being applied. Of a document it is not known whether it means
// something else: that is compared when nobody works at the service.
bool Project::moved_on(const Slot& slot) {
    const auto now = slot.files->look(Rescan::Dirty).content;
    const auto& before = slot.snapshot.files;
    const auto is_other = [&](const auto& file, const auto& files) {
        const auto there = files.find(file.first);
        return (there == files.end() || there->second != file.second) &&
               slot.rules->rules.format(file.first) == Format::Bytes;
    };
    return std::ranges::any_of(now.files,
                               [&](const auto& each) { return is_other(each, before); }) ||
           std::ranges::any_of(before, [&](const auto& each) { return is_other(each, now.files); });
}

void Project::move_to(const std::string& path) {
    record_.path = path;
    save();
    read_project_file();
    tell_project();
    pump_soon();
}

bool Project::leads_to(const std::string& path) const {
    return record_.path.empty() || !around_.files.exists(record_.path) ||
           around_.files.are_one(record_.path, path);
}

void Project::commit(const std::string& service, std::optional<ServiceRecord> record) {
    if (record) {
        const auto before = record_.services.find(service);
        // Not when only what is about to be done is recorded: a service waits for that.
        if (before == record_.services.end() || before->second.files != record->files)
            keep_contents(*record, before == record_.services.end() ? nullptr : &before->second);
        const bool is_new =
            before == record_.services.end() || before->second.generation != record->generation;
        if (is_new && record->generation > 0)
            remember(service, *record);
        record_.services[service] = std::move(*record);
        hold_units(service);
        save(service);
        drain(service);
    } else {
        record_.services.erase(service);
        history_contents_.erase(service);
        unsaved_histories_.erase(service);
        save(service);
        if (!wanted(service))
            forget_service(service);
        else
            hold_units(service);
    }
}

void Project::forget_service(const std::string& service) {
    if (const auto slot = slots_.find(service); slot != slots_.end())
        for (const auto& unit : slot->second.following)
            around_.units.unfollow(unit);
    slots_.erase(service);
    around_.attachments.keep_only({record_.name, service}, {});
    around_.events.service_removed(record_.name, service);
}

void Project::save() {
    note_saved("", around_.store.save(record_));
}

void Project::save(const std::string& service) {
    const auto record = record_.services.find(service);
    note_saved(service, record == record_.services.end()
                            ? around_.store.remove_service(record_.name, service)
                            : around_.store.save_service(record_.name, service, record->second));
}

void Project::save_history(const std::string& service, std::vector<GenerationRecord> generations) {
    const auto saved = around_.store.save_history(record_.name, service, generations);
    if (saved)
        unsaved_histories_.erase(service);
    else
        unsaved_histories_[service] = std::move(generations);
    tell_saved(saved);
}

void Project::note_saved(const std::string& what, const Result<>& saved) {
    if (saved)
        unsaved_.erase(what);
    else
        unsaved_.insert(what);
    tell_saved(saved);
}

// The services are as they are whether the disk takes the record or not. But the next run of ours
// knows them by the record only, so that it is tried again until the disk takes it.
void Project::tell_saved(const Result<>& saved) {
    const bool behind = !unsaved_.empty() || !unsaved_histories_.empty();
    if (behind)
        save_soon();
    const std::string problem = !saved ? saved.error().message : behind ? store_problem_ : "";
    if (problem == store_problem_)
        return;
    store_problem_ = problem;
    tell_project();
}

void Project::save_soon() {
    again_->arm(kSaveAgain, [this] { save_again(); });
}

void Project::save_again() {
    for (auto& [service, generations] : std::map(unsaved_histories_))
        save_history(service, generations);
    for (const auto& each : std::set(unsaved_))
        each.empty() ? save() : save(each);
    if (documents_->problem().empty())
        return;
    documents_->try_again();
    documents_->flush();
    copy_on();
}

std::optional<std::string> Project::content(const ContentId& id) const {
    return around_.contents.content(record_.name, id);
}

Means means_of(const Ports& ports) {
    return {ports.units, ports.sockets, ports.probes, ports.views,
            [&clock = ports.clock] { return clock.now(); }};
}

Problem Project::problem_at(const std::string& key, std::string message) const {
    return definition_.problem_at(key, std::move(message));
}

std::optional<Problem> Project::distrusted(const ServiceDefinition& service, bool starts) const {
    return around_.reader.distrusted(definition_, service, starts);
}

std::uint64_t Project::realtime_usec() const {
    return around_.clock.realtime_usec();
}

bool Project::has_service(const std::string& service) const {
    return slots_.contains(service);
}

std::vector<std::string> Project::service_names() const {
    std::vector<std::string> names;
    for (const auto& [name, unused] : slots_)
        names.push_back(name);
    return names;
}

const ServiceDefinition* Project::wanted(const std::string& service) const {
    const auto it = definition_.services.find(service);
    return it == definition_.services.end() ? nullptr : &it->second;
}

void Project::tell(const std::string& service) {
    if (slots_.contains(service)) // not one that has left meanwhile
        around_.events.service_changed(service_status(service));
}

void Project::tell_project() {
    around_.events.project_changed(status());
}

} // namespace hotreload::project
