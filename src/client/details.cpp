// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/details.hpp"

#include <algorithm>
#include <variant>

namespace hotreload::client {

namespace {

bool is_at(const Json& told, const Problem& problem) {
    return text_of(told, "path") == problem.path && number_of(told, "line") == problem.line &&
           number_of(told, "column") == problem.column;
}

// Problems of one place are in the same order on both sides.
void add_messages(std::vector<Problem>& problems, const Json& told) {
    std::vector<const Json*> left;
    for (const auto& each : told.array_range())
        left.push_back(&each);
    for (auto& problem : problems) {
        const auto found =
            std::ranges::find_if(left, [&](const Json* each) { return is_at(*each, problem); });
        if (found == left.end())
            continue;
        problem.message = text_of(**found, "message");
        left.erase(found);
    }
}

// The element of `list` that has this member; none: nullptr.
const Json* find(const Json& list, std::string_view key, std::string_view value) {
    for (const auto& each : list.array_range())
        if (text_of(each, key) == value)
            return &each;
    return nullptr;
}

const Json& no_member() {
    return array_of(Json::null(), "");
}

// The part of the status that is about a service or a config of a project: member `list` of the
// project's view.
const Json& told_of(const Json& status, const std::string& project, std::string_view list,
                    const std::string& name) {
    const auto* const view = find(array_of(status, "projects"), "name", project);
    const auto* const found = view ? find(array_of(*view, list), "name", name) : nullptr;
    return found ? *found : no_member();
}

std::string text_of_json(const Json& object, std::string_view name) {
    return object.is_object() && object.contains(name) ? object.at(name).to_string()
                                                       : std::string();
}

struct ToId {
    using Id = std::optional<std::string>;
    Id operator()(const ConfigChanged& e) const { return e.id; }
    Id operator()(const ValidationFailed& e) const { return e.id; }
    Id operator()(const ReloadStarted& e) const { return e.id; }
    Id operator()(const ReloadFinished& e) const { return e.id; }
    Id operator()(const auto&) const { return std::nullopt; }
};

struct Add {
    const Json& details;

    void operator()(ConfigChanged& e) const {
        for (const auto& change : array_of(details, "changes").array_range())
            if (text_of(change, "project") == e.project && text_of(change, "name") == e.name) {
                e.old_json = text_of_json(change, "old");
                e.new_json = text_of_json(change, "new");
                e.patch_json = text_of_json(change, "patch");
            }
    }
    void operator()(ValidationFailed& e) const {
        for (const auto& each : array_of(details, "problems").array_range())
            if (text_of(each, "project") == e.project && text_of(each, "target") == e.target &&
                is_at(each, e.problem)) {
                e.problem.message = text_of(each, "message");
                return;
            }
    }
    void operator()(ReloadStarted& e) const {
        if (const auto* plan = find(array_of(details, "plans"), "project", e.project))
            e.plan_json = plan->to_string();
    }
    void operator()(ReloadFinished& e) const {
        const auto* outcome = find(array_of(details, "outcomes"), "project", e.project);
        if (auto detail = outcome ? text_of_json(*outcome, "detail") : ""; !detail.empty())
            e.detail_json = std::move(detail);
    }
    void operator()(auto&) const {}
};

} // namespace

void add_details(ServiceState& service, const Json& status) {
    const auto& told = told_of(status, service.project, "services", service.name);
    add_messages(service.problems, array_of(told, "problems"));
    if (auto changes = text_of_json(told, "lastChanges"); !changes.empty())
        service.last_changes_json = std::move(changes);
}

void add_details(ConfigState& config, const Json& status) {
    const auto& told = told_of(status, config.project, "configs", config.name);
    add_messages(config.problems, array_of(told, "problems"));
}

void add_details(ProjectState& project, const Json& status) {
    if (const auto* view = find(array_of(status, "projects"), "name", project.name))
        add_messages(project.problems, array_of(*view, "problems"));
    for (auto& service : project.services)
        add_details(service, status);
    for (auto& config : project.configs)
        add_details(config, status);
}

std::optional<std::string> id_of_details(const Event& event) {
    return std::visit(ToId{}, event);
}

// Every other document is named by its path.
bool may_have_readers(const Event& event) {
    const auto* const change = std::get_if<ConfigChanged>(&event);
    return change && !change->name.starts_with('/');
}

void add_details(Event& event, const Json& details) {
    std::visit(Add{details}, event);
}

} // namespace hotreload::client
