// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/pins.hpp"
#include "strategy/table.hpp"

namespace hotreload::strategy {

namespace {

// The service reads its files again; its process stays. Where the manager has a reload of the unit
// (ExecReload=, Type=notify-reload), its job tells how it went. A bare signal tells nothing: that
// the process lives through it is all the proof there is.
class Reload final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        // With the limits of the new definition before its work begins.
        if (auto set = co_await set_live_properties(context, Towards::Wanted); !set)
            co_return set;
        co_return co_await read_again(context);
    }

    // A service that kept its old configuration has nothing to go back from, unless its files are
    // pinned and so are what they were. One that died of the new one is started again.
    Task<Result<>> undo(ActionContext& context) const override {
        auto back = co_await set_live_properties(context, Towards::Applied);
        if (context.means.units.state(context.unit).running()) {
            if (back && is_pinned(context))
                back = co_await read_again(context);
            co_return back;
        }
        const auto& applied = context.view.record->definition;
        if (applied.attached())
            co_return co_await context.means.units.start_unit(context.unit);
        co_return co_await start_applied_generation(context);
    }

private:
    static Task<Result<>> read_again(const ActionContext& context) {
        const auto& wanted = *context.view.wanted;
        if (wanted.reload_signal != 0 && wanted.type != ServiceType::NotifyReload)
            co_return co_await context.means.units.signal_unit(context.unit, wanted.reload_signal);
        co_return co_await context.means.units.reload_unit(context.unit);
    }
};

const Reload reload_handler;

} // namespace

const ActionHandler& reload = reload_handler;

} // namespace hotreload::strategy
