// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/checks.hpp"

#include "core/instances.hpp"
#include "core/names.hpp"
#include "kinds/service/changes.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace hotreload::service {

namespace {

// An attached unit is somebody else's: these are settings of its own unit file.
constexpr auto kOfCommands = std::to_array<std::string_view>(
    {"type", "env", "env_file", "working_dir", "user", "ports", "properties", "reload", "drain"});

void check_kind_of_service(Declaration& declaration) {
    const bool has_unit = declaration.has("unit");
    const bool has_command = declaration.has("command");
    if (has_unit && has_command)
        declaration.problem("unit",
                            "a service has either command (a program of the project) or unit (one "
                            "that is installed), not both");
    if (!has_unit && !has_command)
        declaration.problem("", "give command = [\"PROGRAM\", …] for a program of the "
                                "project, or unit = \"NAME.service\" for an installed "
                                "one");
    if (!has_unit || has_command)
        return;
    for (const std::string_view name : kOfCommands)
        if (declaration.has(name))
            declaration.problem(
                name, "does not go with unit: the unit's own file says it (systemctl edit)");
}

void check_reload(Declaration& declaration, const MemberDefinition& service) {
    const bool has_reload = declaration.has("reload");
    const bool has_signal = declaration.has("reload_signal");
    const bool notifies = service.type == ServiceType::NotifyReload;
    if (has_reload && has_signal)
        declaration.problem("reload_signal",
                            "a service has either reload or reload_signal, not both");
    if (has_reload && notifies)
        declaration.problem("reload", "does not go with type = \"notify-reload\", which reloads by "
                                      "reload_signal (default SIGHUP)");
    const bool never = restarted_only(service.unit);
    if (never && has_signal)
        declaration.problem("reload_signal",
                            std::format("{} has no process to send it to", service.unit));
    // The service manager says whether an installed service can reload.
    if (!never && (declaration.has("unit") || has_reload || has_signal || notifies))
        return;
    const auto* const why =
        never ? "a timer or a path unit cannot be reloaded: use restart"
              : "the service has no way to reload: give reload, reload_signal or type = "
                "\"notify-reload\"";
    if (service.strategy == Strategy::Reload)
        declaration.problem("strategy", why);
    for (std::size_t i = 0; i < service.watches.size(); ++i)
        if (service.watches[i].on_change == Strategy::Reload)
            declaration.problem(std::format("watch.{}.on_change", i), why);
        else
            for (const auto& [pattern, strategy] : service.watches[i].keys)
                if (strategy == Strategy::Reload)
                    declaration.problem(std::format("watch.{}.keys.{}", i, pattern), why);
}

// Two generations of it can serve at a time.
void check_swap(Declaration& declaration, const MemberDefinition& service) {
    if (can_swap(service))
        return;
    const auto* const why =
        service.attached()
            ? "an installed unit cannot be swapped: use reload or restart"
            : "the service cannot be swapped: that takes ports, and type = \"notify\", "
              "\"notify-reload\" or ready = { … } to tell when it is ready";
    if (service.strategy == Strategy::Swap)
        declaration.problem("strategy", why);
    for (std::size_t i = 0; i < service.watches.size(); ++i) {
        if (service.watches[i].on_change == Strategy::Swap)
            declaration.problem(std::format("watch.{}.on_change", i), why);
        for (const auto& [pattern, strategy] : service.watches[i].keys)
            if (strategy == Strategy::Swap)
                declaration.problem(std::format("watch.{}.keys.{}", i, pattern), why);
    }
}

// A mistake in such a file is found out by the unit itself: by its reload, or by its restart, which
// it does not survive. A unit that is not ours has no older generation to go back to.
void warn_of_unchecked_files(Declaration& declaration, const MemberDefinition& service) {
    if (!service.attached() || !service.validate.empty())
        return;
    for (std::size_t i = 0; i < service.watches.size(); ++i) {
        const WatchDefinition& watch = service.watches[i];
        const auto strategy = watch.on_change ? watch.on_change : service.strategy;
        if (watch.pin || !watch.schema.empty() || strategy == Strategy::None ||
            strategy == Strategy::Manual)
            continue;
        const auto own = std::format("watch.{}", i);
        declaration.warning(
            declaration.has(own + ".files") ? own : "watch",
            std::format("nothing checks these files before {} reads them, and a "
                        "mistake in one may take it down: give validate = […], or pin "
                        "= true in [[services.{}.watch]]",
                        service.unit, service.name));
    }
}

// A probe cannot tell which instance of a template answers.
void check_ready(Declaration& declaration, const MemberDefinition& service) {
    if (service.ready && names_instances(service.unit) && service.ready->command.empty())
        declaration.problem(
            "ready", std::format("one answer does not tell of all instances of {}: give ready = "
                                 "{{ command = … }} or verify",
                                 service.unit));
}

} // namespace

void check_service(Declaration& declaration) {
    const auto& service = declaration.definition();
    check_kind_of_service(declaration);
    check_reload(declaration, service);
    check_swap(declaration, service);
    check_ready(declaration, service);
    warn_of_unchecked_files(declaration, service);
}

} // namespace hotreload::service
