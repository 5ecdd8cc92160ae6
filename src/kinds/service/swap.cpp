// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/names.hpp"
#include "kinds/service/table.hpp"

namespace hotreload::service {

namespace {

// The next generation starts beside the old one, on the same sockets. The old one serves until the
// commit, and is then told to end: whoever reads the record drains it (project/drains.hpp), so that
// it goes even if we die in between.
class Swap final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        co_return co_await start_next_generation(context);
    }

    Task<Result<>> undo(ActionContext& context) const override {
        const auto& old = context.view.record->unit;
        if (context.unit != old)
            if (auto gone = co_await context.means.units.discard(context.unit); !gone)
                co_return gone;
        context.unit = old;
        // The old generation has never stopped serving, but for a death of its own.
        if (context.means.units.state(old).running())
            co_return Result<>{};
        co_return co_await start_applied_generation(context);
    }

    [[nodiscard]] Duration default_verify(const ActionContext& /*context*/) const override {
        return std::chrono::seconds(1);
    }
};

const Swap swap_handler;

} // namespace

const ActionHandler& swap = swap_handler;

} // namespace hotreload::service
