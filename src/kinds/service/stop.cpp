// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds/service/table.hpp"

namespace hotreload::service {

namespace {

// A service that left the project file. An installed unit is only let go of.
class Stop final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        // Generations that finish what they had in hand were told to end before.
        for (const auto& each : context.view.record->draining)
            (void)co_await context.means.units.end_unit(each.unit, Duration::zero());
        if (context.unit.empty() || context.view.record->definition.attached())
            co_return Result<>{};
        co_return co_await context.means.units.stop_unit(context.unit);
    }

    Task<Result<>> undo(ActionContext& context) const override {
        const auto& record = *context.view.record;
        if (context.unit.empty() || record.definition.attached() || !context.view.unit.running())
            co_return Result<>{};
        co_return co_await start_applied_generation(context);
    }

    Task<> finish(ActionContext& context) const override {
        for (const auto& each : context.view.record->draining)
            co_await context.means.units.discard(each.unit);
        if (!context.unit.empty() && !context.view.record->definition.attached())
            co_await context.means.units.discard(context.unit);
    }
};

const Stop stop_handler;

} // namespace

const ActionHandler& stop = stop_handler;

} // namespace hotreload::service
