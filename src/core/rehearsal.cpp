// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/rehearsal.hpp"

#include <algorithm>
#include <format>
#include <map>
#include <utility>

namespace hotreload {

namespace {

using Refusals = std::map<std::string, Problem>;

// A whole group falls with the first of its services that is invalid.
Refusals refuse_together(const Steps& group, const Refusals& invalid, const StepHost& host) {
    const auto first = std::ranges::find_if(
        group, [&](const auto& step) { return invalid.contains(step->name()); });
    Refusals refusals;
    if (first == group.end())
        return refusals;
    for (const auto& step : group)
        if (const auto own = invalid.find(step->name()); own != invalid.end())
            refusals[step->name()] = own->second;
        else
            refusals[step->name()] =
                host.problem_at(step->key(),
                                std::format("untouched, because {} is invalid", (*first)->name()))
                    .for_everybody();
    return refusals;
}

} // namespace

Task<std::optional<Plan>> rehearse(Plan plan, Steps steps, const StepHost& host) {
    const auto groups = take_groups(steps);
    std::vector<Task<Verdict>> checks;
    std::vector<std::string> names;
    for (const auto& group : groups)
        for (const auto& step : group) {
            checks.push_back(step->check());
            names.push_back(step->name());
        }
    const auto verdicts = co_await when_all(std::move(checks));

    Refusals invalid;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        if (verdicts[i].moved_on)
            co_return std::nullopt;
        if (verdicts[i].problem)
            invalid[names[i]] = *verdicts[i].problem;
    }
    for (const auto& group : groups)
        for (auto& [service, problem] : refuse_together(group, invalid, host))
            std::ranges::find(plan.services, service, &MemberPlan::service)->refusal = problem;
    co_return plan;
}

} // namespace hotreload
