// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/project.hpp"

#include "base/completion.hpp"
#include "config/project_file.hpp"
#include "core/names.hpp"
#include "ipc/present/definition.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>

namespace hotreload::daemon {

namespace {

constexpr auto kSaveAgain = std::chrono::seconds(5);

} // namespace

Project::Project(Surroundings around, ProjectRecord record)
    : around_(std::move(around)),
      record_(std::move(record)),
      again_(around_.loop),
      rested_(around_.loop),
      pauses_end_(around_.loop),
      documents_(around_.contents, record_.name) {
    definition_.name = record_.name;
    definition_.path = record_.path;
    // What was applied is what is wanted, until the project file says otherwise: it may be invalid.
    for (const auto& [name, service] : record_.services) {
        slots_.try_emplace(name);
        if (service.generation > 0)
            definition_.services[name] = service.definition;
    }
}

Project::~Project() {
    *alive_ = false;
    for (const auto& [name, service] : record_.services)
        if (!service.unit.empty())
            around_.units.unfollow(service.unit);
}

Task<> Project::open() {
    tell_project();
    co_await adopt();
    co_await remove_orphans();
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

// An installed unit that is new to the project: nothing is decided before its state is known.
Task<> Project::get_to_know(std::string service, std::string unit) {
    busy_.insert(service);
    co_await follow(std::move(unit));
    busy_.erase(busy_.find(service));
    if (!slots_.contains(service))
        co_return;
    tell(service);
    pump_soon();
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
    // Where nothing was read (a syntax error), what was read last is what may matter.
    auto loaded = load_project(record_.path, &read_sources_);
    if (loaded && loaded->name != record_.name)
        loaded = std::unexpected(std::vector{
            loaded
                ->problem_at(
                    "project.name",
                    std::format(
                        "the project runs as \"{0}\": run \"hotreloadctl down {0}\" before it gets "
                        "another name",
                        record_.name))
                .for_everybody()});
    std::error_code ignored;
    missing_ = !loaded && !std::filesystem::exists(record_.path, ignored);
    if (loaded) {
        accept(std::move(*loaded));
        return true;
    }
    if (problems_ != loaded.error()) {
        problems_ = std::move(loaded.error());
        for (const auto& problem : problems_)
            around_.events.validation_failed(record_.name, "", problem);
        tell_project();
    }
    return false;
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
            around_.events.config_changed(record_.name, name, ipc::definition_json(old->second),
                                          ipc::definition_json(service),
                                          ipc::patch_json(old->second, service));
        }
    }
    definition_ = std::move(definition);
    for (auto& [name, record] : record_.services)
        if (!definition_.services.contains(name) && record.refusal &&
            record.refusal->of_removal()) {
            record.refusal.reset(); // another word of the project file's: it is tried again
            save(name);
        }
    documents_.set_secrets(definition_.secrets);
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
    sources.push_back(record_.path);
    const auto debounce = std::pair(definition_.debounce, definition_.debounce_max);
    if (sources_ && sources == watched_sources_ && debounce == sources_debounce_)
        return false;
    watched_sources_ = sources;
    sources_debounce_ = debounce;
    WatchDefinition watch{.files = std::move(sources)};
    watch.debounce = definition_.debounce;
    watch.debounce_max = definition_.debounce_max;
    sources_ = watch_files({std::move(watch)}, [this] {
        (void)sources_->look(watch::Rescan::Dirty);
        read_project_file();
        pump();
    });
    (void)sources_->look(watch::Rescan::All);
    return true;
}

void Project::arm(const std::string& service) {
    auto& slot = slots_[service];
    const auto& unit = definition_.services.at(service).unit;
    if (!unit.empty() && unit != slot.followed) {
        slot.followed = unit;
        tasks_.spawn(get_to_know(service, unit));
    }
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
    slot.files = watch_service(slot.rules, [this, service] {
        auto& settled = slots_.at(service);
        settled.due = true;
        Duration debounce{};
        for (const auto& watch : settled.rules->definition.watches)
            debounce = std::max(debounce, watch.debounce);
        settled.changed_at = around_.loop.now() - debounce;
        settled.rest = settled.rests_until = Duration::zero();
        pump();
    });
    slot.files->on_state = [this, service] { tell(service); };
}

void Project::move_to(const std::string& path) {
    record_.path = path;
    save();
    read_project_file();
    tell_project();
    pump_soon();
}

void Project::unit_changed(const std::string& unit) {
    for (const auto& [name, service] : record_.services)
        if (service.unit == unit)
            tell(name);
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
        save(service);
        drain(service);
    } else {
        record_.services.erase(service);
        history_contents_.erase(service);
        unsaved_histories_.erase(service);
        save(service);
        if (!wanted(service))
            forget_service(service);
    }
}

void Project::forget_service(const std::string& service) {
    slots_.erase(service);
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
    again_.arm(kSaveAgain, [this] { save_again(); });
}

void Project::save_again() {
    for (auto& [service, generations] : std::map(unsaved_histories_))
        save_history(service, generations);
    for (const auto& each : std::set(unsaved_))
        each.empty() ? save() : save(each);
    if (documents_.problem().empty())
        return;
    documents_.try_again();
    documents_.flush();
    copy_on();
}

std::optional<std::string> Project::content(const ContentId& id) const {
    return around_.contents.content(record_.name, id);
}

Means means_of(const Surroundings& around) {
    return {around.units, around.sockets, around.probes, around.views,
            [&loop = around.loop] { return loop.now(); }};
}

Problem Project::problem_at(const std::string& key, std::string message) const {
    return definition_.problem_at(key, std::move(message));
}

std::uint64_t Project::realtime_usec() const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<Duration>(now).count());
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

} // namespace hotreload::daemon
