// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/instances.hpp"
#include "core/unit_files.hpp"
#include "kinds/service/pins.hpp"
#include "kinds/service/table.hpp"

namespace hotreload::service {

namespace {

// The time that a service which does not say that it has reloaded may take to die of it: of the
// signal itself, which it does not handle, or of what it reads.
constexpr Duration kTimeToDie = std::chrono::milliseconds(100);

// The service reads its files again; its process stays. Where the manager has a reload of the unit
// (ExecReload=, Type=notify-reload), its job tells how it went. A bare signal tells nothing, and
// neither does a command that only sends one: that the process lives through it is all the proof
// there is.
class Reload final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        // The limits of the new definition are set before its work begins.
        if (auto set = co_await set_live_properties(context, Towards::Wanted); !set)
            co_return set;
        if (changes_unit_files(*context.view.wanted, context.plan, context.view.unit.id))
            if (auto loaded = co_await context.means.units.load_anew(context.unit); !loaded)
                co_return loaded;
        co_return co_await read_again(context);
    }

    // A service that kept its old configuration has nothing to go back from, unless its files are
    // pinned and so are what they were. One that died of the new one is started again.
    Task<Result<>> undo(ActionContext& context) const override {
        auto back = co_await set_live_properties(context, Towards::Applied);
        if (context.means.units.state(context.unit).running()) {
            if (back && files_go_back(context))
                back = co_await read_again(context);
            else if (back && names_instances(context.unit))
                back = co_await context.means.units.start_unit(context.unit); // those that died
            co_return back;
        }
        const auto& applied = context.view.record->definition;
        context.started_again = true;
        if (applied.attached())
            co_return co_await context.means.units.start_unit(context.unit);
        co_return co_await start_applied_generation(context);
    }

    [[nodiscard]] Duration default_verify(const ActionContext& context) const override {
        const auto& wanted = *context.view.wanted;
        const bool says = !wanted.attached() && wanted.type == ServiceType::NotifyReload;
        return says ? Duration::zero() : kTimeToDie;
    }

private:
    static Task<Result<>> read_again(ActionContext& context) {
        auto& units = context.means.units;
        const auto signal = context.view.wanted->bare_reload_signal();
        Result<UnitState> well;
        if (signal != 0)
            well = co_await units.signal_unit(context.unit, signal);
        else
            well = co_await units.reload_unit(context.unit);
        if (!well)
            co_return std::unexpected(std::move(well.error()));
        context.well = std::move(*well);
        co_return Result<>{};
    }
};

const Reload reload_handler;

} // namespace

const ActionHandler& reload = reload_handler;

} // namespace hotreload::service
