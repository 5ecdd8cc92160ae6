// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// Status fields: the one table of what is told of a project, a service and a config, by the names
// of their D-Bus properties. ipc/ renders properties, Varlink and JSON from it, and tests hold the
// XML of the interfaces, the Varlink interface, hotreloadctl and its manual against it. A field
// that a struct has and its table has not does not compile.

#include "core/status.hpp"

#include <cstddef>
#include <string_view>
#include <tuple>

namespace hotreload {

template <class Status, class Member>
struct StatusField {
    std::string_view name; // of the property; Varlink has it with a small first letter
    Member Status::* member;
    bool constant = false; // it is what the object is called by, and never changes
};

namespace status_fields {

template <class Status, class Member>
constexpr auto field(std::string_view name, Member Status::* member) {
    return StatusField<Status, Member>{name, member};
}

template <class Status, class Member>
constexpr auto constant(std::string_view name, Member Status::* member) {
    return StatusField<Status, Member>{name, member, true};
}

inline constexpr auto kProject = std::tuple{
    constant("Name", &ProjectStatus::name),      field("Path", &ProjectStatus::path),
    field("Enabled", &ProjectStatus::enabled),   field("State", &ProjectStatus::state),
    field("Problems", &ProjectStatus::problems),
};

inline constexpr auto kService = std::tuple{
    constant("Name", &ServiceStatus::name),
    constant("Project", &ServiceStatus::project),
    constant("Kind", &ServiceStatus::kind),
    field("Unit", &ServiceStatus::unit),
    field("Attached", &ServiceStatus::attached),
    field("Generation", &ServiceStatus::generation),
    field("State", &ServiceStatus::state),
    field("ActiveState", &ServiceStatus::active_state),
    field("MainPID", &ServiceStatus::main_pid),
    field("LastStrategy", &ServiceStatus::last_strategy),
    field("LastAppliedUSec", &ServiceStatus::last_applied_usec),
    field("Problems", &ServiceStatus::problems),
    field("Waiting", &ServiceStatus::waiting),
    field("Watching", &ServiceStatus::watching),
    field("Missing", &ServiceStatus::missing),
    field("Writing", &ServiceStatus::writing),
    field("LastResult", &ServiceStatus::last_result),
    field("LastTrigger", &ServiceStatus::last_trigger),
    field("LastChanges", &ServiceStatus::last_changes), // the property is "LastChangesJSON"
    field("Paused", &ServiceStatus::paused),
    field("PausedUntilUSec", &ServiceStatus::paused_until_usec),
    field("PauseReason", &ServiceStatus::pause_reason),
    field("Held", &ServiceStatus::held),
    field("Draining", &ServiceStatus::draining),
    field("LastGapUSec", &ServiceStatus::last_gap_usec),
    field("ConfirmUntilUSec", &ServiceStatus::confirm_until_usec),
    field("ConfirmId", &ServiceStatus::confirm_id),
};

// The fields of a config. The value of the document is none: it is told to callers who ask for it
// and may inspect.
inline constexpr auto kConfig = std::tuple{
    constant("Name", &ConfigStatus::name), constant("Project", &ConfigStatus::project),
    field("Path", &ConfigStatus::path),    field("Revision", &ConfigStatus::revision),
    field("State", &ConfigStatus::state),  field("Problems", &ConfigStatus::problems),
};

template <class Status>
inline constexpr auto& kOf = kProject;
template <>
inline constexpr auto& kOf<ServiceStatus> = kService;
template <>
inline constexpr auto& kOf<ConfigStatus> = kConfig;

// AnyMember stands for a member of whatever type, so that the members of a struct can be counted.
struct AnyMember {
    template <class T>
    operator T() const;
};

template <class Status, class... Members>
consteval std::size_t member_count() {
    if constexpr (requires { Status{Members{}..., AnyMember{}}; })
        return member_count<Status, Members..., AnyMember>();
    else
        return sizeof...(Members);
}

static_assert(std::tuple_size_v<decltype(kProject)> == member_count<ProjectStatus>());
static_assert(std::tuple_size_v<decltype(kService)> == member_count<ServiceStatus>());
static_assert(std::tuple_size_v<decltype(kConfig)> + 1 == member_count<ConfigStatus>());

} // namespace status_fields

// Calls `each` with the fields of a status, one after the other.
template <class Status, class Each>
constexpr void each_status_field(Each each) {
    std::apply([&](const auto&... field) { (each(field), ...); }, status_fields::kOf<Status>);
}

} // namespace hotreload
