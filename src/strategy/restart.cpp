// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/names.hpp"
#include "strategy/table.hpp"

namespace hotreload::strategy {

namespace {

// The old generation stops, the next one starts as a new unit. The old unit stays loaded until the
// commit: it is what a failed start goes back to.
class Restart final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        if (context.view.wanted->attached())
            co_return co_await context.units.restart_unit(context.unit);
        if (auto stopped = co_await context.units.stop_unit(context.unit); !stopped)
            co_return stopped;
        co_return co_await start_next_generation(context);
    }

    Task<Result<>> undo(ActionContext& context) const override {
        const auto& record = *context.view.record;
        // An installed unit has no older generation; what its restart left is all there is.
        if (context.view.wanted->attached())
            co_return co_await context.units.start_unit(context.unit);
        if (context.unit != record.unit) {
            if (auto gone = co_await context.units.discard(context.unit); !gone)
                co_return gone;
            context.unit = record.unit;
        }
        co_return co_await context.units.start_generation(
            record.unit, project_slice(context.project), record.definition);
    }

    Task<> finish(ActionContext& context) const override {
        const auto& old = context.view.record->unit;
        if (!old.empty() && old != context.unit)
            co_await context.units.discard(old);
    }

    [[nodiscard]] Duration default_verify() const override { return std::chrono::seconds(1); }
};

const Restart restart_handler;

} // namespace

const ActionHandler& restart = restart_handler;

Task<Result<>> start_next_generation(ActionContext& context) {
    const auto& wanted = *context.view.wanted;
    context.unit = generation_unit(context.project, wanted.name, context.generation);
    co_return co_await context.units.start_generation(context.unit, project_slice(context.project),
                                                      wanted);
}

} // namespace hotreload::strategy
