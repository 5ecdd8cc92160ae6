// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/instances.hpp"
#include "core/names.hpp"
#include "kinds/service/table.hpp"

namespace hotreload::service {

namespace {

// A service that does not run: its first generation, or the next one of one that was stopped.
class Start final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        if (context.view.wanted->attached()) {
            if (auto loaded = co_await context.means.units.load_anew(context.unit); !loaded)
                co_return loaded;
            co_return co_await context.means.units.start_unit(context.unit);
        }
        co_return co_await start_next_generation(context);
    }

    // The service did not run before, so it does not run after; but one that was cut short did. Of
    // many instances, those that live are not stopped for one that does not.
    Task<Result<>> undo(ActionContext& context) const override {
        if (context.at_fault && names_instances(context.unit) &&
            context.means.units.state(context.unit).running())
            co_return Result<>{};
        if (context.view.wanted->attached())
            co_return co_await context.means.units.stop_unit(context.view.wanted->unit);
        if (auto gone = co_await context.means.units.discard(context.unit); !gone)
            co_return gone;
        const auto& record = context.view.record;
        if (!context.view.interrupted || !record || record->generation == 0 ||
            record->definition.attached())
            co_return Result<>{};
        context.unit = record->unit;
        co_return co_await start_applied_generation(context);
    }

    Task<> finish(ActionContext& context) const override {
        const auto& record = context.view.record;
        if (record && !record->definition.attached() && !record->unit.empty() &&
            record->unit != context.unit)
            co_await context.means.units.discard(record->unit);
    }

    [[nodiscard]] Duration default_verify(const ActionContext& /*context*/) const override {
        return std::chrono::seconds(1);
    }
};

const Start start_handler;

} // namespace

const ActionHandler& start = start_handler;

} // namespace hotreload::service
