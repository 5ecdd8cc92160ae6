// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/looks.hpp"

#include <algorithm>
#include <utility>

namespace hotreload::project {

namespace {

// The files of the watch count as they were applied.
void hold(const WatchDefinition* watch, const WatchRules& rules, MemberView& view) {
    if (!view.record)
        return;
    auto& files = view.files->files;
    std::erase_if(files, [&](const auto& file) {
        return rules.watch(file.first) == watch && !view.record->files.contains(file.first);
    });
    for (const auto& [path, id] : view.record->files)
        if (rules.watch(path) == watch)
            files[path] = id;
}

// A set that is not whole is as it was applied, until it is.
void hold_incomplete_sets(const WatchRules& rules, MemberView& view) {
    std::set<const WatchDefinition*> incomplete;
    const auto look = [&](const std::string& path) {
        if (const auto* const watch = rules.watch(path); watch && watch->together)
            incomplete.insert(watch);
    };
    std::ranges::for_each(view.files->missing, look);
    std::ranges::for_each(view.files->writing, look);
    for (const auto& problem : view.files->unreadable)
        look(problem.path);
    if (view.record)
        for (const auto& [path, id] : view.record->files)
            if (is_out_of_sight(*view.files, path))
                look(path);
    for (const auto* const watch : incomplete)
        hold(watch, rules, view);
}

} // namespace

bool Looks::arm(const std::string& service, const On& on) {
    auto& member = members_[service];
    const auto& definition = sees_.file.definition().services.at(service);
    if (!sees_.file.definition().enabled) {
        member.disarm(definition);
        return false;
    }
    const bool anew = member.arm(
        sees_.files, definition, [service, settled = on.settled] { settled(service); },
        [this](auto rules) { return note_documents(std::move(rules)); });
    if (anew && member.files()) {
        member.files()->on_state = [service, state = on.state] { state(service); };
        member.files()->on_quiet = [service, quiet = on.quiet] { quiet(service); };
    }
    return anew;
}

void Looks::forget(const std::string& service) {
    members_.erase(service);
    interrupted_.erase(service);
}

void Looks::unwatch_all() {
    for (auto& [name, member] : members_)
        member.unwatch();
}

const Member* Looks::find(const std::string& service) const {
    const auto found = members_.find(service);
    return found == members_.end() ? nullptr : &found->second;
}

Member* Looks::find(const std::string& service) {
    const auto found = members_.find(service);
    return found == members_.end() ? nullptr : &found->second;
}

// Documents are remembered as they are read.
Files::OnRead Looks::note_documents(std::shared_ptr<const MemberRules> rules) {
    return [documents = sees_.contents.shared(), rules = std::move(rules)](
               const std::string& path, const ContentId& id, std::string_view bytes) {
        if (rules->rules.format(path) != Format::Bytes || rules->rules.is_schema(path))
            documents->note(path, id, bytes);
    };
}

Task<Result<Snapshot>> Looks::read_once(const std::shared_ptr<const MemberRules>& rules) {
    return sees_.files.read_once(rules->watches(), note_documents(rules));
}

const LinkGraph& Looks::links() const {
    if (links_)
        return *links_;
    std::map<std::string, Links> links;
    for (const auto& [name, service] : sees_.file.definition().services)
        links.emplace(name, service->links());
    for (const auto& [name, record] : sees_.ledger.services())
        links.try_emplace(name, record.definition.links());
    return links_.emplace(std::move(links));
}

Task<PlanInput> Looks::see(Names services, PlanOptions options, Rescan rescan, Handed handed) {
    PlanInput input{.project = sees_.ledger.name(), .options = options};
    // Snapshots of members that are not watched: the project is not enabled, and somebody asked.
    std::map<std::string, Snapshot> once;
    for (const auto& name : services) {
        auto* const known = sees_.file.wanted(name) ? find(name) : nullptr; // may go meanwhile
        if (known && known->files()) {
            co_await known->look_ahead(rescan);
        } else if (known) {
            auto read = co_await read_once(known->rules());
            if (read)
                once.emplace(name, *std::move(read));
        }
    }
    input.order = links().order(services);
    for (const auto& name : services) {
        if (!links().contains(name)) // it is neither wanted nor on record
            input.order.push_back(name);
        Snapshot files;
        if (sees_.file.wanted(name)) {
            const auto read = once.find(name);
            files =
                look(name, rescan, read == once.end() ? std::nullopt : std::optional(read->second));
        }
        auto& seen = input.views.emplace(name, view(name, std::move(files))).first->second;
        if (!seen.wanted)
            continue;
        if (!options.retry)
            leave_out_suspended(name, seen);
        if (handed)
            lay_over(name, *handed, seen);
        hold_incomplete_sets(member(name).rules()->rules, seen);
        hold_what_was_refused(name, seen);
    }
    for (const auto& name : services) {
        auto& seen = input.views.at(name);
        const auto* const known = find(name);
        if (!seen.wanted || !known)
            continue;
        const auto rules = known->rules(); // they may be replaced meanwhile
        co_await Contents::compare(sees_.contents.shared(), seen, rules->rules);
    }
    for (auto& [name, seen] : input.views)
        see_unit(name, seen); // which may be in another state by now
    co_return input;
}

// The documents among them are remembered as if they had been read.
void Looks::lay_over(const std::string& service, const HandedFiles& handed, MemberView& view) {
    const auto rules = member(service).rules();
    const auto note = note_documents(rules);
    auto& files = *view.files;
    for (const auto& [path, file] : handed) {
        if (!rules->rules.watch(path))
            continue;
        files.files[path] = file.id;
        std::erase(files.missing, path);
        std::erase(files.writing, path);
        std::erase_if(files.unreadable, [&](const Problem& each) { return each.path == path; });
        view.handed.insert(file.id);
        note(path, file.id, file.bytes.view());
    }
}

Task<> Looks::look_again(Names services) {
    for (const auto& name : services) {
        if (const auto* const known = find(name); !known || !known->files())
            continue;
        co_await find(name)->look_ahead(Rescan::Dirty);
        if (const auto* const known = find(name); known && known->files())
            (void)look(name, Rescan::Dirty, std::nullopt);
    }
}

Task<Result<>> Looks::see_as(std::shared_ptr<const MemberRules> rules, MemberView& view) {
    auto once = co_await read_once(rules);
    if (!once)
        co_return std::unexpected(std::move(once.error()));
    view.files = *std::move(once);
    view.documents.clear();
    view.wanted = *rules->definition;
    view.kind = &sees_.kinds.of(rules->definition);
    view.patterns = rules->rules.patterns();
    co_await Contents::compare(sees_.contents.shared(), view, rules->rules);
    co_return Result<>{};
}

// A service that a reboot interrupted is started as it was applied: the state that was refused
// stays refused.
void Looks::hold_what_was_refused(const std::string& service, MemberView& view) const {
    const auto& record = view.record;
    if (!is_interrupted(service) || !record || record->generation == 0 || !record->refusal)
        return;
    const auto& refusal = *record->refusal;
    const bool is_refused_still = !refusal.interrupted() && refusal.definition == *view.wanted;
    const bool is_another = record->definition != *view.wanted &&
                            record->definition.attached() == view.wanted->attached();
    if (!is_refused_still || !is_another)
        return;
    view.held = refusal;
    view.wanted = record->definition;
    view.patterns = nullptr;
}

void Looks::leave_out_suspended(const std::string& service, MemberView& view) const {
    const auto path = sees_.loops.suspended(service);
    const auto& rules = find(service)->rules()->rules;
    if (!path.empty())
        hold(rules.watch(path), rules, view);
}

MemberView Looks::view(const std::string& service, Snapshot files) const {
    MemberView view;
    view.kind = &sees_.file.kind_of(service);
    if (const auto* definition = sees_.file.wanted(service))
        view.wanted = *definition;
    view.files = std::move(files);
    if (const auto* const record = sees_.ledger.find(service))
        view.record = *record;
    leave_old_kind(view);
    see_unit(service, view);
    const auto* const known = find(service);
    if (const auto rules = known ? known->rules() : nullptr;
        rules && view.wanted && rules->definition->watches == view.wanted->watches)
        view.patterns = rules->rules.patterns();
    view.interrupted = is_interrupted(service);
    return view;
}

// A member that has become another kind leaves as what it was, and comes back as what it is.
void Looks::leave_old_kind(MemberView& view) const {
    if (!view.wanted || !view.record || view.record->definition.kind == view.wanted->kind)
        return;
    view.wanted.reset();
    view.kind = &sees_.kinds.of(view.record->definition);
}

void Looks::see_unit(const std::string& service, MemberView& view) const {
    auto unit = view.record ? view.record->unit : "";
    if (view.wanted && view.wanted->attached()) // which may be another one than on record
        unit = view.wanted->unit;
    if (!unit.empty())
        view.unit = sees_.units.state(unit);
    view.barred = sees_.attached.barred(service);
}

// Files that cannot be looked at are as they were applied.
Snapshot Looks::look(const std::string& service, Rescan rescan, std::optional<Snapshot> once) {
    auto& known = member(service);
    const auto* const record = sees_.ledger.find(service);
    if (known.files()) {
        if (known.look(rescan) && record)
            sees_.contents.keep_missing(*record, known.rules()->rules, known.seen());
    } else {
        Snapshot applied;
        if (record)
            applied.files = record->files;
        known.take(once.value_or(std::move(applied)));
    }
    sees_.ledger.update(service, [&](MemberRecord& applied) {
        return known.doubt_what_came_back(applied.files) > 0;
    });
    return known.seen();
}

Task<Result<Looks::Draft>> Looks::draft(std::optional<Names> services, PlanOptions options) {
    auto known = sees_.file.draft();
    if (!known)
        co_return fail(ErrorCode::TimedOut,
                       "users or groups that the project file names are being looked up");
    auto& loaded = *known;
    if (!loaded) {
        std::string text;
        for (const auto& problem : loaded.error())
            text += (text.empty() ? "" : "\n") + to_string(problem);
        co_return fail(ErrorCode::Invalid, text);
    }
    PlanInput input{.project = sees_.ledger.name(), .options = options};
    std::map<std::string, std::shared_ptr<const MemberRules>> rules_of;
    auto names = link_graph(loaded->services).order();
    for (const auto& [name, unused] : sees_.ledger.services())
        if (!loaded->services.contains(name))
            names.push_back(name);
    if (services)
        std::erase_if(names, [&](const auto& name) { return !services->contains(name); });
    for (const auto& name : names) {
        auto seen = view(name, {});
        seen.wanted.reset();
        seen.patterns = nullptr;
        if (const auto found = loaded->services.find(name); found != loaded->services.end()) {
            const auto rules = std::make_shared<const MemberRules>(found->second);
            seen.wanted = *found->second;
            seen.kind = &sees_.kinds.of(found->second);
            seen.patterns = rules->rules.patterns();
            leave_old_kind(seen);
            if (seen.wanted)
                rules_of.emplace(name, rules);
        }
        input.order.push_back(name);
        input.views.emplace(name, std::move(seen));
    }
    std::vector<std::pair<std::string, Task<Result<Snapshot>>>> reading;
    for (const auto& [name, rules] : rules_of)
        reading.emplace_back(name, read_once(rules));
    const auto documents = sees_.contents.shared();
    // The project may be gone from here on.
    for (auto& [name, read] : reading) {
        auto files = co_await std::move(read);
        if (!files)
            co_return std::unexpected(std::move(files.error()));
        auto& seen = input.views.at(name);
        seen.files = *std::move(files);
        const auto& rules = rules_of.at(name)->rules;
        hold_incomplete_sets(rules, seen);
        co_await Contents::compare(documents, seen, rules);
    }
    co_return Draft{std::move(input), *std::move(loaded)};
}

Task<std::vector<Change>> Looks::changes_between(GenerationRecord older, GenerationRecord newer) {
    const MemberRules rules(newer.definition);
    MemberView view;
    view.kind = &sees_.kinds.of(newer.definition);
    view.wanted = newer.definition;
    view.files = Snapshot{};
    view.files->files = newer.files;
    view.record = MemberRecord{.definition = older.definition, .files = older.files};
    if (newer.definition.attached())
        view.unit = sees_.units.state(newer.definition.unit);
    co_await Contents::compare(sees_.contents.shared(), view, rules.rules);
    co_return view.kind->changes(view);
}

} // namespace hotreload::project
