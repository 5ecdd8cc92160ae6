// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/change.hpp"

#include "base/signal.hpp"
#include "core/glob.hpp"
#include "core/live_properties.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload {

namespace {

using Values = std::map<std::string, std::string>; // by sub-key; "" for a field of one value

std::string in_one_line(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

Values one(std::string value) {
    return value.empty() ? Values{} : Values{{"", std::move(value)}};
}

std::string strategy_or_auto(const std::optional<Strategy>& strategy) {
    return std::string(strategy ? to_string(*strategy) : "auto");
}

std::string describe(const WatchDefinition& watch) {
    return std::format("{} exclude {} debounce {} to {} on_change {}", in_one_line(watch.files),
                       in_one_line(watch.exclude), format_duration(watch.debounce),
                       format_duration(watch.debounce_max), strategy_or_auto(watch.on_change));
}

Values watches_of(const ServiceDefinition& service) {
    Values values;
    for (const auto& watch : service.watches)
        values[std::format("{}", values.size())] = describe(watch);
    return values;
}

Values properties_of(const ServiceDefinition& service) {
    Values values;
    for (const auto& [name, lines] : service.properties)
        values[name] = in_one_line(lines);
    return values;
}

// One row a field: what is compared, and what puts a change of it into effect.
struct Field {
    std::string_view name;
    Strategy effect; // of `properties`: looked up by directive
    bool secret;     // values are never shown
    Values (*values)(const ServiceDefinition&);
};

constexpr Strategy kRestart = Strategy::Restart;
constexpr Strategy kNone = Strategy::None;

const std::array kFields = std::to_array<Field>({
    {"unit", kNone, false, [](const auto& s) { return one(s.unit); }},
    {"command", kRestart, false, [](const auto& s) { return one(in_one_line(s.command)); }},
    {"type", kRestart, false, [](const auto& s) { return one(std::string(to_string(s.type))); }},
    {"env", kRestart, true, [](const auto& s) { return s.env; }},
    {"working_dir", kRestart, false, [](const auto& s) { return one(s.working_dir); }},
    {"user", kRestart, false, [](const auto& s) { return one(s.user); }},
    {"after", kNone, false, [](const auto& s) { return one(in_one_line(s.after)); }},
    {"properties", kRestart, false, properties_of},
    {"validate", kNone, false, [](const auto& s) { return one(in_one_line(s.validate)); }},
    {"reload", kRestart, false, [](const auto& s) { return one(in_one_line(s.reload)); }},
    {"reload_signal", kRestart, false,
     [](const auto& s) { return one(s.reload_signal ? signal_name(s.reload_signal) : ""); }},
    {"strategy", kNone, false, [](const auto& s) { return one(strategy_or_auto(s.strategy)); }},
    {"verify", kNone, false,
     [](const auto& s) { return one(s.verify ? format_duration(*s.verify) : ""); }},
    {"watch", kNone, false, watches_of},
});

std::string subject_of(const Field& field, const std::string& key) {
    return std::string(field.name) + (key.empty() ? "" : "." + key);
}

bool is_secret(const Field& field, const std::string& key) {
    return field.secret || key.starts_with("SetCredential");
}

std::pair<Strategy, std::string> effect_of(const Field& field, const std::string& key,
                                           const ServiceDefinition& wanted) {
    if (field.name == "properties") {
        const auto it = wanted.properties.find(key);
        const std::vector<std::string> lines =
            it == wanted.properties.end() ? std::vector<std::string>{} : it->second;
        if (is_live_property(key) && parse_live_property(key, lines))
            return {Strategy::Live, "systemd changes it on a running unit"};
        return {kRestart, "systemd sets it only when a unit starts"};
    }
    // Outside Type=notify-reload the signal is ours to send: the unit does not know of it.
    if (field.name == "reload_signal" && wanted.type != ServiceType::NotifyReload)
        return {kNone, "takes effect at the next reload"};
    if (field.effect == kRestart)
        return {kRestart, "only a new process gets it"};
    return {kNone, "takes effect by itself"};
}

const WatchDefinition* watch_of(const ServiceDefinition& service, const std::string& path) {
    for (const auto& watch : service.watches)
        for (const auto& pattern : watch.files)
            if (const auto glob = Glob::parse(pattern); glob && glob->matches(path))
                return &watch;
    return nullptr;
}

} // namespace

std::map<std::string, std::string> shown_fields(const ServiceDefinition& service) {
    std::map<std::string, std::string> shown;
    for (const auto& field : kFields)
        for (const auto& [key, value] : field.values(service))
            shown[subject_of(field, key)] = is_secret(field, key) ? "" : value;
    return shown;
}

std::vector<Change> diff_definitions(const ServiceDefinition& applied,
                                     const ServiceDefinition& wanted) {
    std::vector<Change> changes;
    if (applied == wanted)
        return changes;
    for (const auto& field : kFields) {
        const auto before = field.values(applied);
        const auto after = field.values(wanted);
        auto all = before;
        all.insert(after.begin(), after.end());
        for (const auto& [key, unused] : all) {
            const auto old = before.find(key);
            const auto now = after.find(key);
            if (old != before.end() && now != after.end() && old->second == now->second)
                continue;
            auto [strategy, reason] = effect_of(field, key, wanted);
            Change change{.subject = subject_of(field, key),
                          .kind = "definition",
                          .before = {},
                          .after = {},
                          .strategy = strategy,
                          .reason = std::move(reason)};
            const bool shown = !is_secret(field, key);
            if (shown && old != before.end())
                change.before = old->second;
            if (shown && now != after.end())
                change.after = now->second;
            changes.push_back(std::move(change));
        }
    }
    return changes;
}

bool can_reload(const ServiceDefinition& service, bool unit_can_reload) {
    if (service.reload_signal != 0)
        return true;
    if (service.attached())
        return unit_can_reload;
    return service.type == ServiceType::NotifyReload || !service.reload.empty();
}

std::pair<Strategy, std::string> file_strategy(const ServiceDefinition& service,
                                               const std::string& path, bool unit_can_reload) {
    const auto* watch = watch_of(service, path);
    if (watch && watch->on_change)
        return {*watch->on_change, "on_change of its watch"};
    if (service.strategy)
        return {*service.strategy, "strategy of the service"};
    if (can_reload(service, unit_can_reload))
        return {Strategy::Reload, "the service can reload"};
    return {Strategy::Restart, "the service cannot reload"};
}

std::vector<Change> diff_files(const ServiceRecord& applied, const ServiceDefinition& wanted,
                               const Snapshot& now, bool unit_can_reload) {
    std::vector<Change> changes;
    const auto add = [&](const std::string& path, std::string_view kind) {
        auto [strategy, reason] = file_strategy(wanted, path, unit_can_reload);
        changes.push_back({path, std::string(kind), "", "", strategy, std::move(reason)});
    };
    const bool same_watches = applied.definition.watches == wanted.watches;
    for (const auto& [path, content] : now.files) {
        const auto old = applied.files.find(path);
        if (old == applied.files.end()) {
            if (same_watches || watch_of(applied.definition, path))
                add(path, "created");
        } else if (old->second != content) {
            add(path, "modified");
        }
    }
    const auto is_state = [&](const std::string& path) {
        return std::ranges::contains(now.missing, path) ||
               std::ranges::contains(now.writing, path) ||
               std::ranges::contains(now.unreadable, path, &Problem::path);
    };
    for (const auto& [path, content] : applied.files)
        if (!now.files.contains(path) && !is_state(path) && watch_of(wanted, path))
            add(path, "deleted");
    std::ranges::sort(changes, {}, &Change::subject);
    return changes;
}

} // namespace hotreload
