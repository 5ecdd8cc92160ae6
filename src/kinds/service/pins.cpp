// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/pins.hpp"

#include "core/names.hpp"
#include "core/watch_rules.hpp"

#include <algorithm>
#include <format>
#include <iterator>
#include <tuple>
#include <utility>

namespace hotreload::service {

namespace {

std::vector<WatchDefinition> pinned_watches(const MemberDefinition& service) {
    std::vector<WatchDefinition> pinned;
    std::ranges::copy_if(service.watches, std::back_inserter(pinned), &WatchDefinition::pin);
    return pinned;
}

// The patterns of what a process is shown when it starts; all else of a watch can change under it.
std::vector<std::vector<std::string>> pinned_patterns(const MemberDefinition& service) {
    std::vector<std::vector<std::string>> patterns;
    for (const auto& watch : pinned_watches(service))
        patterns.push_back(watch.files);
    return patterns;
}

// The name of the view of an installed unit; "" for none.
std::string applied_view(const ActionContext& context) {
    return context.view.record ? context.view.record->view : "";
}

bool needs_another_view(const ActionContext& context) {
    const auto& wanted = *context.view.wanted;
    if (!wanted.pinned())
        return false;
    if (!wanted.attached())
        return starts_generation(context.plan.action);
    return context.shown.empty() || !context.means.views.find(context.shown) ||
           pinned_patterns(context.view.record->definition) != pinned_patterns(wanted);
}

// Another unit, or none, is wanted in place of an installed one.
bool is_let_go(const ActionContext& context) {
    return !applied_view(context).empty() &&
           (!context.view.wanted ||
            context.view.wanted->unit != context.view.record->definition.unit);
}

Task<Result<>> show(const ActionContext& context, std::string unit, std::vector<Bind> binds) {
    auto shown = co_await context.means.units.show_installed(std::move(unit), std::move(binds));
    if (!shown)
        co_return std::unexpected(std::move(shown.error()));
    co_return Result<>{};
}

Task<Result<>> show_applied_view(const ActionContext& context) {
    auto view = context.means.views.find(applied_view(context));
    if (!view)
        co_return fail(ErrorCode::NotFound, "there is no private view " + applied_view(context));
    if (!view->unbound.empty())
        co_return fail(ErrorCode::Invalid, "its files cannot be pinned any more: " + view->unbound);
    co_return co_await show(context, context.view.record->unit, std::move(view->binds));
}

// A trial view cannot be made of files that are not what they were.
Task<bool> disk_is_as_applied(const ActionContext& context) {
    const auto& record = *context.view.record;
    const auto watches = pinned_watches(record.definition);
    const Snapshot applied{
        .files = record.files, .missing = {}, .writing = {}, .unreadable = {}, .unseen = {}};
    const auto name = helper_unit(context.project, context.plan.service, "let-go",
                                  to_string(context.transaction));
    auto trial = selected_by(applied, watches);
    const auto made = co_await context.means.views.make(name, watches, std::move(trial), {});
    context.means.views.remove(name);
    co_return made.has_value();
}

// The service might not start with what is on disk: then it goes on with what it has.
Task<Result<>> let_go(ActionContext& context) {
    auto& units = context.means.units;
    const auto& unit = context.view.record->unit;
    bool may_start = true;
    if (units.state(unit).running())
        may_start = co_await disk_is_as_applied(context);
    if (!may_start)
        co_return fail(ErrorCode::Busy,
                       std::format("{} is not let go of, as its pinned files on disk are not what "
                                   "was applied: put them right, or run \"hotreloadctl rollback "
                                   "{}/{} --to={} --restore-files\", and try again",
                                   unit, context.project, context.plan.service,
                                   context.view.record->generation));
    auto gone = co_await show(context, unit, {});
    if (gone && units.state(unit).running())
        gone = co_await units.restart_unit(unit);
    context.let_go = gone.has_value();
    if (gone)
        co_return gone;
    auto back = co_await show_applied_view(context);
    if (back)
        back = co_await units.start_unit(unit);
    auto error = std::move(gone.error());
    error.message +=
        back ? "; it goes on with the files as they were applied: put those on disk right"
             : "; and going on with the files as they were applied failed: " + back.error().message;
    co_return std::unexpected(std::move(error));
}

Task<Result<>> take_back(ActionContext& context) {
    const auto& unit = context.view.record->unit;
    auto back = co_await show_applied_view(context);
    if (back && context.means.units.state(unit).running())
        back = co_await context.means.units.restart_unit(unit);
    co_return back;
}

Task<Result<>> update(const ActionContext& context, std::string view,
                      const MemberDefinition& definition, const Snapshot& snapshot,
                      Views::Kept kept) {
    const auto watches = pinned_watches(definition);
    if (watches.empty() || !context.means.views.find(view))
        co_return Result<>{};
    auto selected = selected_by(snapshot, watches);
    co_return co_await context.means.views.update(std::move(view), watches, std::move(selected),
                                                  std::move(kept));
}

} // namespace

Snapshot selected_by(const Snapshot& snapshot, const std::vector<WatchDefinition>& watches) {
    MemberDefinition service;
    service.watches = watches;
    const WatchRules rules(service);
    auto selected = snapshot;
    std::erase_if(selected.files, [&](const auto& file) { return !rules.watch(file.first); });
    return selected;
}

bool files_go_back(const ActionContext& context) {
    const auto& [wanted, record] = std::tie(context.view.wanted, context.view.record);
    return (wanted && wanted->pinned()) || (record && record->definition.pinned()) ||
           !context.view.handed.empty();
}

Task<Result<>> prepare_pins(ActionContext& context, Views::Kept kept) {
    if (!context.view.wanted || !needs_another_view(context))
        co_return Result<>{};
    const auto& wanted = *context.view.wanted;
    const auto watches = pinned_watches(wanted);
    const auto name = generation_unit(context.project, wanted.name, context.generation);
    auto selected = selected_by(*context.view.files, watches);
    auto view =
        co_await context.means.views.make(name, watches, std::move(selected), std::move(kept));
    if (!view)
        co_return std::unexpected(std::move(view.error()));
    if (!view->unbound.empty()) {
        context.means.views.remove(name);
        co_return fail(ErrorCode::Invalid,
                       std::format("these files cannot be pinned: {}", view->unbound));
    }
    context.binds = std::move(view->binds);
    if (!wanted.attached())
        co_return Result<>{};
    context.shown = name;
    for (const auto& bind : context.binds)
        if (bind.target.find_first_of("\"'\n\r") != std::string::npos)
            co_return fail(ErrorCode::Invalid, bind.target +
                                                   " cannot be pinned for an installed unit: "
                                                   "its path has a quote or a line end in it");
    co_return Result<>{};
}

Task<Result<>> show_wanted(ActionContext& context, Views::Kept kept) {
    if (is_let_go(context)) {
        auto gone = co_await let_go(context);
        if (!gone)
            co_return gone;
    }
    const auto& wanted = context.view.wanted;
    if (!wanted) {
        context.shown.clear();
        co_return Result<>{};
    }
    if (wanted->attached()) {
        if (!context.binds.empty())
            co_return co_await show(context, wanted->unit, context.binds);
        if (!wanted->pinned() && !std::exchange(context.shown, "").empty())
            co_return co_await show(context, wanted->unit, {});
        co_return co_await update(context, context.shown, *wanted, *context.view.files,
                                  std::move(kept));
    }
    if (starts_generation(context.plan.action) || !context.view.record)
        co_return Result<>{};
    co_return co_await update(context, context.view.record->unit, *wanted, *context.view.files,
                              std::move(kept));
}

Task<Result<>> show_applied(ActionContext& context, Views::Kept kept) {
    const auto& [wanted, record] = std::tie(context.view.wanted, context.view.record);
    const auto before = is_let_go(context) ? "" : applied_view(context);
    if (wanted && wanted->attached() && std::exchange(context.shown, before) != before) {
        Result<> shown;
        if (before.empty())
            shown = co_await show(context, wanted->unit, {});
        else
            shown = co_await show_applied_view(context);
        if (!shown)
            co_return shown;
    }
    if (std::exchange(context.let_go, false))
        co_return co_await take_back(context);
    const bool own_and_new =
        wanted && !wanted->attached() && starts_generation(context.plan.action);
    if (!record || !wanted || own_and_new)
        co_return Result<>{};
    const Snapshot applied{
        .files = record->files, .missing = {}, .writing = {}, .unreadable = {}, .unseen = {}};
    co_return co_await update(context, record->shown_view(), record->definition, applied,
                              std::move(kept));
}

} // namespace hotreload::service
