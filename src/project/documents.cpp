// SPDX-License-Identifier: LGPL-2.1-or-later
// How a project compares the documents that its services watch, and keeps copies of what is
// applied.
#include "core/patch.hpp"
#include "core/watch_rules.hpp"
#include "project/project.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hotreload::project {

namespace {

constexpr auto kMostChecking = std::chrono::milliseconds(500); // of a service that is refused

std::optional<ContentId> find_id(const std::map<std::string, ContentId>& files,
                                 const std::string& path) {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

// Every document whose content is not the applied one, or whose schema is not the one that it was
// checked against.
void Project::compare_documents(ServiceView& view, const WatchRules& rules) {
    const auto& now = view.files->files;
    static const std::map<std::string, ContentId> nothing;
    const auto& applied = view.record ? view.record->files : nothing;
    const bool any_schema = std::ranges::any_of(
        view.wanted->watches, [](const auto& each) { return !each.schema.empty(); });
    const auto enough = std::chrono::steady_clock::now() + kMostChecking;
    bool refused = false;
    for (const auto& [path, id] : now) {
        // One problem refuses the service: what more there are is not worth that all others wait.
        if (refused && std::chrono::steady_clock::now() > enough)
            break;
        const auto old = find_id(applied, path);
        if (old == id && !any_schema)
            continue;
        const auto format = rules.format(path);
        if (format == Format::Bytes)
            continue;
        Documents::Request request{path, format, std::nullopt, old, id};
        const auto* const watch = rules.watch(path);
        if (!watch->schema.empty() && watch->schema != path)
            request.schema = {watch->schema, find_id(now, watch->schema)};
        const bool schema_changed =
            request.schema && find_id(applied, watch->schema) != request.schema->id;
        if (old == id && !schema_changed)
            continue;
        const auto compared = view.documents.emplace(path, documents_->compare(request)).first;
        refused = refused || !compared->second.problems.empty();
    }
}

bool Project::in_use(const ContentId& id) const {
    for (const auto& [name, service] : record_.services)
        for (const auto& [path, applied] : service.files)
            if (applied == id)
                return true;
    for (const auto& [name, contents] : history_contents_)
        if (contents.contains(id))
            return true;
    return std::ranges::any_of(record_.configs,
                               [&](const auto& each) { return each.second.content == id; });
}

// What is applied now and was not before.
void Project::keep_contents(const ServiceRecord& record, const ServiceRecord* before) {
    const WatchRules rules(record.definition, false);
    const auto in_use = [this](const ContentId& id) { return this->in_use(id); };
    for (const auto& [path, id] : record.files) {
        if (before && find_id(before->files, path) == id)
            continue;
        const auto* const watch = rules.watch(path);
        documents_->keep(path, id, watch ? watch->backup : 0, in_use);
    }
    documents_->flush();
    copy_on();
}

// Of what was applied by an older version, or when copies could not be written.
void Project::keep_first_contents(const std::string& service) {
    const auto record = record_.services.find(service);
    const auto& slot = slots_.at(service);
    if (record == record_.services.end() || !slot.rules)
        return;
    const auto in_use = [this](const ContentId& id) { return this->in_use(id); };
    for (const auto& [path, id] : record->second.files) {
        if (find_id(slot.snapshot.files, path) != id || documents_->kept(id))
            continue;
        const auto* const watch = slot.rules->rules.watch(path);
        documents_->keep(path, id, watch ? watch->backup : 0, in_use);
    }
    documents_->flush();
    copy_on();
}

void Project::copy_on() {
    tell_copied();
    if (!documents_->copies_wait() || std::exchange(copying_, true))
        return;
    around_.clock.post([this, alive = alive_] {
        if (!*alive)
            return;
        copying_ = false;
        documents_->copy_some([this](const ContentId& id) { return in_use(id); });
        copy_on();
    });
}

void Project::tell_copied() {
    const auto& problem = documents_->problem();
    if (!problem.empty())
        save_soon();
    if (std::exchange(copies_problem_, problem) != problem)
        tell_project();
}

// The documents of a service that were applied, with their patch.
void Project::tell_documents(std::uint64_t id, const ServiceOutcome& outcome) {
    const auto slot = slots_.find(outcome.service);
    if (slot == slots_.end() || !slot->second.rules)
        return;
    const bool applied = outcome.result == "applied" || outcome.result == "recorded";
    for (const auto& [path, ids] : slot->second.compared) {
        const auto change = std::ranges::find(outcome.changes, path, &Change::subject);
        if (!applied || change == outcome.changes.end() || change->keys.empty())
            continue;
        const auto format = slot->second.rules->rules.format(path);
        const auto before = documents_->value(path, ids.first, format);
        const auto after = documents_->value(path, ids.second, format);
        if (!before || !after)
            continue;
        std::vector<KeyStep> keys;
        for (const auto& key : change->keys)
            keys.push_back({key.operation, key.pointer});
        around_.events.config_changed(
            id, document_change(path, std::move(keys), {*before, ids.first}, {*after, ids.second}));
    }
    slot->second.compared.clear();
}

ConfigChange Project::document_change(const std::string& name, std::vector<KeyStep> keys,
                                      const HeldValue& before, const HeldValue& after) const {
    constexpr std::size_t of_a_tree = 10; // bytes of memory for each of the file, about
    return {.project = record_.name,
            .name = name,
            .keys = std::move(keys),
            .texts = documents_->texts(before.value, after.value),
            .bytes = of_a_tree * (before.id.size + after.id.size)};
}

} // namespace hotreload::project
