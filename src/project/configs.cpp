// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/configs.hpp"

#include "base/completion.hpp"
#include "project/member.hpp"

#include <algorithm>
#include <utility>

namespace hotreload::project {

Configs::Configs(Clock& clock, Files& files, Contents& contents, Ledger& ledger,
                 const ProjectFile& file, Events& events, std::function<ReloadId()> new_id)
    : clock_(clock),
      files_(files),
      contents_(contents),
      ledger_(ledger),
      file_(file),
      events_(events),
      new_id_(std::move(new_id)) {}

// Tasks that wait for what is examined may outlive the project: they are told that nothing is any
// more.
Configs::~Configs() {
    for (const auto& resolve : waiting_)
        resolve();
}

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
            status.state = ConfigStatus::State::Invalid;
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
    config.look = ++looks_; // what an older one says does not count any more
    const auto& now = config.files->look(rescan).content;
    config.unseen = now.unseen;
    const auto& file = config.definition.file;
    if (std::ranges::contains(now.writing, file) ||
        std::ranges::contains(now.unreadable, file, &Problem::path) || !now.files.contains(file)) {
        auto status = config.status;
        status.state = std::ranges::contains(now.writing, file) ? ConfigStatus::State::Writing
                                                                : ConfigStatus::State::Missing;
        status.problems = now.unreadable;
        config.looked_at.reset();
        const bool has_value = !status.value.empty();
        tell(config, std::move(status));
        if (const auto record = record_of(config.definition); !has_value && record.revision > 0)
            tasks_.spawn(bring_back(config.definition.name, config.look, record));
        return;
    }
    take(config, now.files);
}

// The file is whole. `files`: as they are now.
void Configs::take(Published& config, const std::map<std::string, ContentId>& files) {
    const auto& [name, file, watch, readers] = config.definition;
    const auto record = record_of(config.definition);
    Documents::Request request{.path = file,
                               .format = watch.format.value_or(format_of(file)),
                               .schema = {},
                               .applied = {},
                               .now = files.at(file),
                               .rules = {}};
    if (record.revision > 0)
        request.applied = record.content;
    if (!watch.schema.empty()) {
        const auto schema = files.find(watch.schema);
        request.schema = {watch.schema,
                          schema == files.end() ? std::nullopt : std::optional(schema->second)};
    }
    tasks_.spawn(examine(name, config.look, std::move(request)));
}

ConfigRecord Configs::record_of(const ConfigDefinition& definition) const {
    const auto& configs = ledger_.record().configs;
    const auto known = configs.find(definition.name);
    return known == configs.end()
               ? ConfigRecord{.path = definition.file, .content = {}, .revision = 0}
               : known->second;
}

Task<> Configs::examine(std::string name, std::uint64_t look, Documents::Request request) {
    ++examining_;
    co_await examine_one(std::move(name), look, std::move(request));
    examined();
}

void Configs::examined() {
    if (--examining_ == 0)
        for (const auto& resolve : std::exchange(waiting_, {}))
            resolve();
    if (on_due)
        on_due();
}

// The value that was published last stays in force where the file cannot be read at a start.
Task<> Configs::bring_back(std::string name, std::uint64_t look, ConfigRecord record) {
    ++examining_;
    if (const auto* const config = find(name, look)) {
        const auto path = config->definition.file;
        const auto format = config->definition.watch.format.value_or(format_of(path));
        auto value = co_await contents_.documents().json(path, record.content, format);
        if (auto* const still = find(name, look); still && value) {
            auto status = still->status;
            status.revision = record.revision;
            status.value = *std::move(value);
            tell(*still, std::move(status));
        }
    }
    examined();
}

Task<> Configs::known() {
    if (all_known())
        co_return;
    Completion<bool> known(clock_);
    waiting_.push_back([resolve = known.resolver()] { resolve(true); });
    co_await known;
}

// nullptr: it is published no more, or was looked at again.
Configs::Published* Configs::find(const std::string& name, std::uint64_t look) {
    const auto config = configs_.find(name);
    return config == configs_.end() || config->second.look != look ? nullptr : &config->second;
}

// The value is rendered where it is another one than is known, and else kept.
Task<> Configs::examine_one(std::string name, std::uint64_t look, Documents::Request request) {
    auto& documents = contents_.documents();
    auto state = co_await documents.compare(request);
    const auto* config = find(name, look);
    if (!config)
        co_return;
    const bool valid = state.problems.empty();
    const bool is_another = !state.compared || !state.differences.empty();
    auto value = config->status.value;
    const auto shown = valid ? request.now : request.applied.value_or(ContentId());
    if (value.empty() ? valid || request.applied : valid && is_another) {
        auto rendered = co_await documents.json(request.path, shown, request.format);
        if (rendered)
            value = *std::move(rendered);
        else if (valid) // what cannot be rendered is not published
            state.problems.push_back(std::move(rendered.error()));
    }
    if (auto* const still = find(name, look))
        publish(*still, request, std::move(state), std::move(value));
}

// The config's value is published when it is valid and another one.
void Configs::publish(Published& config, const Documents::Request& request, DocumentState state,
                      std::string value) {
    const auto& [name, file, watch, readers] = config.definition;
    const auto before = record_of(config.definition);
    auto record = before;
    auto status = config.status;
    status.problems = std::move(state.problems);
    const bool valid = status.problems.empty();
    status.state = valid ? ConfigStatus::State::Valid : ConfigStatus::State::Invalid;
    const bool told = std::exchange(config.looked_at, request.now) == request.now;
    const bool is_another = valid && (!state.compared || !state.differences.empty());
    if (valid) // if not another one, other words for the same
        record = {file, request.now, before.revision + (is_another ? 1 : 0)};
    if (record.revision > 0) {
        if (record != before)
            ledger_.update_project([&](ProjectRecord& all) { all.configs[name] = record; });
        contents_.keep(file, record.content, watch.backup);
        status.revision = record.revision;
        status.value = std::move(value);
    }
    if (!told)
        for (const auto& problem : status.problems)
            events_.validation_failed(new_id_(), ledger_.name(), "configs." + name, problem);
    status.problems.insert(status.problems.end(), config.unseen.begin(), config.unseen.end());
    const bool changed = status.revision != config.status.revision && before.revision > 0;
    tell(config, std::move(status));
    if (!changed || !is_another || !state.compared)
        return;
    ConfigChange change{
        .project = ledger_.name(), .name = name, .published = true, .keys = {}, .texts = {}};
    for (const auto& step : state.differences)
        change.keys.push_back({step.operation, to_pointer(step.path)});
    change.more = state.more;
    contents_.documents().add_texts(change, file, before.content, request.now, request.format);
    events_.config_changed(new_id_(), change);
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
