// SPDX-License-Identifier: LGPL-2.1-or-later
// Why a path concerns a project, or does not.
#include "project/explain.hpp"

#include "core/project_directories.hpp"
#include "core/selection.hpp"

#include <format>

namespace hotreload::project {

namespace {

// Adds a line for each of the watches with a pattern that matches.
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
        if (const auto selection = Selection::parse(watches))
            explain_watches(selection->explain(path), path, watches, of, all);
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

std::vector<WatchExplanation> explain_path(const std::string& path, const ExplainSees& sees) {
    const auto& [files, ledger, file, looks, configs, contents] = sees;
    std::vector<WatchExplanation> all;
    const auto plain = [&](const std::string& target, const std::string& watch,
                           const std::string& name) {
        if (name.empty() || (path != name && !sees.files.are_one(path, name)))
            return;
        all.push_back({.project = sees.ledger.name(),
                       .target = target,
                       .watch = watch,
                       .path = name == path ? "" : name,
                       .pattern = name,
                       .stopped = {},
                       .format = std::string(to_string(format_of(name))),
                       .copies = {}});
    };
    plain("", "project file", ledger.record().path);
    const auto& project_file = ledger.record().path;
    if (is_drop_in(path, project_file))
        plain("", "drop-in", path);
    for (const auto& source : file.sources())
        if (!is_drop_in(source, project_file))
            plain("", "env_file", source);
    const auto copies = contents.documents().copies(path);
    for (const auto& [name, service] : file.definition().services) {
        for (const auto& watch : service->watches)
            plain(name, "schema", watch.schema);
        const auto* const member = looks.find(name);
        explain_names(files, member && member->was_read() ? member->files() : nullptr, path,
                      service->watches,
                      {.project = ledger.name(), .target = name, .copies = copies}, all);
    }
    for (const auto& [name, config] : file.definition().configs) {
        const auto target = "configs." + name;
        plain(target, "schema", config.watch.schema);
        explain_names(
            files, configs.files(name), path, {config.watch},
            {.project = ledger.name(), .target = target, .watch = "file", .copies = copies}, all);
    }
    return all;
}

} // namespace hotreload::project
