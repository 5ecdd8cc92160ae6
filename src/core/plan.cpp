// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/kind.hpp"

#include <algorithm>
#include <format>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hotreload {

bool Plan::acts() const {
    return std::ranges::any_of(services, [](const auto& each) { return is_acted_on(each.action); });
}

bool Plan::waits() const {
    return std::ranges::any_of(services,
                               [](const auto& each) { return each.action == Action::Wait; });
}

bool same_as_refused(const MemberView& view) {
    const auto& refusal = view.record->refusal;
    return refusal && !refusal->interrupted() && refusal->definition == *view.wanted &&
           refusal->files == files_to_refuse(*view.files);
}

std::map<std::string, ContentId> files_to_refuse(const Snapshot& now) {
    auto files = now.files;
    for (const auto& problem : now.unreadable)
        files.erase(problem.path);
    return files;
}

std::optional<Problem> document_problem(const MemberView& view) {
    std::vector<Problem> problems;
    for (const auto& [path, document] : view.documents)
        problems.insert(problems.end(), document.problems.begin(), document.problems.end());
    if (problems.empty())
        return std::nullopt;
    if (problems.size() > 1)
        problems.front().message += std::format(" (and {} more)", problems.size() - 1);
    return problems.front();
}

bool starts_generation(Action action) {
    return action == Action::Swap || action == Action::Restart || action == Action::Start;
}

bool reads_files(Action action) {
    return action == Action::Reload || action == Action::Run || starts_generation(action);
}

bool is_acted_on(Action action) {
    return action != Action::None && action != Action::Wait && action != Action::Refused;
}

MemberPlan plan_member(const std::string& name, const MemberView& view, const PlanOptions& given) {
    const auto options = view.options.value_or(given);
    if (!view.wanted && !view.record)
        return {name, Action::None, {}, "neither wanted nor there"};
    if (options.stop)
        return {name, view.record ? Action::Stop : Action::None, {}, "asked for"};
    if (view.wanted && view.barred)
        return {.service = name,
                .action = Action::Refused,
                .changes = {},
                .reason = view.barred->message,
                .refusal = {},
                .barred = true};
    if (!view.wanted) {
        const auto& refusal = view.record->refusal;
        if (!options.retry && refusal && refusal->of_removal())
            return {name, Action::Refused, {}, "was refused before"};
        const std::string why =
            view.goes_down ? "its project goes down" : "not in the project file any more";
        return {
            name, Action::Stop, {}, view.record->definition.attached() ? "let go of: " + why : why};
    }
    return view.kind->plan(name, view, options);
}

Plan make_plan(const PlanInput& input) {
    Plan plan{input.project, {}};
    for (const auto& name : input.order)
        plan.services.push_back(plan_member(name, input.views.at(name), input.options));
    take_up_held_back(plan, input.views, input.options);
    restart_followers(plan, input.views);
    return plan;
}

void take_up_held_back(Plan& plan, const std::map<std::string, MemberView>& views,
                       const PlanOptions& options) {
    std::map<std::string, const MemberPlan*> planned;
    for (const auto& each : plan.services)
        planned.emplace(each.service, &each);
    const auto is_refused = [&](const std::string& service) {
        const auto found = planned.find(service);
        return found == planned.end() || found->second->action == Action::Refused;
    };
    for (bool news = true; std::exchange(news, false);)
        for (auto& each : plan.services) {
            const auto& view = views.at(each.service);
            if (each.action != Action::Refused || !view.record || !view.record->refusal)
                continue;
            const auto& because = view.record->refusal->because;
            if (because.empty() || is_refused(because))
                continue;
            auto asked = view.options.value_or(options);
            asked.retry = true;
            auto again = view;
            again.options.reset();
            each = plan_member(each.service, again, asked);
            news |= each.action != Action::Refused;
        }
}

namespace {

// Whether what follows the member gets a new process with it: it is restarted, or was to be when we
// died between its end and its next start, and those that were to come after it still run.
bool draws_followers(const MemberPlan& each, const MemberView& view) {
    const bool cut_short = view.record && view.record->underway && view.record->generation > 0;
    return each.action == Action::Restart || (each.action == Action::Start && cut_short);
}

bool is_outdated(const MemberView& view) {
    return view.record && !view.record->outdated.empty() &&
           view.record->outdated == view.unit.invocation;
}

} // namespace

void restart_followers(Plan& plan, const std::map<std::string, MemberView>& views) {
    const auto is_to_follow = [&](const MemberPlan& each) {
        const auto& view = views.at(each.service);
        const bool done_anyway = starts_generation(each.action) && each.action != Action::Swap;
        return view.wanted && view.unit.running() && !done_anyway && each.action != Action::Wait &&
               each.action != Action::Refused;
    };
    std::map<std::string, MemberPlan*> planned;
    std::map<std::string, Links> links;
    std::vector<const MemberPlan*> restarted; // whose followers are not looked at yet
    for (auto& each : plan.services) {
        const auto& view = views.at(each.service);
        planned.emplace(each.service, &each);
        if (view.wanted)
            links.emplace(each.service, view.wanted->links());
        if (is_outdated(view) && is_to_follow(each)) {
            each.action = Action::Restart;
            each.reason = "what it follows was restarted while it was left alone";
        }
        if (draws_followers(each, view))
            restarted.push_back(&each);
    }
    const LinkGraph graph(std::move(links));
    // A chain is followed link by link.
    for (std::size_t i = 0; i < restarted.size(); ++i)
        for (const auto& name : graph.followers(restarted[i]->service)) {
            auto& follower = *planned.at(name);
            if (!is_to_follow(follower))
                continue;
            follower.action = Action::Restart;
            follower.reason = "follows " + restarted[i]->service + ", which is restarted";
            restarted.push_back(&follower);
        }
}

} // namespace hotreload
