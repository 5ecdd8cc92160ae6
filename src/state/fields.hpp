// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// The fields of what is on record, each named once for writing and for reading. The structured
// bindings make it impossible to forget one: a member that is added to a struct does not compile
// here until it has its line. Names are for ever: records of older versions have them.

#include "core/record.hpp"
#include "state/deaths.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace hotreload::state {

template <class T, class Of>
concept Is = std::same_as<std::remove_const_t<T>, Of>;

template <class Visit, Is<Problem> T>
void fields(Visit& visit, T& value) {
    auto& [path, line, column, message, audience] = value;
    visit("path", path);
    visit("line", line);
    visit("column", column);
    visit("message", message);
    visit("audience", audience);
}

template <class Visit, Is<WatchDefinition> T>
void fields(Visit& visit, T& value) {
    auto& [files, exclude, debounce, debounce_max, on_change, format, keys, schema, backup, pin,
           together] = value;
    visit("files", files);
    visit("exclude", exclude);
    visit("debounce_usec", debounce);
    visit("debounce_max_usec", debounce_max);
    visit("on_change", on_change);
    visit("format", format);
    visit("keys", keys);
    visit("schema", schema);
    visit("backup", backup);
    visit("pin", pin);
    visit("together", together);
}

template <class Visit, Is<PortDefinition> T>
void fields(Visit& visit, T& value) {
    auto& [name, address, mode, user, group] = value;
    visit("name", name);
    visit("address", address);
    visit("mode", mode);
    visit("user", user);
    visit("group", group);
}

template <class Visit, Is<ReadyProbe> T>
void fields(Visit& visit, T& value) {
    auto& [http, tcp, command, timeout, interval] = value;
    visit("http", http);
    visit("tcp", tcp);
    visit("command", command);
    visit("timeout_usec", timeout);
    visit("interval_usec", interval);
}

template <class Visit, Is<MemberDefinition> T>
void fields(Visit& visit, T& value) {
    auto& [name, kind, unit, command, type, env, working_dir, user, after, required, part_of, ports,
           properties, validate, reload, reload_signal, strategy, ready, verify, drain, watches,
           settings] = value;
    visit("name", name);
    visit("kind", kind);
    visit("unit", unit);
    visit("command", command);
    visit("type", type);
    visit("env", env);
    visit("working_dir", working_dir);
    visit("user", user);
    visit("after", after);
    visit("requires", required);
    visit("part_of", part_of);
    visit("ports", ports);
    visit("properties", properties);
    visit("validate", validate);
    visit("reload", reload);
    visit("reload_signal", reload_signal);
    visit("strategy", strategy);
    visit("ready", ready);
    visit("verify_usec", verify);
    visit("drain_usec", drain);
    visit("watches", watches);
    visit("settings", settings);
}

template <class Visit, Is<Refusal> T>
void fields(Visit& visit, T& value) {
    auto& [definition, files, result, problem, attempted, because] = value;
    visit("definition", definition);
    visit("files", files);
    visit("result", result);
    visit("problem", problem);
    visit("attempted", attempted);
    visit("because", because);
}

template <class Visit, Is<Draining> T>
void fields(Visit& visit, T& value) {
    auto& [generation, unit, patience] = value;
    visit("generation", generation);
    visit("unit", unit);
    visit("patience_usec", patience);
}

template <class Visit, Is<MemberRecord> T>
void fields(Visit& visit, T& value) {
    auto& [generation, last_used, unit, view, definition, files, wanted, underway, applied_usec,
           strategy, refusal, draining, outdated] = value;
    visit("generation", generation);
    visit("last_used", last_used);
    visit("unit", unit);
    visit("view", view);
    visit("definition", definition);
    visit("files", files);
    visit("wanted", wanted);
    visit("underway", underway);
    visit("applied_usec", applied_usec);
    visit("strategy", strategy);
    visit("refusal", refusal);
    visit("draining", draining);
    visit("outdated", outdated);
}

// `caller` may be const: then it is only told.
template <class Visit, class Caller>
void caller_fields(Visit& visit, Caller& caller) {
    auto uid = caller ? std::optional(caller->uid) : std::nullopt;
    auto comm = caller ? caller->comm : std::string();
    visit("caller_uid", uid);
    visit("caller_comm", comm);
    if constexpr (!std::is_const_v<Caller>)
        caller = uid ? AskedBy(Asker(*uid, std::move(comm))) : std::nullopt;
}

template <class Visit, Is<GenerationRecord> T>
void fields(Visit& visit, T& value) {
    auto& [generation, applied_usec, strategy, definition, files, trigger, caller] = value;
    visit("generation", generation);
    visit("applied_usec", applied_usec);
    visit("strategy", strategy);
    visit("definition", definition);
    visit("files", files);
    visit("trigger", trigger);
    caller_fields(visit, caller);
}

template <class Visit, Is<EventRecord> T>
void fields(Visit& visit, T& value) {
    auto& [realtime_usec, what, generation, strategy, trigger, caller, problem] = value;
    visit("realtime_usec", realtime_usec);
    visit("what", what);
    visit("generation", generation);
    visit("strategy", strategy);
    visit("trigger", trigger);
    caller_fields(visit, caller);
    visit("problem", problem);
}

template <class Visit, Is<Pause> T>
void fields(Visit& visit, T& value) {
    auto& [until_usec, reason] = value;
    visit("until_usec", until_usec);
    visit("reason", reason);
}

template <class Visit, Is<ConfigRecord> T>
void fields(Visit& visit, T& value) {
    auto& [definition, content, revision] = value;
    auto& [name, file, watch, readers] = definition;
    visit("name", name);
    visit("path", file);
    visit("watch", watch);
    visit("readers", readers);
    visit("content", content);
    visit("revision", revision);
}

template <class Visit, Is<Candidate::File> T>
void fields(Visit& visit, T& value) {
    auto& [before, content] = value;
    visit("before", before);
    visit("content", content);
}

template <class Visit, Is<Candidate> T>
void fields(Visit& visit, T& value) {
    auto& [id, caller, services, files, goals, force, confirm, until_usec, left] = value;
    visit("id", id);
    caller_fields(visit, caller);
    visit("services", services);
    visit("files", files);
    visit("goals", goals);
    visit("force", force);
    visit("confirm_usec", confirm);
    visit("until_usec", until_usec);
    visit("left", left);
}

template <class Visit, Is<ProjectRecord> T>
void fields(Visit& visit, T& value) {
    auto& [name, path, manager_id, services, configs, paused, pauses, candidates] = value;
    visit("name", name);
    visit("path", path);
    visit("manager_id", manager_id);
    visit("services", services);
    visit("configs", configs);
    visit("paused", paused);
    visit("pauses", pauses);
    visit("candidates", candidates);
}

template <class Visit, Is<Death> T>
void fields(Visit& visit, T& value) {
    auto& [work, count] = value;
    auto& [project, path, content] = work;
    visit("project", project);
    visit("path", path);
    visit("content", content);
    visit("count", count);
}

} // namespace hotreload::state
