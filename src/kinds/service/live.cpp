// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/live_properties.hpp"
#include "kinds/service/table.hpp"

namespace hotreload::service {

namespace {

constexpr std::string_view kPrefix = "properties.";

class Live final : public ActionHandler {
public:
    Task<Result<>> apply(ActionContext& context) const override {
        co_return co_await set_live_properties(context, Towards::Wanted);
    }

    Task<Result<>> undo(ActionContext& context) const override {
        co_return co_await set_live_properties(context, Towards::Applied);
    }
};

const Live live_handler;

} // namespace

const ActionHandler& live = live_handler;

Task<Result<>> set_live_properties(ActionContext& context, Towards towards) {
    const auto& definition =
        towards == Towards::Wanted ? *context.view.wanted : context.view.record->definition;
    std::vector<LiveValue> values;
    for (const auto& change : context.plan.changes) {
        if (change.strategy != Strategy::Live || !change.subject.starts_with(kPrefix))
            continue;
        const auto directive = change.subject.substr(kPrefix.size());
        const auto it = definition.properties.find(directive);
        const auto lines =
            it == definition.properties.end() ? std::vector<std::string>{} : it->second;
        auto value = parse_live_property(directive, lines);
        if (!value)
            co_return std::unexpected(value.error());
        values.push_back(std::move(*value));
    }
    if (values.empty())
        co_return Result<>{};
    co_return co_await context.means.units.set_properties(context.unit, std::move(values));
}

} // namespace hotreload::service
