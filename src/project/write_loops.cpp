// SPDX-License-Identifier: LGPL-2.1-or-later
#include "project/write_loops.hpp"

#include "core/instances.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <set>
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

// The service of the project whose unit one of the groups is; "" where there is none.
std::string service_in(const std::vector<std::string>& groups, const std::string& project) {
    for (const auto& group : groups)
        for (const auto part : std::views::split(group, '/'))
            if (auto found = service_of(std::string_view(part.begin(), part.end()), project))
                return std::move(found->first);
    return "";
}

// The time for which a writer counts that was seen: its writing may have come to an end.
constexpr Duration kFresh = std::chrono::minutes(1);

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
    auto& known = loops_[plan.service];
    if (known.loop.proven().empty()) {
        known.loop.changed(paths, when);
        look_who_writes(definition, when);
        return "";
    }
    known = {.suspended = known.loop.proven()};
    return known.suspended;
}

void WriteLoops::look_who_writes(const MemberDefinition& definition, Duration when) {
    auto& own_loop = loops_.at(definition.name);
    own_loop.handles.clear();
    for (const auto& path : own_loop.loop.suspects())
        own_loop.handles.push_back(
            writers_.find_writer(path, [this, alive = alive_, definition, path,
                                        when](const std::vector<std::string>& groups) {
                if (!*alive || groups.empty())
                    return;
                const auto found = loops_.find(definition.name);
                if (found == loops_.end())
                    return;
                const auto name = units_.state(definition.unit).id;
                const bool own = std::ranges::any_of(groups, [&](const auto& group) {
                    return is_unit_of(group, project_, definition, name);
                });
                found->second.writer = service_in(groups, project_);
                found->second.seen = when;
                if (own || is_in_circle(definition.name, when))
                    found->second.loop.written_by_service(path);
                else
                    found->second.loop.written_by_another();
            }));
}

// The service that writes what the service is acted on for, "" when nobody was seen to.
std::string WriteLoops::writer_of(const std::string& service, Duration when) const {
    const auto found = loops_.find(service);
    return found != loops_.end() && found->second.seen + kFresh >= when ? found->second.writer : "";
}

// Whether the writers of the service, of its writer and so on lead back to it.
bool WriteLoops::is_in_circle(const std::string& service, Duration when) const {
    std::set<std::string> met;
    auto writer = writer_of(service, when);
    while (!writer.empty() && writer != service && met.insert(writer).second)
        writer = writer_of(writer, when);
    return writer == service;
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
