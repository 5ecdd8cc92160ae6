// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/report.hpp"

#include "ctl/events.hpp"
#include "ctl/json.hpp"

#include <algorithm>
#include <format>

namespace hotreload::ctl {

namespace {

Problem problem_of(const Json& json) {
    return {text_of(json, "path"), static_cast<unsigned>(number_of(json, "line")),
            static_cast<unsigned>(number_of(json, "column")), text_of(json, "message")};
}

// "env.LOG_LEVEL, config/web.toml": what differs, at most four and the number of the rest.
std::string subjects_of(const Json& service, const std::string& directory) {
    constexpr std::size_t most = 4;
    std::string text;
    std::size_t count = 0;
    for (const auto& change : array_of(service, "changes").array_range()) {
        if (++count > most)
            continue;
        std::string subject = show_path(text_of(change, "subject"), directory);
        constexpr std::string_view properties = "properties.";
        if (subject.starts_with(properties))
            subject.erase(0, properties.size());
        text += (text.empty() ? "" : ", ") + subject;
    }
    if (count > most)
        text += std::format(" and {} more", count - most);
    return text;
}

std::string in_brackets(const std::string& text) {
    return text.empty() ? text : " (" + text + ")";
}

struct Context {
    const ReloadFinished& reload;
    const std::string& directory;
};

std::string applied_text(const Json& service, const Context& context) {
    const auto action = text_of(service, "action");
    const auto subjects = subjects_of(service, context.directory);
    if (action == "live")
        return (subjects.empty() ? "properties" : subjects) + " set live";
    if (action == "stop")
        return "stopped";
    const std::string verb = action == "restart"  ? "restarted"
                             : action == "reload" ? "reloaded"
                             : action == "start"  ? "started"
                             : action == "record" ? "recorded, nothing to do"
                                                  : action;
    std::string text = verb + in_brackets(subjects);
    if (const auto generation = number_of(service, "generation"))
        text += std::format(", generation {}", generation);
    const auto gap = Duration(static_cast<Duration::rep>(number_of(service, "gap_usec")));
    return text + ", " + show_duration(gap.count() > 0 ? gap : context.reload.duration);
}

Line service_line(const Json& service, const Context& context) {
    const auto name = text_of(service, "service");
    const auto result = text_of(service, "result");
    const auto subjects = subjects_of(service, context.directory);
    std::string why;
    if (service.contains("problem") && service["problem"].is_object())
        why = show_problem(problem_of(service["problem"]), context.directory);
    const std::string because = why.empty() ? in_brackets(subjects) : ": " + why;

    if (result == "applied")
        return {Mark::Applied, name + ": " + applied_text(service, context)};
    if (result == "stopped")
        return {Mark::Applied, name + ": stopped"};
    if (result == "recorded")
        return {Mark::Applied, name + ": recorded, nothing to do" + in_brackets(subjects)};
    if (result == "unchanged")
        return {Mark::Unchanged, name + ": unchanged"};
    if (result == "waiting")
        return {Mark::Waiting, std::format("{}: waiting{} — {}", name,
                                           subjects.empty() ? "" : " to apply " + subjects,
                                           force_hint(context.reload.project, name))};
    if (result == "rolled-back")
        return {Mark::Failed, std::format("{}: rolled back to generation {}{}", name,
                                          number_of(service, "generation"), because)};
    if (result == "refused")
        return {Mark::Failed, std::format("{}: not tried again, nothing changed since{} — {}", name,
                                          because, force_hint(context.reload.project, name))};
    return {Mark::Failed, name + ": " + result + because};
}

ExitStatus status_of(const std::string& result) {
    if (result == "applied" || result == "unchanged" || result == "stopped" ||
        result == "recorded" || result == "superseded")
        return ExitStatus::Ok;
    return result == "waiting" ? ExitStatus::Waiting : ExitStatus::Failed;
}

} // namespace

Report report_reload(const ReloadFinished& reload, const std::vector<ValidationFailed>& announced,
                     const std::string& directory) {
    Report report{{}, status_of(reload.result)};
    std::vector<Problem> told;
    const auto tell = [&](const Problem& problem) {
        if (std::ranges::contains(told, problem))
            return;
        told.push_back(problem);
        report.lines.push_back({Mark::Failed, show_problem(problem, directory)});
    };

    const auto detail = parse_json(reload.detail_json).value_or(Json());
    for (const auto& service : array_of(detail, "services").array_range()) {
        report.status = worse(report.status, status_of(text_of(service, "result")));
        report.lines.push_back(service_line(service, {reload, directory}));
        if (service.contains("problem") && service["problem"].is_object())
            told.push_back(problem_of(service["problem"]));
    }
    for (const auto& problem : array_of(detail, "problems").array_range())
        tell(problem_of(problem));
    for (const auto& each : announced)
        if (each.project == reload.project && status_of(reload.result) == ExitStatus::Failed)
            tell(each.problem);

    if (report.lines.empty() && report.status == ExitStatus::Ok)
        report.lines.push_back({Mark::Unchanged, reload.project + ": nothing to do"});
    else if (report.lines.empty())
        report.lines.push_back({Mark::Failed, reload.project + ": " + reload.result});
    return report;
}

} // namespace hotreload::ctl
