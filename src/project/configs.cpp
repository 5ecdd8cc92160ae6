// SPDX-License-Identifier: LGPL-2.1-or-later
// The documents that a project publishes: [configs].
#include "project/project.hpp"

#include <algorithm>

namespace hotreload::project {

// Makes what is published that which the definition names.
void Project::publish_configs() {
    for (auto each = configs_.begin(); each != configs_.end();) {
        const auto wanted = definition_.configs.find(each->first);
        if (wanted != definition_.configs.end() && wanted->second == each->second.definition) {
            ++each;
            continue;
        }
        if (wanted == definition_.configs.end() ||
            wanted->second.file != each->second.definition.file)
            record_.configs.erase(each->first);
        if (wanted == definition_.configs.end())
            around_.events.config_removed(record_.name, each->first);
        each = configs_.erase(each);
    }
    for (const auto& [name, definition] : definition_.configs) {
        const auto [config, is_new] = configs_.try_emplace(name);
        if (!is_new)
            continue;
        config->second.definition = definition;
        config->second.status = {.name = name, .project = record_.name, .path = definition.file};
        look_at_config(name, Rescan::All);
    }
}

// Somebody asks for a reload: the disk is read.
void Project::look_at_configs() {
    for (const auto& [name, unused] : configs_)
        look_at_config(name, Rescan::All);
}

Project::Watched Project::watch_config(const ConfigDefinition& definition) {
    std::vector watches{definition.watch};
    if (!definition.watch.schema.empty())
        watches.push_back(schema_watch(definition.watch));
    return around_.files.watch(
        watches, [this, name = definition.name] { look_at_config(name, Rescan::Dirty); },
        [this](const std::string& path, const ContentId& id, std::string_view bytes) {
            documents_->note(path, id, bytes);
        });
}

void Project::look_at_config(const std::string& name, Rescan rescan) {
    const auto at_it = at_work();
    auto& config = configs_.at(name);
    if (!config.files) {
        auto watched = watch_config(config.definition);
        if (!watched) {
            auto status = config.status;
            status.state = "invalid";
            status.problems = {
                definition_.problem_at("configs." + name + ".file", watched.error().message)};
            return tell_config(config, std::move(status));
        }
        config.files = std::move(*watched);
    }
    take_what_is_there(config, rescan);
    if (!definition_.enabled)
        config.files.reset();
}

void Project::take_what_is_there(Published& config, Rescan rescan) {
    const auto& now = config.files->look(rescan).content;
    const auto& file = config.definition.file;
    if (std::ranges::contains(now.writing, file) ||
        std::ranges::contains(now.unreadable, file, &Problem::path) || !now.files.contains(file)) {
        auto status = config.status;
        status.state = std::ranges::contains(now.writing, file) ? "writing" : "missing";
        status.problems.clear();
        for (const auto& problem : now.unreadable)
            status.problems.push_back(problem);
        config.looked_at.reset();
        return tell_config(config, std::move(status));
    }
    take_config(config, now.files.at(file));
}

// The file is whole: its value is published when it is valid and another one.
void Project::take_config(Published& config, ContentId now) {
    const auto before_all = record_.configs;
    const auto& [name, file, watch] = config.definition;
    const auto format = watch.format.value_or(format_of(file));
    const auto known = record_.configs.find(name);
    Documents::Request request{file, format, std::nullopt, std::nullopt, now};
    if (known != record_.configs.end())
        request.applied = known->second.content;
    if (!watch.schema.empty()) {
        const auto& files = config.files->look(Rescan::Dirty).content.files;
        const auto schema = files.find(watch.schema);
        request.schema = {watch.schema,
                          schema == files.end() ? std::nullopt : std::optional(schema->second)};
    }
    auto state = documents_->compare(request);
    auto status = config.status;
    status.problems = std::move(state.problems);
    status.state = status.problems.empty() ? "valid" : "invalid";
    const bool told = std::exchange(config.looked_at, now) == now;
    std::optional<ContentId> before;
    if (status.problems.empty() && (!state.compared || !state.differences.empty())) {
        auto& record = record_.configs[name];
        before = record.revision > 0 ? std::optional(record.content) : std::nullopt;
        record = {file, now, record.revision + 1};
    } else if (status.problems.empty()) {
        record_.configs.at(name).content = now; // other words for the same
    }
    if (const auto record = record_.configs.find(name); record != record_.configs.end()) {
        documents_->keep(file, record->second.content, watch.backup,
                         [this](const ContentId& id) { return in_use(id); });
        documents_->flush();
        tell_copied();
        status.revision = record->second.revision;
        if (const auto value = documents_->value(file, record->second.content, format))
            status.value = documents_->json(**value);
    }
    if (record_.configs != before_all)
        save();
    if (!status.problems.empty() && !told)
        for (const auto& problem : status.problems)
            around_.events.validation_failed(around_.next_id(), record_.name, "configs." + name,
                                             problem);
    const bool changed = status.revision != config.status.revision && before;
    tell_config(config, std::move(status));
    const auto old = changed ? documents_->value(file, *before, format)
                             : Documents::Parsed(std::unexpected(Problem{}));
    const auto value = documents_->value(file, now, format);
    if (!old || !value)
        return;
    std::vector<KeyStep> keys;
    for (const auto& step : diff(**old, **value))
        keys.push_back({std::string(to_string(step.kind)), to_pointer(step.path)});
    around_.events.config_changed(
        around_.next_id(), document_change(name, std::move(keys), {*old, *before}, {*value, now}));
}

void Project::tell_config(Published& config, ConfigStatus status) {
    if (config.status == status)
        return;
    config.status = std::move(status);
    around_.events.config_status_changed(config.status);
}

std::vector<ConfigStatus> Project::config_statuses() const {
    std::vector<ConfigStatus> all;
    for (const auto& [name, config] : configs_)
        all.push_back(config.status);
    return all;
}

} // namespace hotreload::project
