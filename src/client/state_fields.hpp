// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// State fields: what hotreloadctl keeps of each property of the bus, and what it calls that in its
// own JSON, in the order of that JSON. A test holds the table against core/status_fields.hpp and
// the manual.

#include "client/state.hpp"

#include <string_view>
#include <tuple>

namespace hotreload::client {

template <class State, class Value>
struct StateField {
    const char* property;
    std::string_view name; // in JSON
    Value State::* value;
    bool is_json = false; // the property is a text of JSON, which stands in ours as it is
};

template <class State, class Value>
StateField(const char*, std::string_view, Value State::*) -> StateField<State, Value>;
template <class State, class Value>
StateField(const char*, std::string_view, Value State::*, bool) -> StateField<State, Value>;

inline constexpr auto kProjectFields = std::tuple{
    StateField{"Name", "project", &ProjectState::name},
    StateField{"Path", "path", &ProjectState::path},
    StateField{"Enabled", "enabled", &ProjectState::enabled},
    StateField{"State", "state", &ProjectState::state},
    StateField{"Problems", "problems", &ProjectState::problems},
};

inline constexpr auto kServiceFields = std::tuple{
    StateField{"Project", "project", &ServiceState::project},
    StateField{"Name", "service", &ServiceState::name},
    StateField{"Kind", "kind", &ServiceState::kind},
    StateField{"State", "state", &ServiceState::state},
    StateField{"Generation", "generation", &ServiceState::generation},
    StateField{"Unit", "unit", &ServiceState::unit},
    StateField{"Attached", "attached", &ServiceState::attached},
    StateField{"ActiveState", "active_state", &ServiceState::active_state},
    StateField{"MainPID", "main_pid", &ServiceState::main_pid},
    StateField{"LastStrategy", "last_strategy", &ServiceState::last_strategy},
    StateField{"LastAppliedUSec", "last_applied_usec", &ServiceState::last_applied_usec},
    StateField{"Problems", "problems", &ServiceState::problems},
    StateField{"Waiting", "waiting", &ServiceState::waiting},
    StateField{"Watching", "watching", &ServiceState::watching},
    StateField{"Missing", "missing", &ServiceState::missing},
    StateField{"Writing", "writing", &ServiceState::writing},
    StateField{"LastResult", "last_result", &ServiceState::last_result},
    StateField{"LastTrigger", "last_trigger", &ServiceState::last_trigger},
    StateField{"LastChangesJSON", "last_changes", &ServiceState::last_changes_json, true},
    StateField{"Paused", "paused", &ServiceState::paused},
    StateField{"PausedUntilUSec", "paused_until_usec", &ServiceState::paused_until_usec},
    StateField{"PauseReason", "pause_reason", &ServiceState::pause_reason},
    StateField{"Held", "held", &ServiceState::held},
    StateField{"Draining", "draining", &ServiceState::draining},
    StateField{"LastGapUSec", "last_gap_usec", &ServiceState::last_gap_usec},
    StateField{"ConfirmUntilUSec", "confirm_until_usec", &ServiceState::confirm_until_usec},
    StateField{"ConfirmId", "confirm_id", &ServiceState::confirm_id},
};

inline constexpr auto kConfigFields = std::tuple{
    StateField{"Project", "project", &ConfigState::project},
    StateField{"Name", "config", &ConfigState::name},
    StateField{"Path", "path", &ConfigState::path},
    StateField{"Revision", "revision", &ConfigState::revision},
    StateField{"State", "state", &ConfigState::state},
    StateField{"Problems", "problems", &ConfigState::problems},
};

template <class State>
inline constexpr auto& kFieldsOf = kProjectFields;
template <>
inline constexpr auto& kFieldsOf<ServiceState> = kServiceFields;
template <>
inline constexpr auto& kFieldsOf<ConfigState> = kConfigFields;

// Calls `each` with the fields of a state, one after the other.
template <class State, class Each>
void each_state_field(Each each) {
    std::apply([&](const auto&... field) { (each(field), ...); }, kFieldsOf<State>);
}

} // namespace hotreload::client
