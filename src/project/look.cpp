// SPDX-License-Identifier: LGPL-2.1-or-later
// How a project sees its services: what is wanted, on disk, on record and running.
#include "core/dependencies.hpp"
#include "core/watch_rules.hpp"
#include "project/project.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace hotreload::project {

TransactionInput Project::gather(const std::set<std::string>& services, PlanOptions options,
                                 Rescan rescan) {
    TransactionInput input{.project = record_.name, .options = options};
    for (const auto& name : order_services(definition_.services))
        if (services.contains(name))
            input.order.push_back(name);
    ServiceDefinitions removed;
    for (const auto& name : services)
        if (!wanted(name))
            removed[name] = applied_definition(name);
    std::ranges::move(order_services(removed), std::back_inserter(input.order));
    for (const auto& name : services) {
        auto files = wanted(name) ? read_files(name, rescan) : Snapshot{};
        doubt_what_came_back(name, files);
        auto& seen = input.views.emplace(name, view(name, std::move(files))).first->second;
        if (!wanted(name))
            continue;
        auto& slot = slots_.at(name);
        if (!options.retry)
            leave_out_suspended(name, seen);
        hold_incomplete_sets(slot.rules->rules, seen);
        hold_what_was_refused(name, seen);
        compare_documents(seen, slot.rules->rules);
        slot.compared.clear();
        for (const auto& [path, document] : seen.documents)
            if (document.compared)
                slot.compared[path] = {seen.record->files.at(path), seen.files->files.at(path)};
    }
    return input;
}

Snapshot Project::applied_snapshot(const std::string& service) const {
    const auto record = record_.services.find(service);
    Snapshot applied;
    if (record != record_.services.end())
        applied.files = record->second.files;
    return applied;
}

ServiceDefinition Project::applied_definition(const std::string& service) const {
    const auto record = record_.services.find(service);
    return record == record_.services.end() ? ServiceDefinition{} : record->second.definition;
}

// What a reboot interrupted is started as it was applied: the state that was refused stays refused.
void Project::hold_what_was_refused(const std::string& service, ServiceView& view) const {
    const auto& record = view.record;
    if (!slots_.at(service).interrupted || !record || record->generation == 0 || !record->refusal ||
        record->refusal->interrupted() || record->refusal->definition != *view.wanted ||
        record->definition == *view.wanted ||
        record->definition.attached() != view.wanted->attached())
        return;
    view.held = record->refusal;
    view.wanted = record->definition;
    view.patterns = nullptr;
}

ServiceView Project::view(const std::string& service, Snapshot files) const {
    ServiceView view;
    if (const auto* definition = wanted(service))
        view.wanted = *definition;
    view.files = std::move(files);
    std::string unit;
    if (const auto it = record_.services.find(service); it != record_.services.end()) {
        view.record = it->second;
        unit = it->second.unit;
    }
    if (view.wanted && view.wanted->attached()) // which may be another one than on record
        unit = view.wanted->unit;
    if (!unit.empty())
        view.unit = around_.units.state(unit);
    const auto slot = slots_.find(service);
    if (const auto rules = slot == slots_.end() ? nullptr : slot->second.rules;
        rules && view.wanted && rules->definition.watches == view.wanted->watches)
        view.patterns = rules->rules.patterns();
    view.interrupted = slot != slots_.end() && slot->second.interrupted;
    view.barred = barred(service);
    return view;
}

WatchDefinition schema_watch(const WatchDefinition& of) {
    return {.files = {escape_glob(of.schema)},
            .exclude = {},
            .debounce = of.debounce,
            .debounce_max = of.debounce_max,
            .on_change = {},
            .format = {},
            .keys = {},
            .schema = {},
            .backup = 0};
}

// What a service watches, and the schemas of that.
std::vector<WatchDefinition> watches_of(const ServiceRules& rules) {
    auto watches = rules.definition.watches;
    for (const auto& watch : rules.definition.watches)
        if (!watch.schema.empty())
            watches.push_back(schema_watch(watch));
    return watches;
}

// Documents are remembered as they are read.
Files::OnRead Project::note_documents(std::shared_ptr<const ServiceRules> rules) {
    return [this, rules = std::move(rules)](const std::string& path, const ContentId& id,
                                            std::string_view bytes) {
        if (rules->rules.format(path) != Format::Bytes || rules->rules.is_schema(path))
            documents_->note(path, id, bytes);
    };
}

Project::Watched Project::watch_service(const std::shared_ptr<const ServiceRules>& rules,
                                        Files::OnSettled settled) {
    return around_.files.watch(watches_of(*rules), std::move(settled), note_documents(rules));
}

Result<Snapshot> Project::read_once(const std::shared_ptr<const ServiceRules>& rules) {
    return around_.files.read_once(watches_of(*rules), note_documents(rules));
}

const Snapshot& Project::read_files(const std::string& service, Rescan rescan) {
    auto& slot = slots_.at(service);
    auto before = std::move(slot.snapshot.missing);
    if (slot.files) {
        const auto look = slot.files->look(slot.fresh ? Rescan::All : rescan);
        slot.snapshot = look.content;
        slot.mark = slot.files->mark();
        slot.renamed.clear();
        for (const auto& change : look.changes)
            if (change.kind == FileChange::Kind::Renamed)
                slot.renamed[change.path] = change.from;
    } else {
        // Not enabled: looked at because somebody asked, and not watched after that. What cannot be
        // looked at is as it was applied.
        slot.snapshot = read_once(slot.rules).value_or(applied_snapshot(service));
    }
    if (std::exchange(slot.fresh, false))
        keep_first_contents(service);
    for (const auto& path : slot.snapshot.missing)
        if (!std::ranges::contains(before, path))
            around_.events.file_changed(record_.name, path, "deleted", "");
    return slot.snapshot;
}

Result<Project::Draft> Project::draft(std::optional<std::string> service, PlanOptions options) {
    // A read-only look at the disk: neither the definition in force nor the watches move.
    auto loaded = around_.reader.read(record_.path, nullptr);
    if (!loaded) {
        std::string text;
        for (const auto& problem : loaded.error())
            text += (text.empty() ? "" : "\n") + to_string(problem);
        return fail(ErrorCode::Invalid, text);
    }
    TransactionInput input{.project = record_.name, .options = options};
    auto names = order_services(loaded->services);
    for (const auto& [name, unused] : record_.services)
        if (!loaded->services.contains(name))
            names.push_back(name);
    for (const auto& name : names) {
        if (service && *service != name)
            continue;
        Snapshot files;
        const auto it = loaded->services.find(name);
        if (it != loaded->services.end()) {
            auto once = read_once(std::make_shared<ServiceRules>(it->second));
            if (!once)
                return std::unexpected(once.error());
            files = *std::move(once);
        }
        auto seen = view(name, std::move(files));
        seen.wanted.reset();
        seen.patterns = nullptr;
        if (it != loaded->services.end()) {
            seen.wanted = it->second;
            const WatchRules rules(it->second, false);
            hold_incomplete_sets(rules, seen);
            compare_documents(seen, rules);
        }
        input.order.push_back(name);
        input.views.emplace(name, std::move(seen));
    }
    return Draft{std::move(input), std::move(*loaded)};
}

} // namespace hotreload::project
