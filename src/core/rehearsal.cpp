// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/rehearsal.hpp"

#include "core/groups.hpp"

#include <algorithm>
#include <format>

namespace hotreload {

namespace {

using Refusals = std::map<std::string, Problem>;

// A whole group falls with the first of its services that is invalid.
Refusals refuse_together(const std::vector<ServicePlan>& group, const Refusals& invalid,
                         const ValidationHost& host) {
    const auto first = std::ranges::find_if(
        group, [&](const auto& each) { return invalid.contains(each.service); });
    Refusals refusals;
    if (first == group.end())
        return refusals;
    for (const auto& each : group)
        if (const auto own = invalid.find(each.service); own != invalid.end())
            refusals[each.service] = own->second;
        else
            refusals[each.service] =
                host.problem_at("services." + each.service,
                                std::format("untouched, because {} is invalid", first->service))
                    .for_everybody();
    return refusals;
}

} // namespace

Task<std::optional<Plan>> rehearse(TransactionInput input, Plan plan, Means means,
                                   const ValidationHost& host) {
    const auto groups = group_by_dependency(plan, input.views);
    std::vector<ActionContext> steps;
    for (const auto& group : groups)
        for (const auto& each : group)
            steps.push_back({.means = means,
                             .transaction = input.id,
                             .project = input.project,
                             .plan = each,
                             .view = std::move(input.views.at(each.service)),
                             .unit = {},
                             .sockets = {},
                             .binds = {},
                             .shown = {}});
    std::vector<Task<Verdict>> checks;
    for (const auto& step : steps)
        checks.push_back(validate_service(step, host));
    const auto verdicts = co_await when_all(std::move(checks));

    Refusals invalid;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        if (verdicts[i].moved_on)
            co_return std::nullopt;
        if (verdicts[i].problem)
            invalid[steps[i].plan.service] = *verdicts[i].problem;
    }
    for (const auto& group : groups)
        for (auto& [service, problem] : refuse_together(group, invalid, host))
            std::ranges::find(plan.services, service, &ServicePlan::service)->refusal = problem;
    co_return plan;
}

} // namespace hotreload
