// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/changes.hpp"

#include "core/live_properties.hpp"
#include "core/unit_files.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace hotreload::service {

namespace {

// Fields that only a new process gets; `properties` are looked up one by one, and the other fields
// are for us.
constexpr auto kOfProcess = std::to_array<std::string_view>(
    {"command", "type", "env", "working_dir", "user", "ports", "reload", "reload_signal", "pin"});

// The way to a new process: beside the old one, where both can share their sockets.
Effect new_process(const MemberDefinition& applied, const MemberDefinition& wanted,
                   std::string why) {
    if (!ports_in_place_of(applied, wanted).empty())
        return {Strategy::Restart, "a port takes the place of another"};
    const bool swaps = can_swap(wanted) && !applied.ports.empty();
    return {swaps ? Strategy::Swap : Strategy::Restart, std::move(why)};
}

Effect effect_of(std::string_view field, const std::string& key, const MemberDefinition& applied,
                 const MemberDefinition& wanted) {
    if (field == "properties") {
        const auto it = wanted.properties.find(key);
        const std::vector<std::string> lines =
            it == wanted.properties.end() ? std::vector<std::string>{} : it->second;
        if (is_live_property(key) && parse_live_property(key, lines))
            return {Strategy::Live, "systemd changes it on a running unit"};
        return new_process(applied, wanted, "systemd sets it only when a unit starts");
    }
    // An installed unit's own file says how it runs: ours is for what is run beside it, such as
    // `validate`.
    if (wanted.attached() && field != "pin")
        return {Strategy::None, "takes effect by itself"};
    // Outside Type=notify-reload the signal is ours to send: the unit does not know of it.
    if (field == "reload_signal" && wanted.type != ServiceType::NotifyReload)
        return {Strategy::None, "takes effect at the next reload"};
    if (std::ranges::contains(kOfProcess, field))
        return new_process(applied, wanted, "only a new process gets it");
    return {Strategy::None, "takes effect by itself"};
}

// `patterns` as glob(7) has them.
bool is_among(const std::vector<std::string>& patterns, const std::string& path) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
        return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0;
    });
}

} // namespace

Automatic automatic_strategy(const MemberDefinition& service, const UnitState& unit) {
    return [&service, can_reload_it = can_reload(service, unit.can_reload), own_name = unit.id,
            environment = unit.environment_files](const std::string& path) -> Effect {
        if (is_file_of_unit(path, service.unit) || is_file_of_unit(path, own_name))
            return {Strategy::Restart,
                    "a file of the unit itself: a new process gets what it says"};
        if (is_among(environment, path))
            return {Strategy::Restart, "the unit's EnvironmentFile=: a new process gets it"};
        if (can_reload_it)
            return {Strategy::Reload, "the service can reload"};
        if (can_swap(service))
            return {Strategy::Swap, "the service has ports and shows when it is ready"};
        return {Strategy::Restart, "the service cannot reload"};
    };
}

std::vector<Change> definition_changes(const MemberDefinition& applied,
                                       const MemberDefinition& wanted) {
    return diff_definitions(applied, wanted, [&](std::string_view field, const std::string& key) {
        return effect_of(field, key, applied, wanted);
    });
}

std::vector<Change> file_changes(const MemberRecord& applied, const MemberView& view,
                                 const std::map<std::string, DocumentState>& documents) {
    return diff_files(applied, *view.wanted, *view.files, documents,
                      automatic_strategy(*view.wanted, view.unit), view.patterns);
}

std::vector<Change> changes_of(const MemberView& view) {
    auto changes = definition_changes(view.record->definition, *view.wanted);
    std::ranges::move(file_changes(*view.record, view, view.documents),
                      std::back_inserter(changes));
    return changes;
}

bool can_swap(const MemberDefinition& service) {
    const bool tells = service.type == ServiceType::Notify ||
                       service.type == ServiceType::NotifyReload || service.ready;
    return !service.attached() && !service.ports.empty() && tells;
}

std::vector<std::string> ports_in_place_of(const MemberDefinition& applied,
                                           const MemberDefinition& wanted) {
    const auto has = [](const MemberDefinition& service, const std::string& address) {
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

bool can_reload(const MemberDefinition& service, bool unit_can_reload) {
    if (service.reload_signal != 0)
        return true;
    if (service.attached())
        return unit_can_reload;
    return service.type == ServiceType::NotifyReload || !service.reload.empty();
}

} // namespace hotreload::service
