// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ctl/report.hpp"

#include "client/events.hpp"
#include "client/json.hpp"
#include "core/plan.hpp"
#include "core/reload_result.hpp"
#include "ctl/change_text.hpp"
#include "ctl/client.hpp"
#include "ctl/time_text.hpp"

#include <algorithm>
#include <format>
#include <iterator>
#include <optional>

namespace hotreload::ctl {

namespace {

constexpr std::string_view superseded = "superseded by a newer change";

std::string in_brackets(const std::string& text) {
    return text.empty() ? text : " (" + text + ")";
}

struct Context {
    const ReloadFinished& reload;
    const std::string& directory;
};

// The word for what was done to the service; an action that this version does not know is called as
// the daemon calls it.
std::string done_word(const Json& service) {
    const auto word = text_of(service, "action");
    switch (parse_word<Action>(word).value_or(Action::None)) {
    case Action::Restart:
        return "restarted";
    case Action::Swap:
        return "swapped";
    case Action::Reload:
        return "reloaded";
    case Action::Start:
        return "started";
    case Action::Record:
        return "recorded, nothing to do";
    default:
        return word;
    }
}

std::string applied_text(const Json& service, const Context& context) {
    const auto action = word_of<Action>(service, "action");
    const auto subjects = name_changes(array_of(service, "changes"), context.directory);
    if (action == Action::Live)
        return (subjects.empty() ? "properties" : subjects) + " set live";
    if (action == Action::Stop)
        return "stopped";
    auto text = done_word(service) + in_brackets(subjects);
    if (const auto generation = number_of(service, "generation"))
        text += std::format(", generation {}", generation);
    const auto gap = Duration(static_cast<Duration::rep>(number_of(service, "gap_usec")));
    text += ", " + show_duration(context.reload.duration);
    if (gap > Duration::zero())
        text += ", nobody served for " + show_duration(gap);
    const auto note = text_of(service, "note");
    return text + (note.empty() ? "" : " (" + note + ")");
}

std::optional<Problem> problem_about(const Json& service) {
    if (!service.contains("problem") || !service["problem"].is_object())
        return {};
    return problem_in(service["problem"]);
}

// The place of a step that failed is the project file's entry of the service, which does not say
// why.
std::string because(const std::optional<Problem>& problem) {
    return problem && !problem->message.empty() ? ": " + problem->message : "";
}

std::string in_force(const Json& service) {
    const auto generation = number_of(service, "generation");
    return generation ? std::format(", generation {} stays in force", generation) : "";
}

std::vector<Line> service_lines(const Json& service, const Context& context) {
    const auto name = text_of(service, "service");
    const auto subjects = name_changes(array_of(service, "changes"), context.directory);
    const auto problem = problem_about(service);
    const auto line = [&](Mark mark, const std::string& text) {
        return std::vector<Line>{{mark, name + ": " + text}};
    };
    const auto not_done = [&](const std::string& text) {
        auto lines = line(Mark::Failed, text);
        if (problem)
            lines.push_back({Mark::Failed, show_problem(*problem, context.directory)});
        return lines;
    };
    const auto result = word_of<ReloadResult>(service, "result");
    const auto otherwise = [&] {
        return line(Mark::Failed,
                    text_of(service, "result") + in_brackets(subjects) + because(problem));
    };
    if (!result)
        return otherwise();
    switch (*result) {
    case ReloadResult::Applied:
        return line(Mark::Applied, applied_text(service, context));
    case ReloadResult::Stopped:
        return line(Mark::Applied, "stopped");
    case ReloadResult::LetGo:
        return line(Mark::Applied,
                    std::format("let go of; {} goes on as it is", text_of(service, "unit")));
    case ReloadResult::Recorded:
        return line(Mark::Applied, "recorded, nothing to do" + in_brackets(subjects));
    case ReloadResult::Unchanged: // a problem says which other service held it back
        return line(Mark::Unchanged,
                    problem && !problem->message.empty() ? problem->message : "unchanged");
    case ReloadResult::Superseded:
        return line(Mark::Unchanged, std::string(superseded));
    case ReloadResult::Waiting:
        return line(Mark::Waiting,
                    std::format("waiting{} — {}", subjects.empty() ? "" : " to apply " + subjects,
                                hint_for_waiting(context.reload.project, name,
                                                 array_of(service, "changes"))));
    case ReloadResult::RolledBack:
        return line(Mark::Failed, std::format("rolled back to generation {}{}",
                                              number_of(service, "generation"), because(problem)));
    case ReloadResult::NeedsAttention:
        return line(Mark::Failed,
                    "needs attention, and is not tried again before it changes" + because(problem));
    case ReloadResult::Invalid:
        return not_done("refused" + in_brackets(subjects) + in_force(service));
    case ReloadResult::Refused:
        return not_done("refused before, and nothing changed since; to try it again, " +
                        force_hint(context.reload.project, name));
    case ReloadResult::StoppedMeanwhile:
        return problem ? line(Mark::Failed, problem->message) : otherwise();
    case ReloadResult::Failed:
    case ReloadResult::HeldBack:
    case ReloadResult::Interrupted:
        break;
    }
    return otherwise();
}

std::string restored_text(const Json& file, const std::string& directory) {
    auto text = show_path(text_of(file, "path"), directory) + ": " + text_of(file, "kind");
    if (const auto aside = text_of(file, "aside"); !aside.empty())
        text += " to " + aside;
    return text + in_brackets(text_of(file, "note"));
}

ExitStatus status_of(std::optional<ReloadResult> result) {
    if (!result)
        return ExitStatus::Failed;
    switch (*result) {
    case ReloadResult::Applied:
    case ReloadResult::Recorded:
    case ReloadResult::Unchanged:
    case ReloadResult::Stopped:
    case ReloadResult::LetGo:
    case ReloadResult::Superseded:
        return ExitStatus::Ok;
    case ReloadResult::Waiting:
        return ExitStatus::Waiting;
    default:
        return ExitStatus::Failed;
    }
}

} // namespace

Report report_reload(const ReloadFinished& reload, const std::vector<ValidationFailed>& announced,
                     const std::string& directory) {
    const auto result = parse_word<ReloadResult>(reload.result);
    Report report{{}, status_of(result)};
    std::vector<Problem> told;
    const auto tell = [&](const Problem& problem) {
        if (std::ranges::contains(told, problem))
            return;
        told.push_back(problem);
        report.lines.push_back({Mark::Failed, show_problem(problem, directory)});
    };

    const auto detail = parse_json(reload.detail_json).value_or(Json());
    for (const auto& file : array_of(detail, "files").array_range())
        report.lines.push_back({Mark::Applied, restored_text(file, directory)});
    for (const auto& service : array_of(detail, "services").array_range()) {
        report.status = worse(report.status, status_of(word_of<ReloadResult>(service, "result")));
        std::ranges::move(service_lines(service, {reload, directory}),
                          std::back_inserter(report.lines));
        if (const auto problem = problem_about(service))
            told.push_back(*problem);
    }
    for (const auto& problem : array_of(detail, "problems").array_range())
        tell(problem_in(problem));
    for (const auto& each : announced)
        if (each.project == reload.project && status_of(result) == ExitStatus::Failed)
            tell(each.problem);

    if (const auto until = number_of(detail, "confirm_until_usec"); until > 0)
        report.lines.push_back(
            {Mark::Waiting,
             std::format("{}: put back at {} unless it is confirmed — run: "
                         "hotreloadctl confirm {}",
                         reload.project, show_time(until, TimeForm::Date), reload.id)});
    if (!text_of(detail, "unconfirmed").empty())
        report.lines.push_back({Mark::Failed, reload.project + ": put back, as nobody confirmed "
                                                               "it in time"});
    if (report.lines.empty() && report.status == ExitStatus::Ok)
        report.lines.push_back(
            {Mark::Unchanged,
             std::format("{}: {}", reload.project,
                         result == ReloadResult::Superseded ? superseded : "nothing to do")});
    else if (report.lines.empty())
        report.lines.push_back({Mark::Failed, reload.project + ": " + reload.result});
    return report;
}

} // namespace hotreload::ctl
