// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Definitions are what a project declares, after defaults, env_file and relative paths are
// resolved: immutable values that are compared as a whole. config/ makes them, state/ keeps them.

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/shared.hpp"
#include "base/words.hpp"
#include "core/format.hpp"
#include "core/links.hpp"
#include "core/port.hpp"
#include "core/probe.hpp"
#include "core/source_map.hpp"
#include "core/strategy.hpp"
#include "core/value.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hotreload {

enum class ServiceType { Simple, Exec, Notify, NotifyReload, Oneshot, Forking };

template <>
inline constexpr auto kWordsOf<ServiceType> = words<ServiceType>({
    // systemd's spelling of Type=
    {ServiceType::Simple, "simple"},
    {ServiceType::Exec, "exec"},
    {ServiceType::Notify, "notify"},
    {ServiceType::NotifyReload, "notify-reload"},
    {ServiceType::Oneshot, "oneshot"},
    {ServiceType::Forking, "forking"},
});

// Files whose content matters to a service. Globs are absolute; see core/glob.hpp.
struct WatchDefinition {
    std::vector<std::string> files;
    std::vector<std::string> exclude; // beside the built-in list
    Duration debounce = std::chrono::milliseconds(50);
    Duration debounce_max = std::chrono::seconds(1);
    std::optional<Strategy> on_change; // nullopt: the service's `strategy` decides
    std::optional<Format> format;      // nullopt: the file's name tells
    // The strategies that changes of a document's keys ask for, by key pattern
    // (core/key_pattern.hpp); nullopt: auto. Keys that no pattern covers take on_change.
    std::map<std::string, std::optional<Strategy>> keys;
    std::string schema;    // JSON Schema that the documents must meet; absolute, "" for none
    unsigned backup = 10;  // last-known-good copies of each file beside the applied one
    bool pin = false;      // the service sees only what is applied, at the live paths
    bool together = false; // one set: acted on when all of its files are there and whole

    bool operator==(const WatchDefinition&) const = default;
};

// A member of a project: a service, or one of another kind, which has some of these keys
// (core/kind.hpp). A service has either `unit` (one that is installed already: attached) or
// `command`.
struct MemberDefinition {
    std::string name;
    std::string kind;                 // its word (core/kind.hpp); "": the first, a service
    std::string unit;                 // "nginx.service"
    std::vector<std::string> command; // taken literally; command[0] absolute or a plain name
    ServiceType type = ServiceType::Exec;
    std::map<std::string, std::string> env; // project's, service's, then env_file's: last wins
    std::string working_dir;                // absolute
    std::string user;
    // Names of services of the same project, sorted, with systemd's meaning.
    std::vector<std::string> after;
    std::vector<std::string> required; // `requires`
    std::vector<std::string> part_of;
    std::vector<PortDefinition> ports;
    // [Service] and [Unit] directives in systemd's syntax; several values are several lines.
    std::map<std::string, std::vector<std::string>> properties;
    std::vector<std::string> validate;
    std::vector<std::string> reload;           // ExecReload=
    int reload_signal = 0;                     // 0: none given
    std::optional<Strategy> strategy;          // for changes of watched files; nullopt: auto
    std::optional<ReadyProbe> ready;           // beside what the type says
    std::optional<Duration> verify;            // nullopt: 1 s after a start, 0 after a reload
    Duration drain = std::chrono::seconds(30); // for what the old generation has in hand
    std::vector<WatchDefinition> watches;
    Value::Object settings; // the keys of its kind's own

    [[nodiscard]] bool attached() const { return !unit.empty(); }
    [[nodiscard]] bool pinned() const {
        return std::ranges::any_of(watches, &WatchDefinition::pin);
    }
    // Its process is all that tells that it is up.
    [[nodiscard]] bool is_plain() const {
        return !attached() && (type == ServiceType::Simple || type == ServiceType::Exec);
    }
    // The signal that is ours to send for a reload; 0 where the manager knows of a way.
    [[nodiscard]] int bare_reload_signal() const {
        return type == ServiceType::NotifyReload ? 0 : reload_signal;
    }
    [[nodiscard]] Links links() const { return {after, required, part_of}; }

    bool operator==(const MemberDefinition&) const = default;
};

// The members of a project by their names: one that stays as it is stays the same object.
using MemberDefinitions = std::map<std::string, Shared<MemberDefinition>>;

LinkGraph link_graph(const MemberDefinitions& services);

// A document that is published, on the bus and as a file.
struct ConfigDefinition {
    std::string name;
    std::string file;      // absolute
    WatchDefinition watch; // of that file
    // Users and "@groups", as written, that may read it beside who may inspect. Nothing: nobody on
    // the bus, and the users of the project's services the file.
    std::optional<std::vector<std::string>> readers;

    bool operator==(const ConfigDefinition&) const = default;
};

struct ProjectDefinition {
    std::string name;
    std::string path;               // of the project file, absolute
    std::string directory;          // relative paths start here
    bool enabled = true;            // false: nothing is watched or changed by itself
    unsigned keep_generations = 10; // of each service, to look at and to go back to
    // Users and "@groups", as written, that may control it beside who polkit lets.
    std::vector<std::string> operators;
    MemberDefinitions services;
    std::map<std::string, ConfigDefinition> configs;
    Duration debounce = WatchDefinition().debounce; // of the file itself, and of its sources
    Duration debounce_max = WatchDefinition().debounce_max;
    std::vector<std::string> secrets; // key patterns whose values are never shown
    // The files that the definition was read from beside `path`: drop-ins and env_files. They are
    // watched like it.
    std::vector<std::string> sources;
    SourceMap source_map;

    // A problem at `key` of the project file or of the drop-in that has it, or at its nearest
    // parent that is known.
    [[nodiscard]] Problem problem_at(const std::string& key, std::string message) const;

    bool operator==(const ProjectDefinition&) const = default;
};

} // namespace hotreload
