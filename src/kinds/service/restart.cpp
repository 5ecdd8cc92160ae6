// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/fault.hpp"
#include "core/instances.hpp"
#include "core/names.hpp"
#include "kinds/service/pins.hpp"
#include "kinds/service/table.hpp"

#include <algorithm>

namespace hotreload::service {

namespace {

// The old generation stops, the next one starts as a new unit. The old unit stays loaded until the
// commit: it is what a failed start goes back to.
class Restart final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        const auto& units = context.means.units;
        const auto before = context.means.now();
        const auto process = units.state(context.unit).main_pid;
        auto done = co_await replace(context);
        context.refused = !done && process != 0 && units.state(context.unit).main_pid == process;
        // Nobody was kept waiting where nobody served before.
        if (!context.refused && process != 0)
            context.gap = context.means.now() - before;
        co_return done;
    }

    Task<Result<>> undo(ActionContext& context) const override {
        auto& units = context.means.units;
        if (context.view.wanted->attached() && context.refused)
            co_return Result<>{};
        // An installed unit has no older generation; what its restart left is all there is, but for
        // files that are pinned: what is shown to it from now on takes a new process.
        if (context.view.wanted->attached() && files_go_back(context))
            co_return co_await units.restart_unit(context.unit);
        const auto state = units.state(context.unit);
        // A service that the manager starts again and again does not serve, and would read the
        // same.
        const bool runs =
            state.running() && !state.waits_for_restart() && state.active_state != "activating";
        if (context.view.wanted->attached() && runs) {
            // One instance of many may have fallen while others run.
            if (names_instances(context.unit) && !would_fail_again(context))
                co_return co_await units.start_unit(context.unit);
            co_return Result<>{};
        }
        const auto& record = *context.view.record;
        if (!context.view.wanted->attached() && context.unit != record.unit) {
            if (auto gone = co_await units.discard(context.unit); !gone)
                co_return gone;
            context.unit = record.unit;
        }
        if (!runs && would_fail_again(context)) {
            context.left_down = true;
            co_return Result<>{};
        }
        if (context.view.wanted->attached())
            co_return co_await units.start_unit(context.unit);
        co_return co_await start_applied_generation(context);
    }

    Task<> finish(ActionContext& context) const override {
        if (context.view.wanted->attached())
            co_return;
        const auto& old = context.view.record->unit;
        if (!old.empty() && old != context.unit)
            co_await context.means.units.discard(old);
    }

    [[nodiscard]] Duration default_verify(const ActionContext& /*context*/) const override {
        return std::chrono::seconds(1);
    }

private:
    // The applied definition would read the same files: nothing else has changed, and they are on
    // disk.
    static bool would_fail_again(const ActionContext& context) {
        return context.at_fault && !files_go_back(context) && !context.plan.changes.empty() &&
               std::ranges::none_of(context.plan.changes, [](const Change& change) {
                   return change.kind == ChangeKind::Definition;
               });
    }

    // All that can be done before the stop is done by now: what is between is the gap.
    static Task<Result<>> replace(ActionContext& context) {
        auto& units = context.means.units;
        if (context.view.wanted->attached()) {
            if (auto loaded = co_await units.load_anew(context.unit); !loaded)
                co_return loaded;
            co_return co_await units.restart_unit(context.unit);
        }
        Result<> stopped;
        if (context.view.drain)
            stopped = co_await units.end_unit(context.unit, *context.view.drain);
        else
            stopped = co_await units.stop_unit(context.unit);
        if (!stopped)
            co_return stopped;
        fault::point("old-stopped");
        co_return co_await start_next_generation(context);
    }
};

const Restart restart_handler;

} // namespace

const ActionHandler& restart = restart_handler;

namespace {

// Opens the sockets of the applied definition or of the wanted one. When a port takes the place of
// another, nobody is to hold the old one any more; a unit that is loaded does, by the manager.
Task<Result<std::vector<ServiceSocket>>> open_sockets(const ActionContext& context,
                                                      const MemberDefinition& definition) {
    auto& means = context.means;
    const auto& service = context.plan.service;
    if (context.sockets_later) {
        (void)co_await means.units.discard(context.view.record->unit);
        means.sockets.keep_only(context.project, service, definition.ports);
        fault::point("ports-closed");
    }
    co_return means.sockets.open(context.project, service, definition.ports);
}

} // namespace

Task<Result<>> start_next_generation(ActionContext& context) {
    const auto& wanted = *context.view.wanted;
    if (context.sockets_later) {
        auto sockets = co_await open_sockets(context, wanted);
        if (!sockets)
            co_return std::unexpected(std::move(sockets.error()));
        context.sockets = std::move(*sockets);
    }
    context.unit = generation_unit(context.project, wanted.name, context.generation);
    co_return co_await context.means.units.start_generation(
        {.unit = context.unit,
         .slice = project_slice(context.project),
         .definition = wanted,
         .sockets = context.sockets,
         .binds = context.binds});
}

Task<Result<>> start_applied_generation(ActionContext& context) {
    const auto& record = *context.view.record;
    auto sockets = co_await open_sockets(context, record.definition);
    if (!sockets)
        co_return std::unexpected(std::move(sockets.error()));
    auto view = context.means.views.find(record.unit);
    co_return co_await context.means.units.start_generation(
        {.unit = record.unit,
         .slice = project_slice(context.project),
         .definition = record.definition,
         .sockets = std::move(*sockets),
         .binds = view ? std::move(view->binds) : std::vector<Bind>{}});
}

} // namespace hotreload::service
