// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/configs.hpp"

#include "core/patch.hpp"
#include "project/member.hpp"

#include <algorithm>
#include <utility>

namespace hotreload::project {

Configs::Configs(Files& files, Contents& contents, Ledger& ledger, const ProjectFile& file,
                 Events& events, std::function<std::uint64_t()> next_id)
    : files_(files),
      contents_(contents),
      ledger_(ledger),
      file_(file),
      events_(events),
      next_id_(std::move(next_id)) {}

Configs::~Configs() = default;

void Configs::publish() {
    const auto& definitions = file_.definition().configs;
    for (auto each = configs_.begin(); each != configs_.end();) {
        const auto& [name, config] = *each;
        const auto wanted = definitions.find(name);
        if (wanted != definitions.end() && wanted->second == config.definition) {
            ++each;
            continue;
        }
        const bool same_file =
            wanted != definitions.end() && wanted->second.file == config.definition.file;
        if (!same_file && ledger_.record().configs.contains(name))
            ledger_.update_project([&](ProjectRecord& record) { record.configs.erase(name); });
        if (wanted == definitions.end())
            events_.config_removed(ledger_.name(), name);
        each = configs_.erase(each);
    }
    for (const auto& [name, definition] : definitions) {
        const auto [config, is_new] = configs_.try_emplace(name);
        if (!is_new)
            continue;
        config->second.definition = definition;
        config->second.status = {.name = name, .project = ledger_.name(), .path = definition.file};
        look_at(config->second, Rescan::All);
    }
}

void Configs::look_at_all() {
    for (auto& [name, config] : configs_)
        look_at(config, Rescan::All);
}

void Configs::look_at_due() {
    for (auto& [name, config] : configs_)
        if (std::exchange(config.due, false))
            look_at(config, Rescan::Dirty);
}

Result<std::unique_ptr<WatchedFiles>> Configs::watch(Published& config) {
    const auto& watch = config.definition.watch;
    std::vector watches{watch};
    if (!watch.schema.empty())
        watches.push_back(schema_watch(watch));
    return files_.watch(
        watches,
        [this, name = config.definition.name] {
            configs_.at(name).due = true;
            if (on_due)
                on_due();
        },
        [this](const std::string& path, const ContentId& id, std::string_view bytes) {
            contents_.documents().note(path, id, bytes);
        });
}

void Configs::look_at(Published& config, Rescan rescan) {
    if (!config.files) {
        auto watched = watch(config);
        if (!watched) {
            auto status = config.status;
            status.state = "invalid";
            status.problems = {file_.problem_at("configs." + config.definition.name + ".file",
                                                watched.error().message)};
            return tell(config, std::move(status));
        }
        config.files = std::move(*watched);
    }
    take_what_is_there(config, rescan);
    if (!file_.definition().enabled)
        config.files.reset();
}

void Configs::take_what_is_there(Published& config, Rescan rescan) {
    const auto& now = config.files->look(rescan).content;
    const auto& file = config.definition.file;
    if (std::ranges::contains(now.writing, file) ||
        std::ranges::contains(now.unreadable, file, &Problem::path) || !now.files.contains(file)) {
        auto status = config.status;
        status.state = std::ranges::contains(now.writing, file) ? "writing" : "missing";
        status.problems = now.unreadable;
        config.looked_at.reset();
        return tell(config, std::move(status));
    }
    take(config, now.files.at(file));
}

// The file is whole: its value is published when it is valid and another one.
void Configs::take(Published& config, ContentId now) {
    const auto& [name, file, watch] = config.definition;
    const auto format = watch.format.value_or(format_of(file));
    auto& documents = contents_.documents();
    auto record = ConfigRecord{.path = file, .content = {}, .revision = 0};
    if (const auto known = ledger_.record().configs.find(name);
        known != ledger_.record().configs.end())
        record = known->second;
    const auto before = record;
    Documents::Request request{file, format, std::nullopt, std::nullopt, now};
    if (before.revision > 0)
        request.applied = before.content;
    if (!watch.schema.empty()) {
        const auto& files = config.files->look(Rescan::Dirty).content.files;
        const auto schema = files.find(watch.schema);
        request.schema = {watch.schema,
                          schema == files.end() ? std::nullopt : std::optional(schema->second)};
    }
    auto state = documents.compare(request);
    auto status = config.status;
    status.problems = std::move(state.problems);
    const bool valid = status.problems.empty();
    status.state = valid ? "valid" : "invalid";
    const bool told = std::exchange(config.looked_at, now) == now;
    const bool is_another = valid && (!state.compared || !state.differences.empty());
    if (valid)
        record = {file, now, before.revision + (is_another ? 1 : 0)}; // or other words for the same
    if (record.revision > 0) {
        if (record != before)
            ledger_.update_project([&](ProjectRecord& all) { all.configs[name] = record; });
        contents_.keep(file, record.content, watch.backup);
        status.revision = record.revision;
        if (const auto value = documents.value(file, record.content, format))
            status.value = documents.json(**value);
    }
    if (!told)
        for (const auto& problem : status.problems)
            events_.validation_failed(next_id_(), ledger_.name(), "configs." + name, problem);
    const bool changed = status.revision != config.status.revision && before.revision > 0;
    tell(config, std::move(status));
    if (changed && is_another)
        tell_change(config, before.content, now);
}

void Configs::tell_change(const Published& config, const ContentId& before, const ContentId& now) {
    const auto& [name, file, watch] = config.definition;
    const auto format = watch.format.value_or(format_of(file));
    auto& documents = contents_.documents();
    const auto old = documents.value(file, before, format);
    const auto value = documents.value(file, now, format);
    if (!old || !value)
        return;
    std::vector<KeyStep> keys;
    for (const auto& step : diff(**old, **value))
        keys.push_back({std::string(to_string(step.kind)), to_pointer(step.path)});
    events_.config_changed(
        next_id_(), contents_.change_of(name, std::move(keys), {*old, before}, {*value, now}));
}

void Configs::tell(Published& config, ConfigStatus status) {
    if (config.status == status)
        return;
    config.status = std::move(status);
    events_.config_status_changed(config.status);
}

std::vector<ConfigStatus> Configs::statuses() const {
    std::vector<ConfigStatus> all;
    for (const auto& [name, config] : configs_)
        all.push_back(config.status);
    return all;
}

const WatchedFiles* Configs::files(const std::string& name) const {
    const auto config = configs_.find(name);
    return config == configs_.end() ? nullptr : config->second.files.get();
}

} // namespace hotreload::project
