// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/write_loops.hpp"

#include "core/instances.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace hotreload::project {

namespace {

// The group is of the service's unit, of any generation, or of one of its helpers. `own`: the name
// of an installed unit that its group has, whatever it is attached by.
bool is_unit_of(const std::string& group, const std::string& project,
                const MemberDefinition& service, const std::string& own) {
    if (names_instances(service.unit))
        return std::ranges::any_of(std::views::split(group, '/'), [&](auto part) {
            return is_instance_of(std::string_view(part.begin(), part.end()), service.unit);
        });
    if (service.attached())
        return group.contains("/" + (own.empty() ? service.unit : own));
    auto unit = generation_unit(project, service.name, 0);
    unit.resize(unit.rfind('@'));
    return group.contains("/" + unit + "@") || group.contains("/" + unit + "-");
}

} // namespace

WriteLoops::WriteLoops(std::string project, Writers& writers, const Units& units)
    : project_(std::move(project)), writers_(writers), units_(units) {}

WriteLoops::~WriteLoops() {
    *alive_ = false;
}

void WriteLoops::action_began(const std::string& service, Duration now) {
    loops_[service].loop.action_began(now);
}

void WriteLoops::action_ended(const std::string& service, Duration now) {
    loops_[service].loop.action_ended(now);
}

std::string WriteLoops::before_action(const MemberPlan& plan, const MemberDefinition& definition,
                                      Duration when) {
    std::vector<std::string> paths;
    for (const auto& change : plan.changes)
        if (is_of_a_file(change))
            paths.push_back(change.subject);
    if (paths.empty())
        return "";
    auto& [loop, handles, suspended] = loops_[plan.service];
    if (loop.proven().empty()) {
        loop.changed(paths, when);
        look_who_writes(definition);
        return "";
    }
    suspended = loop.proven();
    loop.reset();
    handles.clear();
    return suspended;
}

void WriteLoops::look_who_writes(const MemberDefinition& definition) {
    auto& own_loop = loops_.at(definition.name);
    own_loop.handles.clear();
    for (const auto& path : own_loop.loop.suspects())
        own_loop.handles.push_back(writers_.find_writer(
            path, [this, alive = alive_, definition, path](const std::vector<std::string>& groups) {
                if (!*alive || groups.empty())
                    return;
                const auto found = loops_.find(definition.name);
                if (found == loops_.end())
                    return;
                const auto name = units_.state(definition.unit).id;
                const bool own = std::ranges::any_of(groups, [&](const auto& group) {
                    return is_unit_of(group, project_, definition, name);
                });
                if (own)
                    found->second.loop.written_by_service(path);
                else
                    found->second.loop.written_by_another();
            }));
}

std::string WriteLoops::suspended(const std::string& service) const {
    const auto found = loops_.find(service);
    return found == loops_.end() ? "" : found->second.suspended;
}

bool WriteLoops::resume(const std::string& service) {
    const auto found = loops_.find(service);
    return found != loops_.end() && !std::exchange(found->second.suspended, "").empty();
}

} // namespace hotreload::project
