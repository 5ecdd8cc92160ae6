// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/target.hpp"

#include "base/nearest.hpp"
#include "core/instances.hpp"

#include <algorithm>
#include <filesystem>
#include <format>
#include <iterator>
#include <ranges>

namespace hotreload::ctl {

namespace {

bool is_within(const std::string& directory, const std::string& parent) {
    return directory == parent || parent == "/" ||
           (directory.starts_with(parent) && directory[parent.size()] == '/');
}

// Compares the names that the two were called by, or where these lead.
bool is_in_project(const std::string& directory, const std::string& own) {
    if (is_within(directory, own))
        return true;
    std::error_code error;
    const auto real = std::filesystem::weakly_canonical(directory, error);
    const auto real_own = error ? real : std::filesystem::weakly_canonical(own, error);
    return !error && is_within(real.string(), real_own.string());
}

const ProjectState* find_project(const std::vector<ProjectState>& projects,
                                 const std::string& name) {
    const auto found = std::ranges::find(projects, name, &ProjectState::name);
    return found == projects.end() ? nullptr : &*found;
}

std::unexpected<Failure> unknown(const char* kind, const std::string& name,
                                 const std::vector<std::string_view>& known) {
    std::string message = std::format("no {} \"{}\"", kind, name);
    if (const auto near = nearest(name.substr(name.find('/') + 1), known)) // npos + 1 is 0
        message += std::format("; did you mean \"{}\"?", *near);
    return give_up(ExitStatus::Failed, std::move(message));
}

template <class T>
std::vector<std::string_view> names_of(const std::vector<T>& items) {
    return items |
           std::views::transform([](const T& item) -> std::string_view { return item.name; }) |
           std::ranges::to<std::vector>();
}

std::string what_it_has(const std::vector<ConfigState>& documents) {
    constexpr std::size_t most = 10;
    std::string text = documents.empty() ? "it has none" : "it has: ";
    for (std::size_t i = 0; i < std::min(most, documents.size()); ++i)
        text += (i == 0 ? "" : ", ") + documents[i].name;
    if (documents.size() > most)
        text += std::format(" and {} more", documents.size() - most);
    return text;
}

bool lies_in(const ProjectState& project, const std::filesystem::path& directory) {
    const auto own = std::filesystem::path(project.path).parent_path();
    std::error_code error;
    return own == directory || std::filesystem::equivalent(own, directory, error);
}

bool has_member(const ProjectState& project, const std::string& name) {
    return std::ranges::contains(project.services, name, &ServiceState::name) ||
           std::ranges::contains(project.configs, name, &ConfigState::name);
}

// "nginx.service", "backup.timer": no project is called so.
Answer<Target> service_of_unit(const std::string& unit, const std::vector<ProjectState>& projects) {
    std::vector<Target> found;
    for (const auto& project : projects)
        for (const auto& service : project.services)
            if (service.unit == unit ||
                (names_instances(service.unit) && is_instance_of(unit, service.unit)))
                found.push_back({project.name, service.name});
    if (found.empty())
        return give_up(ExitStatus::Failed,
                       std::format("no service is carried by the unit \"{}\"; \"hotreloadctl "
                                   "status\" shows the units",
                                   unit));
    if (found.size() > 1)
        return give_up(ExitStatus::Usage, std::format("{} carries several services: {} or {}?",
                                                      unit, found[0].text(), found[1].text()));
    return found.front();
}

} // namespace

std::vector<const ProjectState*> projects_at(const std::vector<ProjectState>& projects,
                                             const std::string& directory) {
    std::vector<const ProjectState*> nearest;
    std::size_t length = 0; // of their directory
    for (const auto& project : projects) {
        const auto own = std::filesystem::path(project.path).parent_path().string();
        if (directory.empty() || own.empty() || !is_in_project(directory, own) ||
            own.size() < length)
            continue;
        if (own.size() > length)
            nearest.clear();
        length = own.size();
        nearest.push_back(&project);
    }
    return nearest;
}

Answer<> check_registered(const std::vector<ProjectState>& projects, const std::string& directory) {
    for (std::filesystem::path at = directory; !at.empty(); at = at.parent_path()) {
        if (std::ranges::any_of(projects, [&](const auto& each) { return lies_in(each, at); }))
            break;
        std::error_code error;
        const auto file = at / "hotreload.toml";
        if (std::filesystem::exists(file, error))
            return give_up(ExitStatus::Usage,
                           std::format("{} is not registered: run \"hotreloadctl up\" first, or "
                                       "name what is meant",
                                       file.string()));
        if (at == at.parent_path())
            break;
    }
    return {};
}

Answer<Target> resolve_target(const std::string& word, const std::vector<ProjectState>& projects,
                              const std::string& directory) {
    if (const auto slash = word.find('/'); slash != std::string::npos || word.empty()) {
        Target target{word.substr(0, slash), word.empty() ? "" : word.substr(slash + 1)};
        if (target.project.empty() || target.service.empty() ||
            target.service.find('/') != std::string::npos)
            return give_up(ExitStatus::Usage,
                           std::format("\"{}\" is not a target: PROJECT or PROJECT/SERVICE", word));
        return target;
    }
    if (find_project(projects, word))
        return Target{word, ""};
    if (word.find('.') != std::string::npos) // names of projects and services have none
        return service_of_unit(word, projects);
    auto here = projects_at(projects, directory);
    std::erase_if(here, [&](const ProjectState* each) { return !has_member(*each, word); });
    if (here.size() > 1)
        return give_up(ExitStatus::Usage,
                       std::format("{0} is a service of several projects: {1}/{0} or {2}/{0}?",
                                   word, here[0]->name, here[1]->name));
    return here.empty() ? Target{word, ""} : Target{here.front()->name, word};
}

Answer<std::vector<Target>> resolve_targets(const std::vector<std::string>& words,
                                            const std::vector<ProjectState>& projects,
                                            const std::string& directory) {
    std::vector<Target> targets;
    for (const auto& word : words) {
        auto target = resolve_target(word, projects, directory);
        if (!target)
            return std::unexpected(std::move(target.error()));
        targets.push_back(std::move(*target));
    }
    if (!words.empty())
        return targets;
    for (const auto* each : projects_at(projects, directory))
        targets.push_back({each->name, ""});
    if (targets.empty())
        for (const auto& each : projects)
            targets.push_back({each.name, ""});
    return targets;
}

Answer<Target> resolve_document(const std::string& word, const std::vector<ProjectState>& projects,
                                const std::string& directory) {
    auto target = resolve_target(word, projects, directory);
    if (!target)
        return target;
    const auto* project = find_project(projects, target->project);
    if (const auto here = projects_at(projects, directory);
        !project && target->service.empty() && here.size() == 1) {
        project = here.front();
        target = Target{project->name, word};
    }
    if (!project)
        return unknown("project", target->project, names_of(projects));
    const auto& name = target->service;
    if (name.empty())
        return give_up(ExitStatus::Usage,
                       std::format("{0} is a project: name one of its published documents, as "
                                   "{0}/CONFIG",
                                   word));
    if (std::ranges::contains(project->configs, name, &ConfigState::name))
        return target;
    if (const auto found = std::ranges::find(project->services, name, &ServiceState::name);
        found != project->services.end())
        return give_up(ExitStatus::Usage,
                       std::format("{} is a {}: only what [configs] names has a value",
                                   target->text(), found->kind));
    return give_up(ExitStatus::Failed,
                   std::format("{} publishes no document \"{}\" ({})", project->name, name,
                               what_it_has(project->configs)));
}

Answer<std::vector<ProjectState>> select(const std::vector<ProjectState>& projects,
                                         const std::vector<Target>& targets) {
    std::vector<ProjectState> selected;
    for (const auto& target : targets) {
        const auto* project = find_project(projects, target.project);
        if (!project)
            return unknown("project", target.project, names_of(projects));
        auto part = *project;
        if (!target.service.empty()) {
            std::erase_if(part.services,
                          [&](const ServiceState& each) { return each.name != target.service; });
            std::erase_if(part.configs,
                          [&](const ConfigState& each) { return each.name != target.service; });
            if (part.services.empty() && part.configs.empty()) {
                auto known = names_of(project->services);
                std::ranges::copy(names_of(project->configs), std::back_inserter(known));
                return unknown("service", target.text(), known);
            }
        }
        selected.push_back(std::move(part));
    }
    return selected;
}

} // namespace hotreload::ctl
