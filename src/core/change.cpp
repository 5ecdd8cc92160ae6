// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/change.hpp"

#include "base/signal.hpp"
#include "core/secrets.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <format>
#include <variant>

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

// Each setting of each watch by itself, so that only what differs is told; what is as it is when
// nothing was said is left out.
Values watches_of(const MemberDefinition& service) {
    static const WatchDefinition plain;
    Values values;
    for (std::size_t i = 0; i < service.watches.size(); ++i) {
        const auto& watch = service.watches[i];
        const auto set = [&](const std::string& name, std::string text) {
            if (!text.empty())
                values[std::format("{}.{}", i, name)] = std::move(text);
        };
        set("files", in_one_line(watch.files));
        set("exclude", in_one_line(watch.exclude));
        if (watch.debounce != plain.debounce)
            set("debounce", format_duration(watch.debounce));
        if (watch.debounce_max != plain.debounce_max)
            set("debounce_max", format_duration(watch.debounce_max));
        if (watch.on_change)
            set("on_change", strategy_or_auto(watch.on_change));
        if (watch.format)
            set("format", std::string(to_string(*watch.format)));
        for (const auto& [pattern, strategy] : watch.keys)
            set("keys." + std::string(pattern), strategy_or_auto(strategy));
        set("schema", watch.schema);
        if (watch.together)
            set("together", "true");
        if (watch.backup != plain.backup)
            set("backup", std::to_string(watch.backup));
    }
    return values;
}

// The pinned watches: the files of these that a process sees are fixed when it starts.
Values pins_of(const MemberDefinition& service) {
    std::string pinned;
    for (const auto& watch : service.watches)
        if (watch.pin)
            pinned += (pinned.empty() ? "" : " ") + in_one_line(watch.files);
    return one(std::move(pinned));
}

Values ports_of(const MemberDefinition& service) {
    Values values;
    for (const auto& port : service.ports) {
        auto& text = values[port.name] = port.address;
        if (port.mode != PortDefinition().mode)
            text += std::format(" mode {:04o}", port.mode);
        if (!port.user.empty() || !port.group.empty())
            text += std::format(" owner {}:{}", port.user, port.group);
    }
    return values;
}

std::string describe(const ReadyProbe& probe) {
    const auto what = !probe.http.empty()  ? "http " + probe.http
                      : !probe.tcp.empty() ? "tcp " + probe.tcp
                                           : "command " + in_one_line(probe.command);
    return std::format("{} within {}, every {}", what, format_duration(probe.timeout),
                       format_duration(probe.interval));
}

Values properties_of(const MemberDefinition& service) {
    Values values;
    for (const auto& [name, lines] : service.properties)
        values[name] = in_one_line(lines);
    return values;
}

// The value as it would be written in a project file.
std::string text_of(const Value& value) {
    if (const auto* const array = value.array()) {
        std::string text;
        for (const auto& each : *array)
            text += (text.empty() ? "" : ", ") + text_of(each);
        return "[" + text + "]";
    }
    if (const auto* const object = value.object()) {
        std::string text;
        for (const auto& [name, each] : *object)
            text += std::format("{}{} = {}", text.empty() ? "" : ", ", name, text_of(each));
        return "{ " + text + " }";
    }
    return std::visit(
        []<class T>(const T& scalar) -> std::string {
            if constexpr (std::same_as<T, Opaque>)
                return scalar.text;
            else if constexpr (std::formattable<T, char>)
                return std::format("{}", scalar);
            else
                return "";
        },
        value.data);
}

Values settings_of(const MemberDefinition& service) {
    Values values;
    for (const auto& [name, value] : service.settings)
        values[name] = text_of(value);
    return values;
}

// Field is a part of a definition that is compared: one row each.
struct Field {
    std::string_view name;
    bool secret; // values are never shown
    Values (*values)(const MemberDefinition&);
};

const std::array kFields = std::to_array<Field>({
    {"unit", false, [](const auto& s) { return one(s.unit); }},
    {"command", false, [](const auto& s) { return one(in_one_line(s.command)); }},
    {"type", false, [](const auto& s) { return one(std::string(to_string(s.type))); }},
    {"env", true, [](const auto& s) { return s.env; }},
    {"working_dir", false, [](const auto& s) { return one(s.working_dir); }},
    {"user", false, [](const auto& s) { return one(s.user); }},
    {"after", false, [](const auto& s) { return one(in_one_line(s.after)); }},
    {"requires", false, [](const auto& s) { return one(in_one_line(s.required)); }},
    {"part_of", false, [](const auto& s) { return one(in_one_line(s.part_of)); }},
    {"ports", false, ports_of},
    {"properties", false, properties_of},
    {"validate", false, [](const auto& s) { return one(in_one_line(s.validate)); }},
    {"reload", false, [](const auto& s) { return one(in_one_line(s.reload)); }},
    {"reload_signal", false,
     [](const auto& s) { return one(s.reload_signal ? signal_name(s.reload_signal) : ""); }},
    {"strategy", false, [](const auto& s) { return one(strategy_or_auto(s.strategy)); }},
    {"ready", false, [](const auto& s) { return one(s.ready ? describe(*s.ready) : ""); }},
    {"verify", false,
     [](const auto& s) { return one(s.verify ? format_duration(*s.verify) : ""); }},
    {"drain", false, [](const auto& s) { return one(format_duration(s.drain)); }},
    {"watch", false, watches_of},
    {"pin", false, pins_of},
    {"", false, settings_of}, // each is called by its key alone
});

std::string subject_of(const Field& field, const std::string& key) {
    return std::string(field.name) + (field.name.empty() || key.empty() ? "" : ".") + key;
}

bool is_secret(const Field& field, const std::string& key) {
    return field.secret || key.starts_with("SetCredential");
}

} // namespace

std::map<std::string, std::string> shown_fields(const MemberDefinition& service) {
    std::map<std::string, std::string> shown;
    for (const auto& field : kFields)
        for (const auto& [key, value] : field.values(service))
            shown[subject_of(field, key)] = is_secret(field, key) ? "" : masked_text(value);
    return shown;
}

std::vector<Change> diff_definitions(const MemberDefinition& applied,
                                     const MemberDefinition& wanted, const EffectOf& effect_of) {
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
            auto [strategy, reason] = effect_of ? effect_of(field.name, key) : Effect();
            Change change{.subject = subject_of(field, key),
                          .kind = ChangeKind::Definition,
                          .before = {},
                          .after = {},
                          .strategy = strategy,
                          .reason = std::move(reason),
                          .keys = {}};
            const bool shown = !is_secret(field, key);
            if (shown && old != before.end())
                change.before = masked_text(old->second);
            if (shown && now != after.end())
                change.after = masked_text(now->second);
            changes.push_back(std::move(change));
        }
    }
    return changes;
}

bool is_of_a_file(const Change& change) {
    return change.kind != ChangeKind::Definition && change.kind != ChangeKind::Rewritten;
}

bool all_rewritten(const std::vector<Change>& changes) {
    return std::ranges::all_of(
        changes, [](const Change& each) { return each.kind == ChangeKind::Rewritten; });
}

} // namespace hotreload
