// SPDX-License-Identifier: LGPL-2.1-or-later
// Why a path concerns a project, or does not.
#include "project/project.hpp"

#include <format>

namespace hotreload::project {

namespace {

// One line for each of the watches with a pattern that matches.
void explain_watches(const PathMatch& explained, const std::string& path,
                     const std::vector<WatchDefinition>& watches, const WatchExplanation& of,
                     std::vector<WatchExplanation>& all) {
    for (std::size_t i = 0; i < watches.size(); ++i) {
        const auto& each = explained.watches[i];
        if (each.pattern.empty())
            continue;
        auto line = of;
        if (line.watch.empty())
            line.watch = std::format("watch[{}]", i);
        line.pattern = each.pattern;
        if (!each.excluded_by.empty())
            line.stopped = std::format("exclude \"{}\"", each.excluded_by);
        else
            line.stopped = explained.built_in.empty() ? each.left_out : explained.built_in;
        line.format = to_string(watches[i].format.value_or(format_of(path)));
        all.push_back(std::move(line));
    }
}

// The same for each name by which the set, or one that is not watched now, knows the file.
void explain_names(const Files& files, const WatchedFiles* set, const std::string& path,
                   const std::vector<WatchDefinition>& watches, const WatchExplanation& of,
                   std::vector<WatchExplanation>& all) {
    if (!set) {
        if (const auto match = files.explain(watches, path))
            explain_watches(*match, path, watches, of, all);
        return;
    }
    explain_watches(set->explain(path), path, watches, of, all);
    const auto real = files.real_path(path);
    if (!real)
        return;
    for (const auto& name : set->names_of(*real))
        if (name != path) {
            auto line = of;
            line.path = name;
            explain_watches(set->explain(name), name, watches, line, all);
        }
}

} // namespace

std::vector<WatchExplanation> Project::explain(const std::string& path) const {
    std::vector<WatchExplanation> all;
    const auto plain = [&](const std::string& target, const std::string& watch,
                           const std::string& name) {
        if (name.empty() || (path != name && !around_.files.are_one(path, name)))
            return;
        all.push_back({.project = record_.name,
                       .target = target,
                       .watch = watch,
                       .path = name == path ? "" : name,
                       .pattern = name,
                       .stopped = {},
                       .format = std::string(to_string(format_of(name))),
                       .copies = {}});
    };
    plain("", "project file", record_.path);
    for (const auto& source : read_sources_)
        plain("", "env_file", source);
    const auto copies = documents_->copies(path);
    for (const auto& [name, service] : definition_.services) {
        for (const auto& watch : service.watches)
            plain(name, "schema", watch.schema);
        const auto slot = slots_.find(name);
        const bool looked = slot != slots_.end() && slot->second.files && !slot->second.fresh;
        explain_names(around_.files, looked ? slot->second.files.get() : nullptr, path,
                      service.watches, {.project = record_.name, .target = name, .copies = copies},
                      all);
    }
    for (const auto& [name, config] : definition_.configs) {
        const auto target = "configs." + name;
        plain(target, "schema", config.watch.schema);
        const auto published = configs_.find(name);
        explain_names(
            around_.files, published == configs_.end() ? nullptr : published->second.files.get(),
            path, {config.watch},
            {.project = record_.name, .target = target, .watch = "file", .copies = copies}, all);
    }
    return all;
}

} // namespace hotreload::project
