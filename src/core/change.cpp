// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/change.hpp"

#include "base/signal.hpp"
#include "core/live_properties.hpp"
#include "core/secrets.hpp"

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

// Each setting of each watch by itself, so that only what differs is told; what is as it is when
// nothing was said is left out.
Values watches_of(const ServiceDefinition& service) {
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

// What a pinned service sees is fixed when its process starts.
Values pins_of(const ServiceDefinition& service) {
    std::string pinned;
    for (const auto& watch : service.watches)
        if (watch.pin)
            pinned += (pinned.empty() ? "" : " ") + in_one_line(watch.files);
    return one(std::move(pinned));
}

Values ports_of(const ServiceDefinition& service) {
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
    {"requires", kNone, false, [](const auto& s) { return one(in_one_line(s.required)); }},
    {"part_of", kNone, false, [](const auto& s) { return one(in_one_line(s.part_of)); }},
    {"ports", kRestart, false, ports_of},
    {"properties", kRestart, false, properties_of},
    {"validate", kNone, false, [](const auto& s) { return one(in_one_line(s.validate)); }},
    {"reload", kRestart, false, [](const auto& s) { return one(in_one_line(s.reload)); }},
    {"reload_signal", kRestart, false,
     [](const auto& s) { return one(s.reload_signal ? signal_name(s.reload_signal) : ""); }},
    {"strategy", kNone, false, [](const auto& s) { return one(strategy_or_auto(s.strategy)); }},
    {"ready", kNone, false, [](const auto& s) { return one(s.ready ? describe(*s.ready) : ""); }},
    {"verify", kNone, false,
     [](const auto& s) { return one(s.verify ? format_duration(*s.verify) : ""); }},
    {"drain", kNone, false, [](const auto& s) { return one(format_duration(s.drain)); }},
    {"watch", kNone, false, watches_of},
    {"pin", kRestart, false, pins_of},
});

std::string subject_of(const Field& field, const std::string& key) {
    return std::string(field.name) + (key.empty() ? "" : "." + key);
}

bool is_secret(const Field& field, const std::string& key) {
    return field.secret || key.starts_with("SetCredential");
}

// What gives a service a new process: beside the old one, where both can share their sockets.
std::pair<Strategy, std::string> new_process(const ServiceDefinition& applied,
                                             const ServiceDefinition& wanted, std::string why) {
    if (!ports_in_place_of(applied, wanted).empty())
        return {kRestart, "a port takes the place of another"};
    const bool swaps = can_swap(wanted) && !applied.ports.empty();
    return {swaps ? Strategy::Swap : kRestart, std::move(why)};
}

std::pair<Strategy, std::string> effect_of(const Field& field, const std::string& key,
                                           const ServiceDefinition& applied,
                                           const ServiceDefinition& wanted) {
    if (field.name == "properties") {
        const auto it = wanted.properties.find(key);
        const std::vector<std::string> lines =
            it == wanted.properties.end() ? std::vector<std::string>{} : it->second;
        if (is_live_property(key) && parse_live_property(key, lines))
            return {Strategy::Live, "systemd changes it on a running unit"};
        return new_process(applied, wanted, "systemd sets it only when a unit starts");
    }
    // Its own unit file says how it runs: ours is for what is run beside it, such as `validate`.
    if (wanted.attached() && field.name != "pin")
        return {kNone, "takes effect by itself"};
    // Outside Type=notify-reload the signal is ours to send: the unit does not know of it.
    if (field.name == "reload_signal" && wanted.type != ServiceType::NotifyReload)
        return {kNone, "takes effect at the next reload"};
    if (field.effect == kRestart)
        return new_process(applied, wanted, "only a new process gets it");
    return {kNone, "takes effect by itself"};
}

} // namespace

std::map<std::string, std::string> shown_fields(const ServiceDefinition& service) {
    std::map<std::string, std::string> shown;
    for (const auto& field : kFields)
        for (const auto& [key, value] : field.values(service))
            shown[subject_of(field, key)] = is_secret(field, key) ? "" : masked_text(value);
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
            auto [strategy, reason] = effect_of(field, key, applied, wanted);
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

bool can_swap(const ServiceDefinition& service) {
    const bool tells = service.type == ServiceType::Notify ||
                       service.type == ServiceType::NotifyReload || service.ready;
    return !service.attached() && !service.ports.empty() && tells;
}

std::vector<std::string> ports_in_place_of(const ServiceDefinition& applied,
                                           const ServiceDefinition& wanted) {
    const auto has = [](const ServiceDefinition& service, const std::string& address) {
        return std::ranges::contains(service.ports, address, &PortDefinition::address);
    };
    std::vector<std::string> addresses;
    for (const auto& port : wanted.ports)
        if (!has(applied, port.address) &&
            std::ranges::any_of(applied.ports, [&](const PortDefinition& old) {
                return !has(wanted, old.address) && exclude_each_other(old.address, port.address);
            }))
            addresses.push_back(port.address);
    return addresses;
}

bool can_reload(const ServiceDefinition& service, bool unit_can_reload) {
    if (service.reload_signal != 0)
        return true;
    if (service.attached())
        return unit_can_reload;
    return service.type == ServiceType::NotifyReload || !service.reload.empty();
}

} // namespace hotreload
