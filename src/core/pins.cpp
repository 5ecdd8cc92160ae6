// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/pins.hpp"

#include "core/names.hpp"
#include "core/watch_rules.hpp"

#include <algorithm>
#include <iterator>

namespace hotreload {

std::vector<WatchDefinition> pinned_watches(const ServiceDefinition& service) {
    std::vector<WatchDefinition> pinned;
    std::ranges::copy_if(service.watches, std::back_inserter(pinned), &WatchDefinition::pin);
    return pinned;
}

Snapshot selected_by(const Snapshot& snapshot, const std::vector<WatchDefinition>& watches) {
    ServiceDefinition service;
    service.watches = watches;
    const WatchRules rules(service, false);
    auto selected = snapshot;
    std::erase_if(selected.files, [&](const auto& file) { return !rules.watch(file.first); });
    return selected;
}

Result<> repin(const ActionContext& context, const ServiceDefinition& definition,
               const Snapshot& snapshot, const Views::Kept& kept) {
    const auto watches = pinned_watches(definition);
    const auto& unit = context.view.record->unit;
    if (watches.empty() || !context.means.views.find(unit))
        return {};
    return context.means.views.update(unit, watches, selected_by(snapshot, watches), kept);
}

Result<std::vector<Bind>> pin_next_generation(const ActionContext& context) {
    const auto& wanted = *context.view.wanted;
    const auto watches = pinned_watches(wanted);
    if (watches.empty())
        return {};
    auto view =
        context.means.views.make(generation_unit(context.project, wanted.name, context.generation),
                                 watches, selected_by(*context.view.files, watches));
    if (!view)
        return std::unexpected(std::move(view.error()));
    return std::move(view->binds);
}

} // namespace hotreload
