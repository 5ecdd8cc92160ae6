// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/json.hpp"
#include "core/plan.hpp"
#include "ctl/change_text.hpp"
#include "ctl/client.hpp"
#include "ctl/report.hpp"

#include <format>
#include <utility>

namespace hotreload::ctl {

namespace {

Line service_line(const Json& service, const std::string& project) {
    const auto name = text_of(service, "service");
    const auto action = word_of<Action>(service, "action");
    const auto word = text_of(service, "action");
    const auto reason = text_of(service, "reason");
    const std::string because = reason.empty() ? "" : " (" + reason + ")";
    if (service.contains("problem"))
        return {Mark::Failed, std::format("{}: {} would be refused{}", name, word, because)};
    if (action == Action::None)
        return {Mark::Unchanged, name + ": nothing to do" + because};
    if (action == Action::Wait)
        return {Mark::Waiting,
                std::format("{}: waits{} — {}", name, because,
                            hint_for_waiting(project, name, array_of(service, "changes")))};
    if (action == Action::Refused && flag_of(service, "barred"))
        return {Mark::Failed, std::format("{}: refused{}", name, because)};
    if (action == Action::Refused)
        return {Mark::Failed, std::format("{}: refused before, nothing changed since{} — {}", name,
                                          because, force_hint(project, name))};
    return {Mark::Planned, name + ": " + (action == Action::Live ? "set live" : word) + because};
}

// The problem that is told above of the service is not told of a change once more.
Json without_repetition(Json changes, const Problem& told) {
    for (auto& change : changes.array_range())
        if (text_of(change, "reason") == "invalid: " + to_string(told))
            change["reason"] = "invalid";
    return changes;
}

ExitStatus status_of(Mark mark) {
    return mark == Mark::Waiting  ? ExitStatus::Waiting
           : mark == Mark::Failed ? ExitStatus::Failed
                                  : ExitStatus::Ok;
}

} // namespace

Report report_plan(const std::string& plan_json, const std::string& directory) {
    const auto plan = parse_json(plan_json);
    if (!plan)
        return {{{Mark::Failed, "the daemon's plan is not JSON"}}, ExitStatus::Failed};
    Report report;
    const auto project = text_of(*plan, "project");
    for (const auto& service : array_of(*plan, "services").array_range()) {
        report.lines.push_back(service_line(service, project));
        report.status = worse(report.status, status_of(report.lines.back().mark));
        auto changes = array_of(service, "changes");
        if (service.contains("problem")) {
            const auto problem = problem_in(service["problem"]);
            report.lines.push_back({Mark::Failed, show_problem(problem, directory)});
            changes = without_repetition(std::move(changes), problem);
        }
        for (const auto& text : list_changes(changes, directory))
            report.lines.push_back({Mark::Plain, "    " + text});
    }
    if (report.lines.empty())
        report.lines.push_back({Mark::Unchanged, project + ": nothing to do"});
    return report;
}

} // namespace hotreload::ctl
