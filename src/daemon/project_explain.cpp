// SPDX-License-Identifier: LGPL-2.1-or-later
// Why a path concerns a project, or does not.
#include "daemon/project.hpp"
#include "watch/selection.hpp"

#include <algorithm>
#include <format>

namespace hotreload::daemon {

namespace {

// One line for each watch with a pattern that matches.
void explain_watches(const std::string& path, const std::vector<WatchDefinition>& watches,
                     const ipc::WatchExplanation& of, std::vector<ipc::WatchExplanation>& all) {
    const auto selection = watch::Selection::parse(watches);
    if (!selection)
        return;
    const auto explained = selection->explain(path);
    for (std::size_t i = 0; i < explained.watches.size(); ++i) {
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
            line.stopped = explained.built_in;
        line.format = to_string(watches[i].format.value_or(format_of(path)));
        all.push_back(std::move(line));
    }
}

} // namespace

std::vector<ipc::WatchExplanation> Project::explain(const std::string& path) const {
    std::vector<ipc::WatchExplanation> all;
    const auto plain = [&](const std::string& target, const std::string& watch) {
        all.push_back({.project = record_.name,
                       .target = target,
                       .watch = watch,
                       .pattern = path,
                       .stopped = {},
                       .format = std::string(to_string(format_of(path))),
                       .copies = {}});
    };
    if (path == record_.path)
        plain("", "project file");
    if (std::ranges::contains(read_sources_, path))
        plain("", "env_file");
    const auto copies = documents_.copies(path);
    for (const auto& [name, service] : definition_.services) {
        if (std::ranges::contains(service.watches, path, &WatchDefinition::schema))
            plain(name, "schema");
        explain_watches(path, service.watches,
                        {.project = record_.name, .target = name, .copies = copies}, all);
    }
    for (const auto& [name, config] : definition_.configs) {
        const auto target = "configs." + name;
        if (config.watch.schema == path)
            plain(target, "schema");
        explain_watches(
            path, {config.watch},
            {.project = record_.name, .target = target, .watch = "file", .copies = copies}, all);
    }
    return all;
}

} // namespace hotreload::daemon
