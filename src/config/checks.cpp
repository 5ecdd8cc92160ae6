// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/nearest.hpp"
#include "config/keys.hpp"
#include "config/trust.hpp"
#include "config/words.hpp"
#include "core/change.hpp"
#include "core/instances.hpp"
#include "core/names.hpp"
#include "core/reload_id.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>
#include <ranges>
#include <set>

namespace hotreload {

namespace {

// An attached unit is somebody else's: these are settings of its own unit file.
constexpr auto kOfCommands = std::to_array<std::string_view>(
    {"type", "env", "env_file", "working_dir", "user", "ports", "properties", "reload", "drain"});

std::string key_of(const ServiceDefinition& service, std::string_view name = "") {
    return std::format("services.{}{}{}", service.name, name.empty() ? "" : ".", name);
}

void check_kind_of_service(Reading& reading, const ServiceDefinition& service) {
    const bool has_unit = reading.has(key_of(service, "unit"));
    const bool has_command = reading.has(key_of(service, "command"));
    if (has_unit && has_command)
        reading.problem(key_of(service, "unit"),
                        "a service has either command (a program of the project) or unit (one "
                        "that is installed), not both");
    if (!has_unit && !has_command)
        reading.problem(key_of(service), "give command = [\"PROGRAM\", …] for a program of the "
                                         "project, or unit = \"NAME.service\" for an installed "
                                         "one");
    if (!has_unit || has_command)
        return;
    for (const std::string_view name : kOfCommands)
        if (reading.has(key_of(service, name)))
            reading.problem(key_of(service, name),
                            "does not go with unit: the unit's own file says it (systemctl edit)");
}

void check_reload(Reading& reading, const ServiceDefinition& service) {
    const bool has_reload = reading.has(key_of(service, "reload"));
    const bool has_signal = reading.has(key_of(service, "reload_signal"));
    const bool notifies = service.type == ServiceType::NotifyReload;
    if (has_reload && has_signal)
        reading.problem(key_of(service, "reload_signal"),
                        "a service has either reload or reload_signal, not both");
    if (has_reload && notifies)
        reading.problem(key_of(service, "reload"),
                        "does not go with type = \"notify-reload\", which reloads by "
                        "reload_signal (default SIGHUP)");
    const bool never = restarted_only(service.unit);
    if (never && has_signal)
        reading.problem(key_of(service, "reload_signal"),
                        std::format("{} has no process to send it to", service.unit));
    // The service manager says whether an installed service can reload.
    if (!never && (reading.has(key_of(service, "unit")) || has_reload || has_signal || notifies))
        return;
    const auto* const why =
        never ? "a timer or a path unit cannot be reloaded: use restart"
              : "the service has no way to reload: give reload, reload_signal or type = "
                "\"notify-reload\"";
    if (service.strategy == Strategy::Reload)
        reading.problem(key_of(service, "strategy"), why);
    for (std::size_t i = 0; i < service.watches.size(); ++i)
        if (service.watches[i].on_change == Strategy::Reload)
            reading.problem(key_of(service, std::format("watch.{}.on_change", i)), why);
        else
            for (const auto& [pattern, strategy] : service.watches[i].keys)
                if (strategy == Strategy::Reload)
                    reading.problem(key_of(service, std::format("watch.{}.keys.{}", i, pattern)),
                                    why);
}

// Two generations of it can serve at a time.
void check_swap(Reading& reading, const ServiceDefinition& service) {
    if (can_swap(service))
        return;
    const auto* const why =
        service.attached()
            ? "an installed unit cannot be swapped: use reload or restart"
            : "the service cannot be swapped: that takes ports, and type = \"notify\", "
              "\"notify-reload\" or ready = { … } to tell when it is ready";
    if (service.strategy == Strategy::Swap)
        reading.problem(key_of(service, "strategy"), why);
    for (std::size_t i = 0; i < service.watches.size(); ++i) {
        if (service.watches[i].on_change == Strategy::Swap)
            reading.problem(key_of(service, std::format("watch.{}.on_change", i)), why);
        for (const auto& [pattern, strategy] : service.watches[i].keys)
            if (strategy == Strategy::Swap)
                reading.problem(key_of(service, std::format("watch.{}.keys.{}", i, pattern)), why);
    }
}

// A mistake in such a file is found out by the unit itself: by its reload, or by its restart, which
// it does not survive. A unit that is not ours has no older generation to go back to.
void warn_of_unchecked_files(Reading& reading, const ServiceDefinition& service) {
    if (!service.attached() || !service.validate.empty())
        return;
    for (std::size_t i = 0; i < service.watches.size(); ++i) {
        const WatchDefinition& watch = service.watches[i];
        const auto strategy = watch.on_change ? watch.on_change : service.strategy;
        if (watch.pin || !watch.schema.empty() || strategy == Strategy::None ||
            strategy == Strategy::Manual)
            continue;
        const auto own = key_of(service, std::format("watch.{}", i));
        reading.warning(reading.has(own + ".files") ? own : key_of(service, "watch"),
                        std::format("nothing checks these files before {} reads them, and a "
                                    "mistake in one may take it down: give validate = […], or pin "
                                    "= true in [[{}]]",
                                    service.unit, key_of(service, "watch")));
    }
}

// The schema may come later; until it does, every change is refused.
void warn_of_missing_schemas(Reading& reading, const ServiceDefinition& service) {
    std::error_code error;
    for (std::size_t i = 0; i < service.watches.size(); ++i) {
        const auto& schema = service.watches[i].schema;
        if (!schema.empty() && !std::filesystem::exists(schema, error))
            reading.warning(key_of(service, std::format("watch.{}.schema", i)),
                            schema +
                                " is not there: until it is, no change of these files is taken");
    }
}

// A probe cannot tell which instance of a template answers.
void check_ready(Reading& reading, const ServiceDefinition& service) {
    if (service.ready && names_instances(service.unit) && service.ready->command.empty())
        reading.problem(key_of(service, "ready"),
                        std::format("one answer does not tell of all instances of {}: give ready = "
                                    "{{ command = … }} or verify",
                                    service.unit));
}

void check_length(Reading& reading, const ServiceDefinition& service) {
    const auto longest =
        helper_unit(reading.project.name, service.name, "last-words", to_string(ReloadId()));
    if (longest.size() > 255)
        reading.problem(key_of(service), "the names of project and service are too long together "
                                         "for the name of a unit");
}

std::string near_service(const Reading& reading, const std::string& word) {
    std::vector<std::string_view> names;
    for (const auto& [name, service] : reading.project.services)
        names.emplace_back(name);
    const auto near = nearest(word, names);
    return near ? std::format("; did you mean \"{}\"?", *near) : "";
}

void check_links(Reading& reading, const ServiceDefinition& service) {
    const auto check = [&](std::string_view key, const std::vector<std::string>& names) {
        for (const std::string& other : names)
            if (other == service.name)
                reading.problem(key_of(service, key), "names the service itself");
            else if (!reading.project.services.contains(other))
                reading.problem(key_of(service, key),
                                std::format("there is no service \"{}\" in the project{}", other,
                                            near_service(reading, other)));
    };
    check("after", service.after);
    check("requires", service.required);
    check("part_of", service.part_of);
}

// A socket is one service's.
void check_ports_once(Reading& reading) {
    std::map<std::string, std::string> owners;
    for (const auto& [name, service] : reading.project.services)
        for (const auto& port : service.ports) {
            const auto [owner, first] = owners.emplace(port.address, name);
            if (!first && owner->second != name)
                reading.problem(key_of(service, "ports"),
                                std::format("{} is a port of services.{} already", port.address,
                                            owner->second));
        }
}

void check_attached_once(Reading& reading) {
    std::map<std::string, std::string> owners;
    for (const auto& [name, service] : reading.project.services) {
        if (!service.attached())
            continue;
        for (const auto& [unit, owner] : owners)
            if (are_one_unit(unit, service.unit))
                reading.problem(
                    key_of(service, "unit"),
                    std::format("{} is attached already by services.{}", service.unit, owner));
        owners.emplace(service.unit, name);
    }
}

// Depth first along `after`; what is met again on the way down closes a cycle.
class CycleSearch {
public:
    explicit CycleSearch(Reading& reading) : reading_(reading) {}

    void visit(const std::string& name) {
        const auto found = reading_.project.services.find(name);
        if (found == reading_.project.services.end() || done_.contains(name))
            return;
        if (!on_way_.insert(name).second)
            return report(name);
        way_.push_back(name);
        for (const std::string& other : found->second.after)
            if (other != name)
                visit(other);
        way_.pop_back();
        on_way_.erase(name);
        done_.insert(name);
    }

private:
    void report(const std::string& first) {
        std::string cycle;
        for (const std::string& name :
             std::ranges::subrange(std::ranges::find(way_, first), way_.end()))
            cycle += name + " → ";
        reading_.problem(std::format("services.{}.after", first),
                         std::format("the services wait for each other: {}{}", cycle, first));
    }

    Reading& reading_;
    std::vector<std::string> way_;
    std::set<std::string> on_way_;
    std::set<std::string> done_;
};

void check_trust(Reading& reading, const ServiceDefinition& service) {
    for (const auto& [of, key, path] : reading.env_files)
        if (of == service.name)
            if (auto why = distrusted(path, service.user))
                reading.problem(key, *std::move(why));
    for (auto& [key, why] : distrusted_programs(service, true))
        reading.problem(key_of(service, key), std::move(why));
}

} // namespace

void check_services(Reading& reading) {
    for (const auto& [name, service] : reading.project.services) {
        check_kind_of_service(reading, service);
        check_reload(reading, service);
        check_swap(reading, service);
        check_ready(reading, service);
        check_length(reading, service);
        warn_of_unchecked_files(reading, service);
        warn_of_missing_schemas(reading, service);
        check_links(reading, service);
        check_trust(reading, service);
    }
    check_ports_once(reading);
    check_attached_once(reading);
    CycleSearch search(reading);
    for (const auto& [name, service] : reading.project.services)
        search.visit(name);
}

} // namespace hotreload
