// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/configs.hpp"

#include "base/completion.hpp"
#include "project/member.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <ranges>
#include <set>
#include <utility>

namespace hotreload::project {

namespace {

constexpr Duration kWriteAgain = std::chrono::seconds(10);

ConfigStatus with_problem(ConfigStatus status, const std::optional<Problem>& problem) {
    if (problem)
        status.problems.push_back(*problem);
    return status;
}

} // namespace

Configs::Configs(Clock& clock, Files& files, Contents& contents, Ledger& ledger,
                 const ProjectFile& file, PublishedFiles& published, Events& events,
                 std::function<ReloadId()> new_id)
    : clock_(clock),
      files_(files),
      contents_(contents),
      ledger_(ledger),
      file_(file),
      published_(published),
      events_(events),
      new_id_(std::move(new_id)),
      again_(clock.make_alarm()) {}

// Tasks that wait for what is examined may outlive the project: they are told that nothing is any
// more.
Configs::~Configs() {
    *alive_ = false;
    for (const auto& resolve : waiting_)
        resolve();
}

void Configs::publish() {
    const auto& definitions = file_.definition().configs;
    for (auto each = configs_.begin(); each != configs_.end();) {
        const auto& name = each->first;
        if (definitions.contains(name)) {
            ++each;
            continue;
        }
        if (ledger_.record().configs.contains(name))
            ledger_.update_project([&](ProjectRecord& record) { record.configs.erase(name); });
        events_.config_removed(ledger_.name(), name);
        each = configs_.erase(each);
    }
    for (const auto& [name, definition] : definitions)
        if (const auto [config, is_new] = configs_.try_emplace(name);
            is_new || config->second.definition != definition)
            define(config->second, definition);
    const auto names = std::views::keys(definitions);
    published_.keep_only(ledger_.name(), {names.begin(), names.end()});
    for (auto& [name, config] : configs_)
        if (auto readers = readers_of(config.definition); config.readers != readers) {
            published_.let_read(ledger_.name(), name, readers);
            config.readers = std::move(readers);
        }
}

// Of another file, too, the value stays until there is a valid one, and so do the numbers.
void Configs::define(Published& config, const ConfigDefinition& definition) {
    ConfigStatus status{
        .name = definition.name, .project = ledger_.name(), .path = definition.file};
    status.revision = config.status.revision;
    status.value = std::move(config.status.value);
    config = Published{.definition = definition};
    const auto in_file = published_.revision(status.project, status.name);
    if (in_file > record_of(definition).revision)
        config.forgotten = in_file;
    config.status = std::move(status);
    look_at(config, Rescan::All);
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
    config.looking_at.reset();
    const auto& file = config.definition.file;
    if (std::ranges::contains(now.writing, file) ||
        std::ranges::contains(now.unreadable, file, &Problem::path) || !now.files.contains(file)) {
        auto status = config.status;
        status.state = std::ranges::contains(now.writing, file) ? ConfigStatus::State::Writing
                                                                : ConfigStatus::State::Missing;
        status.problems = now.unreadable;
        config.looked_at.reset();
        const auto record = record_of(config.definition);
        if (status.value.empty() && record.revision > 0) {
            tasks_.spawn(bring_back(config.look, record, std::move(status)));
            return;
        }
        config.known = config.look;
        tell(config, std::move(status));
        return;
    }
    take(config, now.files);
}

// The file is whole. `files`: as they are now.
void Configs::take(Published& config, const std::map<std::string, ContentId>& files) {
    const auto& [name, file, watch, readers] = config.definition;
    const auto record = record_of(config.definition);
    config.looking_at = files.at(file);
    Documents::Request request{.path = file,
                               .format = watch.format.value_or(format_of(file)),
                               .schema = {},
                               .applied = {},
                               .now = files.at(file),
                               .rules = {}};
    if (record.revision > 0 && record.definition.file == file)
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
               ? ConfigRecord{.definition = definition, .content = {}, .revision = 0}
               : known->second;
}

Task<> Configs::examine(std::string name, std::uint64_t look, Documents::Request request) {
    ++examining_;
    co_await examine_one(name, look, std::move(request));
    examined(name, look);
}

void Configs::examined(const std::string& name, std::uint64_t look) {
    --examining_;
    if (auto* const config = find(name, look)) // else a newer look counts
        config->known = look;
    for (const auto& resolve : std::exchange(waiting_, {}))
        resolve();
    if (on_due)
        on_due();
}

// The value that was published last stays in force where the file cannot be read at a start.
// `status` is what is known without it.
Task<> Configs::bring_back(std::uint64_t look, ConfigRecord record, ConfigStatus status) {
    ++examining_;
    const auto name = status.name;
    auto value = co_await value_of(record);
    if (auto* const config = find(name, look)) {
        if (value) {
            status.revision = record.revision;
            status.value = *std::move(value);
        }
        tell(*config, std::move(status));
    }
    examined(name, look);
}

Task<std::expected<std::string, Problem>> Configs::value_of(ConfigRecord record) {
    const auto& definition = record.definition;
    const auto format = definition.watch.format.value_or(format_of(definition.file));
    co_return co_await contents_.documents().json(definition.file, record.content, format);
}

Task<> Configs::known() {
    const auto names = std::views::keys(configs_);
    return known(std::vector<std::string>(names.begin(), names.end()));
}

// A document that is saved faster than it is compared is not waited for longer than some looks.
Task<> Configs::known(std::vector<std::string> names) {
    constexpr unsigned enough = 5;
    std::map<std::string, std::pair<std::uint64_t, unsigned>> looks; // the newest, and how many
    const auto is_known = [&](const std::string& name) {
        const auto config = configs_.find(name);
        if (config == configs_.end() || config->second.known == config->second.look)
            return true;
        auto& [newest, count] = looks[name];
        if (std::exchange(newest, config->second.look) != config->second.look)
            ++count;
        return count > enough;
    };
    const auto alive = alive_;
    while (*alive && !std::ranges::all_of(names, is_known)) {
        Completion<bool> more(clock_);
        waiting_.push_back([resolve = more.resolver()] { resolve(true); });
        co_await more;
    }
}

Task<> Configs::catch_up(const Seen& seen) {
    std::vector<std::string> names; // of those that were seen, or never were published
    for (auto& [name, config] : configs_) {
        const auto* const content = seen(config.definition.file);
        if (content && config.looked_at != *content && config.looking_at != *content)
            look_at(config, Rescan::Dirty);
        if (content || config.known == 0)
            names.push_back(name);
    }
    return known(std::move(names));
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
    if (const auto record = record_of(config->definition); valid && (value.empty() || is_another)) {
        auto rendered = co_await documents.json(request.path, request.now, request.format);
        if (rendered)
            value = *std::move(rendered);
        else // what cannot be rendered is not published
            state.problems.push_back(std::move(rendered.error()));
    } else if (value.empty() && record.revision > 0) {
        value = (co_await value_of(record)).value_or("");
    }
    if (auto* const still = find(name, look))
        take_up(*still, request, std::move(state), std::move(value));
}

// The config's value is published when it is valid and another one.
void Configs::take_up(Published& config, const Documents::Request& request, DocumentState state,
                      SharedBytes value) {
    const auto& [name, file, watch, readers] = config.definition;
    const auto before = record_of(config.definition);
    auto record = before;
    auto status = config.status;
    status.problems = std::move(state.problems);
    const bool valid = status.problems.empty();
    status.state = valid ? ConfigStatus::State::Valid : ConfigStatus::State::Invalid;
    const bool same = std::exchange(config.looked_at, request.now) == request.now;
    config.looking_at.reset();
    const bool is_another =
        valid && (config.forgotten || !state.compared || !state.differences.empty());
    if (valid) { // if not another one, other words for the same
        const auto newest = std::max(before.revision, std::exchange(config.forgotten, 0));
        record = {config.definition, request.now, newest + (is_another ? 1 : 0)};
    }
    if (record.revision > 0) {
        if (record != before)
            ledger_.update_project([&](ProjectRecord& all) { all.configs[name] = record; });
        contents_.keep(record.definition.file, record.content, watch.backup);
        status.revision = record.revision;
        status.value = std::move(value);
    }
    const auto invalid = status.problems;
    status.problems.insert(status.problems.end(), config.unseen.begin(), config.unseen.end());
    if (!same || status.problems != config.status.problems) // by its schema
        for (const auto& problem : invalid)
            events_.validation_failed(new_id_(), ledger_.name(), "configs." + name, problem);
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
    write(config);
    events_.config_status_changed(with_problem(config.status, config.unwritten));
}

// What has a value on record and not in hand, or has forgotten the newest one, leaves the file as
// it is: it has the value.
void Configs::write(Published& config) {
    const auto& status = config.status;
    const bool lacks_value = status.value.empty() && record_of(config.definition).revision > 0;
    if (!status.state || lacks_value || config.forgotten || withdrawn_)
        return;
    const auto written = published_.write(status, readers_of(config.definition));
    const auto before = std::exchange(config.unwritten, std::nullopt);
    if (written)
        return;
    config.unwritten =
        Problem{status.path, 0, 0,
                written.error().message + ": programs that read the published file have an older "
                                          "one; it is written again in a while"}
            .for_everybody();
    again_->arm(kWriteAgain, [this] { write_unwritten(); });
    if (before != config.unwritten)
        events_.validation_failed(new_id_(), ledger_.name(), "configs." + status.name,
                                  *config.unwritten);
}

void Configs::write_unwritten() {
    for (auto& [name, config] : configs_) {
        if (!config.unwritten)
            continue;
        const auto before = config.unwritten;
        write(config);
        if (config.unwritten != before)
            events_.config_status_changed(with_problem(config.status, config.unwritten));
    }
}

void Configs::look_up_readers_again() {
    for (const auto& [name, config] : configs_)
        published_.let_read(ledger_.name(), name, readers_of(config.definition));
}

void Configs::withdraw() {
    withdrawn_ = true;
    published_.keep_only(ledger_.name(), {});
}

// Who runs as root needs no right.
std::vector<std::string> Configs::readers_of(const ConfigDefinition& definition) const {
    if (definition.readers)
        return *definition.readers;
    std::set<std::string> users;
    for (const auto& [name, service] : file_.definition().services)
        users.insert(service->user);
    users.erase("");
    return {users.begin(), users.end()};
}

std::vector<ConfigStatus> Configs::statuses() const {
    std::vector<ConfigStatus> all;
    for (const auto& [name, config] : configs_)
        all.push_back(with_problem(config.status, config.unwritten));
    return all;
}

const WatchedFiles* Configs::files(const std::string& name) const {
    const auto config = configs_.find(name);
    return config == configs_.end() ? nullptr : config->second.files.get();
}

} // namespace hotreload::project
